"""The providers that this tap knows. A new one adds its line here."""

from __future__ import annotations

from tap_payments.providers.begateway import BEGATEWAY
from tap_payments.providers.spacivox import SPACIVOX
from tap_payments.providers.tikpay import TIKPAY
from tap_payments.providers.zimpler import ZIMPLER

PROVIDERS = (BEGATEWAY, SPACIVOX, TIKPAY, ZIMPLER)
