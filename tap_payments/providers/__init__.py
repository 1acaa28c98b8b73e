"""The providers that this tap knows. A new one adds its line here."""

from __future__ import annotations

from tap_payments.providers.begateway.provider import BeGateway
from tap_payments.providers.spacivox.provider import Spacivox
from tap_payments.providers.tikpay.provider import Tikpay
from tap_payments.providers.zimpler.provider import Zimpler

PROVIDERS = (BeGateway, Spacivox, Tikpay, Zimpler)
