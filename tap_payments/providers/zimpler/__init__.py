"""Zimpler: pay-ins, pay-outs and balances. https://zimpler.github.io/v4-api/reporting/."""

from __future__ import annotations

from tap_payments.providers.zimpler.account import Zimpler
from tap_payments.providers.zimpler.probes import PROBES
from tap_payments.providers.zimpler.streams import CurrentBalance, Transactions
from tap_payments.streams.provider import Provider

ZIMPLER = Provider(Zimpler, (Transactions, CurrentBalance), PROBES)
