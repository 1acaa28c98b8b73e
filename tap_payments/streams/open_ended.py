"""Streams of what changed since an instant, from APIs that take no end."""

from __future__ import annotations

import typing as t
from datetime import timedelta

from tap_payments.streams.windowed import WindowedStream

if t.TYPE_CHECKING:
    from tap_payments.accounts.account import Account


class OpenEndedStream(WindowedStream):
    """Rows that changed since an instant, up to now: what a run reads is one window.

    An answer reaches beyond its window's end. The rows there are delivered, too, and again by the
    next run, which goes on from the window's end.
    """

    def step(self, account: Account) -> timedelta:  # noqa: ARG002 - `window_days` cuts nothing
        """Without end: each further window would answer the rest of the one before anew."""
        return timedelta.max
