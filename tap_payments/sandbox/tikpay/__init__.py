"""Tikpay's Data API: report jobs, and the files that they make."""

from __future__ import annotations

from tap_payments.sandbox.tikpay.api import Tikpay

__all__ = ["Tikpay"]
