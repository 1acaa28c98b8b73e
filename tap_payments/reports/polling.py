"""When the next look at jobs that are still being made is due, and when it is enough."""

from __future__ import annotations

import typing as t
from datetime import timedelta

from tap_payments.reports.coverage import KEPT

if t.TYPE_CHECKING:
    from datetime import datetime

LONGEST_INTERVAL = timedelta(minutes=10)
RUN_BUDGET = 9
"""Requests of a run after which only the polls that its jobs are owed go out."""
OWED = 3
"""Polls that jobs are owed from when they were asked for."""


class PollSchedule:
    """Polls at growing intervals: few enough for the quota, the last one when patience ends.

    `interval` and `max_wait` are in seconds.
    """

    def __init__(self, interval: float, max_wait: float, now: datetime) -> None:
        self._first_interval = timedelta(seconds=min(interval, LONGEST_INTERVAL.total_seconds()))
        self._max_wait = timedelta(seconds=min(max_wait, KEPT.total_seconds()))
        self._polls = 0
        self.restart(now)

    def restart(self, now: datetime) -> None:
        """Jobs were asked for, or found unfinished: they have the whole time from now."""
        self._owed = self._polls + OWED
        self._interval = self._first_interval
        self._looked_at = now
        self._deadline = now + self._max_wait

    def left(self, spent: int) -> int:
        """How many polls may follow, `spent` requests into the run."""
        return max(self._owed - self._polls, RUN_BUDGET - spent, 0)

    def poll(self, now: datetime, left: int) -> float | None:
        """Seconds until the next poll, which is thereby used up; None when it is enough.

        After a long download the time may be over: one look is due all the same.
        """
        if not left or self._looked_at >= self._deadline:
            return None
        due = self._deadline if left == 1 else min(self._looked_at + self._interval, self._deadline)
        self._interval = min(2 * self._interval, LONGEST_INTERVAL)
        self._looked_at = max(due, now)
        self._polls += 1
        return max(0.0, (due - now).total_seconds())
