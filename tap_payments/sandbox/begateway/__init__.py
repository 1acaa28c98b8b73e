"""beGateway's reports for a shop, over invented transactions."""

from __future__ import annotations

from tap_payments.sandbox.begateway.api import BeGateway

__all__ = ["BeGateway"]
