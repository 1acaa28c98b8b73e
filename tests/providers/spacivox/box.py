"""A sandbox with one Spacivox account and exactly the payments that a test puts into it."""

from __future__ import annotations

import typing as t

from tap_payments.sandbox import Clock, Sandbox
from tests.support.clock import NOW

if t.TYPE_CHECKING:
    from datetime import datetime

    from tests.support.taps import Row, Run

HORIZON = "2026-03-20T11:55:00.000000Z"
"""The end of what a run at `NOW` commits."""
STREAM = "spacivox_payment_transactions"
TEAMS = "spacivox_teams"
PATH = "/j/payment_transactions"


def box(now: datetime = NOW) -> Sandbox:
    """An empty sandbox whose clock stands still."""
    return Sandbox(seed=None, days=30, accounts=1, clock=Clock(now, frozen=True))


def put(sandbox: Sandbox, name: str, timestamp: str | None, **more: t.Any) -> Row:
    """Adds a payment; `at`, `changes` and `filed` say when it is seen, and how."""
    timing = {word: more.pop(word) for word in ("at", "changes", "filed") if word in more}
    row = sandbox.spacivox.example(id=name, timestamp=timestamp, **more)
    sandbox.spacivox.put("main", row, **timing)
    return row


def put_other(sandbox: Sandbox, kind: str, number: int, **more: t.Any) -> Row:
    """Adds a call record, a text record or a job, as `put` adds a payment."""
    timing = {word: more.pop(word) for word in ("at", "changes", "filed") if word in more}
    row = sandbox.spacivox.example(kind, id=number, **more)
    sandbox.spacivox.put("main", row, kind=kind, **timing)
    return row


def ids(run: Run) -> list[str]:
    """The ids of the payments that a run delivered, in its order."""
    return [row["id"] for row in run.rows(STREAM)]


def asked(sandbox: Sandbox) -> list[tuple[str, str]]:
    """The windows that were asked for, in the order of the requests."""
    return [(one.query["start"], one.query["end"]) for one in sandbox.journal.of("spacivox", PATH)]


def served_by(url: str, start: str = "2026-03-19", **own: t.Any) -> Row:
    """The tap's settings for a Spacivox at an address, with other settings of `own`."""
    return {"start_date": start, "spacivox": {"api_url": url, "access_token": "canary-token"} | own}
