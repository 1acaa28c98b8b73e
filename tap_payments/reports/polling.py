"""When the next look at jobs that are still being made is due, and when it is enough."""

from __future__ import annotations

import typing as t
from datetime import timedelta

if t.TYPE_CHECKING:
    from datetime import datetime

LONGEST_INTERVAL = timedelta(minutes=10)
RUN_BUDGET = 9
"""Requests of a run after which only the polls that it is owed go out."""
LONG_RUN_POLLS = 5
"""Polls that a run is owed that had to ask for several windows of a report."""
SECOND_CHANCE_POLLS = 3
"""Polls that are owed to jobs which were asked for once polling had begun."""


class PollSchedule:
    """Polls at growing intervals: few enough for the quota, the last one when patience ends."""

    def __init__(self, interval: timedelta, max_wait: timedelta) -> None:
        self._first_interval = self._interval = min(interval, LONGEST_INTERVAL)
        self._max_wait = max_wait
        self._polls = 0
        self._owed = 1
        self._looked_at: datetime | None = None
        self._deadline: datetime | None = None

    def restart(self, now: datetime, *, several_windows: bool = False) -> None:
        """Jobs were asked for, or found unfinished: they have the whole time from now."""
        if several_windows:
            self._owed = max(self._owed, LONG_RUN_POLLS)
        if self._polls:
            self._owed = max(self._owed, self._polls + SECOND_CHANCE_POLLS)
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
        if self._deadline is None or self._looked_at is None or not left:
            return None
        if self._looked_at >= self._deadline:
            return None
        due = self._deadline if left == 1 else min(self._looked_at + self._interval, self._deadline)
        self._interval = min(2 * self._interval, LONGEST_INTERVAL)
        self._looked_at = max(due, now)
        self._polls += 1
        return max(0.0, (due - now).total_seconds())
