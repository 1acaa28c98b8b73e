"""Spacivox's API, over invented payments."""

from __future__ import annotations

from tap_payments.sandbox.spacivox.api import Spacivox

__all__ = ["Spacivox"]
