"""Spacivox: payments taken by phone agents. https://spacivox.com/apidocs/."""

from __future__ import annotations

from tap_payments.providers.spacivox.account import Spacivox
from tap_payments.providers.spacivox.probes import PROBES
from tap_payments.providers.spacivox.streams import (
    CallRecords,
    Jobs,
    PaymentTransactions,
    Teams,
    TextRecords,
)
from tap_payments.streams.provider import Provider

STREAMS = (PaymentTransactions, Teams, CallRecords, TextRecords, Jobs)

SPACIVOX = Provider(Spacivox, STREAMS, PROBES)
