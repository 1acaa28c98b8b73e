"""Acme, a provider that does not exist: the example of docs/adding-a-provider.md."""

from __future__ import annotations

from tap_payments.streams.provider import Provider

from .account import Acme
from .streams import Payments

ACME = Provider(Acme, (Payments,))
