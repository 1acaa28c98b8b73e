"""The providers that this tap knows. A new one adds its line here."""

from __future__ import annotations

from tap_payments.providers.begateway.account import BeGateway
from tap_payments.providers.spacivox.account import Spacivox
from tap_payments.providers.tikpay.account import Tikpay
from tap_payments.providers.zimpler.account import Zimpler

PROVIDERS = (BeGateway, Spacivox, Tikpay, Zimpler)
