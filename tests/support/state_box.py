"""Both providers with generated rows, for tests of their states."""

from __future__ import annotations

import pytest

from tap_payments.sandbox import Clock, Sandbox
from tests.support.clock import NOW

ZIMPLER, SPACIVOX = "zimpler_transactions", "spacivox_payment_transactions"
STREAMS = {"zimpler": ZIMPLER, "spacivox": SPACIVOX}
ENDS = {"zimpler": "2026-03-20T00:00:00.000000Z", "spacivox": "2026-03-20T11:55:00.000000Z"}
both = pytest.mark.parametrize("provider", STREAMS)


def box() -> Sandbox:
    """Eight days of generated rows, and a clock that stands still."""
    return Sandbox(seed=4, days=8, accounts=1, clock=Clock(NOW, frozen=True))


def asked_from(sandbox: Sandbox, provider: str) -> str:
    """The first day that was asked for."""
    return min(
        each[:10]
        for one in sandbox.journal.of(provider)
        for name in ("from_date", "start")
        if (each := one.query.get(name))
    )
