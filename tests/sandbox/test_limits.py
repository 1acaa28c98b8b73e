from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from tap_payments.sandbox.clock import Clock
from tap_payments.sandbox.limits import Limit, Meter, retry_headers

NOW = datetime(2026, 3, 15, 12, tzinfo=UTC)


def test_a_meter_counts_a_period_that_moves() -> None:
    clock = Clock(NOW, frozen=True)
    meter = Meter(clock.now, timedelta(seconds=10))
    assert meter.limit(2) == Limit(2, 2, 0)
    assert [meter.spend(2), meter.limit(2).left] == [True, 1]
    clock.advance(4)
    assert [meter.spend(2), meter.spend(2), meter.spend(2)] == [True, False, False]
    assert meter.limit(2) == Limit(2, 0, 6)
    assert meter.spent == 2
    clock.advance(6)
    assert meter.limit(2) == Limit(2, 1, 0)
    assert [meter.spend(2), meter.spend(2)] == [True, False]


def test_a_limit_can_be_lowered_below_what_was_spent_and_to_nothing() -> None:
    clock = Clock(NOW, frozen=True)
    meter = Meter(clock.now, timedelta(seconds=10))
    for _ in range(3):
        meter.spend(5)
        clock.advance(1)
    assert meter.limit(2) == Limit(2, 0, 8)
    assert meter.limit(0) == Limit(0, 0, 10)
    assert not meter.spend(0)


@pytest.mark.parametrize(
    ("way", "value"), [("seconds", "90"), ("date", "Sun, 15 Mar 2026 12:01:30 GMT"), (None, None)]
)
def test_when_to_come_again_is_said_in_three_ways(way: str | None, value: str | None) -> None:
    assert retry_headers(way, 90, NOW).get("Retry-After") == value


def test_a_limit_is_three_headers() -> None:
    assert Limit(20, 3, 60).headers == {
        "X-RateLimit-Limit": "20",
        "X-RateLimit-Remaining": "3",
        "X-RateLimit-Reset": "60",
    }
