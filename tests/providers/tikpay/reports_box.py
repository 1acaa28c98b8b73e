"""Reads one stream of reports."""

from __future__ import annotations

import typing as t

from tests.providers.tikpay.box import only
from tests.support.taps import Row, Run, sync

if t.TYPE_CHECKING:
    from tap_payments.sandbox import Sandbox


def read(sandbox: Sandbox, report: bytes | None, state: Row | None = None, **own: t.Any) -> Run:
    """A run of the taps alone, with a report of these bytes."""
    sandbox.tikpay.put_report("TAPS", report)
    return sync(sandbox, **only("tikpay_taps", sandbox, **own), state=state)
