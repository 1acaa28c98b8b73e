from __future__ import annotations

import logging
import typing as t

import pytest

from tap_payments.http.calls import Statistics
from tap_payments.sync.progress import INTERVAL, Progress
from tests.sync.parts import partition

if t.TYPE_CHECKING:
    from collections.abc import Callable


class Time:
    """Seconds that a test moves."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        """The time."""
        return self.now


@pytest.fixture
def time() -> Time:
    return Time()


@pytest.fixture
def said(caplog: pytest.LogCaptureFixture) -> Callable[[], list[str]]:
    """The lines since it was last asked."""
    caplog.set_level(logging.INFO)

    def lines() -> list[str]:
        found = [record.getMessage() for record in caplog.records]
        caplog.clear()
        return found

    return lines


def test_one_partition_is_named_with_its_windows_and_what_is_left(
    time: Time, said: Callable[[], list[str]]
) -> None:
    progress, part = Progress(logging.getLogger("progress"), time), partition()
    progress.planned([part])
    progress.started(part, 40)
    time.now += INTERVAL
    progress.progressed(part, rows=5000, windows=10)
    assert said() == [
        "acme_rows (account 'main'): 5,000 rows, 10 of 40 windows, 500 rows/s, about 30 s left"
    ]
    progress.progressed(part, rows=1, windows=1)
    assert said() == []


def test_many_partitions_are_one_line(time: Time, said: Callable[[], list[str]]) -> None:
    progress = Progress(logging.getLogger("progress"), time)
    parts = [partition(account=f"shop{number}") for number in range(5)]
    progress.planned(parts)
    for part in parts[:3]:
        progress.started(part, 2)
    progress.progressed(parts[0], rows=10, windows=2)
    progress.ended(parts[0], Statistics())
    time.now += INTERVAL
    progress.progressed(parts[1], rows=20, windows=1)
    assert said() == ["4 partitions left: 30 rows, 3 of 6 windows, 3 rows/s, about 10 s left"]


def test_a_long_wait_is_said_at_once_and_a_short_one_is_not(
    time: Time, said: Callable[[], list[str]]
) -> None:
    progress, part = Progress(logging.getLogger("progress"), time), partition()
    progress.planned([part])
    progress.started(part, 1)
    progress.waiting(part, "rate limited", 2.0)
    assert said() == []
    progress.waiting(part, "rate limited", 60.0)
    (line,) = said()
    assert line.endswith("rate limited, continues in 60 s")
    time.now += INTERVAL
    progress.progressed(part, rows=1)
    assert "rate limited" not in said()[0]
