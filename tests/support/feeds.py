"""Rows of both providers by time, and what their runs may repeat and must not lose."""

from __future__ import annotations

import itertools
import json
import typing as t
from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest

from tests.support.taps import Row, Run, settings, spelled, watermarks

if t.TYPE_CHECKING:
    from tap_payments.sandbox import Sandbox
    from tap_payments.sandbox.spacivox import Spacivox
    from tap_payments.sandbox.zimpler import Zimpler

DAYS = 5
PER_DAY = 4


@dataclass(frozen=True)
class Feed:
    """One provider's rows by time, in the words of its API."""

    provider: str
    stream: str
    cursor: str
    path: str
    lookback: timedelta

    def fill(self, sandbox: Sandbox) -> None:
        """Rows on each of the days before the sandbox's today, some of them at midnight."""
        api = t.cast("Zimpler | Spacivox", sandbox.apis[self.provider])
        today = sandbox.clock.now().replace(hour=0, minute=0, second=0, microsecond=0)
        for day, hour in itertools.product(range(1, DAYS + 1), range(0, 24, 24 // PER_DAY)):
            instant = today - timedelta(days=day) + timedelta(hours=hour)
            row = {"id": f"{day}/{hour}", self.cursor: f"{instant:%Y-%m-%dT%H:%M:%SZ}"}
            api.put("main", api.example(**row))

    def config(self, sandbox: Sandbox, **own: t.Any) -> Row:
        """Small windows and, where there are pages, small pages."""
        start = f"{sandbox.clock.now() - timedelta(days=DAYS):%Y-%m-%d}"
        pages = {"page_size": 3} if self.provider == "zimpler" else {}
        own = {"window_days": 1, "lookback_days": self.lookback.days, **pages, **own}
        return settings(sandbox, self.provider, start, **own)

    def marks(self, run: Run) -> list[str]:
        """The watermarks of a run's STATEs."""
        return [
            mark for state in run.states if (mark := watermarks(state, self.stream).get("default"))
        ]


FEEDS = [
    Feed("zimpler", "zimpler_transactions", "approved_at", "/v4/tran", timedelta(days=1)),
    Feed("spacivox", "spacivox_payment_transactions", "timestamp", "/j/pay", timedelta(days=2)),
]
each_feed = pytest.mark.parametrize("feed", FEEDS, ids=[feed.provider for feed in FEEDS])


def assert_nothing_lost(feed: Feed, sandbox: Sandbox, runs: list[Run]) -> None:
    """The union of the runs is the truth, and what they repeat lies where it may."""
    truth = sandbox.apis[feed.provider].rows("main")
    union = {json.dumps(row, sort_keys=True) for run in runs for row in run.rows(feed.stream)}
    assert sorted(union) == spelled(truth)
    marks = [mark for run in runs for mark in feed.marks(run)]
    assert marks == sorted(marks)
    reached: str | None = None
    seen: set[str] = set()
    for run in runs:
        rows = run.rows(feed.stream)
        if reached is not None:
            oldest = datetime.fromisoformat(reached) - feed.lookback
            for row in rows:
                repeated = row["id"] in seen
                assert not repeated or datetime.fromisoformat(row[feed.cursor]) >= oldest
        names = [row["id"] for row in rows]
        assert len(names) == len(set(names))
        seen |= set(names)
        reached = next(reversed(feed.marks(run)), reached)
