"""Zimpler's reporting API, over invented transactions."""

from __future__ import annotations

from tap_payments.sandbox.zimpler.api import Zimpler

__all__ = ["Zimpler"]
