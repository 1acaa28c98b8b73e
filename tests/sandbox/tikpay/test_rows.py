"""The rows of Tikpay's data set: what arrives late, and what ends."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from tap_payments.sandbox import Clock, Sandbox
from tap_payments.sandbox.tikpay.rows import EVENT_TIMES

if TYPE_CHECKING:
    from collections.abc import Iterator


NOW = datetime(2026, 3, 15, 12, tzinfo=UTC)


@pytest.fixture
def seeded() -> Iterator[Sandbox]:
    with Sandbox(seed=1, days=30, clock=Clock(NOW, frozen=True)) as sandbox:
        sandbox.tikpay.job_seconds = 0
        yield sandbox


def test_taps_arrive_late_and_trips_end(seeded: Sandbox) -> None:
    taps = seeded.tikpay.rows("main", kind="TAPS")
    assert sum(tap["receivedAt"] > tap["tappedAt"] for tap in taps) > 20
    trips = {row["tripId"]: row for row in seeded.tikpay.rows("main", kind="TRIPS")}
    before = Counter(row["endedAt"] is None for row in trips.values())
    hour = NOW - timedelta(days=2, hours=5)
    at_noon = seeded.tikpay.rows("main", hour, kind="TRIPS")
    changed = [row for row in at_noon if row != trips[row["tripId"]]]
    assert before[True] < 5
    assert all(row["endedAt"] is None for row in changed)
    settled = {row["status"] for row in seeded.tikpay.rows("main", kind="PAYMENTS")}
    assert settled == {"PENDING", "SETTLED"}


def test_nothing_happens_on_a_quiet_day_of_the_operator(seeded: Sandbox) -> None:
    seeded.clock.advance(days=30)
    busy = {
        row[field][:10]
        for kind, field in EVENT_TIMES.items()
        for row in seeded.tikpay.rows("main", kind=kind)
    }
    days = {f"{NOW - timedelta(days=back):%Y-%m-%d}" for back in range(30)}
    assert len(days - busy) == 3
