"""Limits on requests: how many in how long, and the headers that say what is left."""

from __future__ import annotations

import math
import threading
from collections import deque
from dataclasses import dataclass
from datetime import timedelta
from email.utils import format_datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime


@dataclass(frozen=True)
class Limit:
    """How many requests there may be, how many are left, and in how many seconds one more is."""

    most: int
    left: int
    seconds: int

    @property
    def headers(self) -> dict[str, str]:
        """The headers that say so."""
        numbers = {"Limit": self.most, "Remaining": self.left, "Reset": self.seconds}
        return {f"X-RateLimit-{name}": str(number) for name, number in numbers.items()}


class Meter:
    """Counts the requests of the last `period`."""

    def __init__(self, now: Callable[[], datetime], period: timedelta) -> None:
        self._now = now
        self._period = period
        self._spent: deque[datetime] = deque()
        self._lock = threading.Lock()

    def spend(self, most: int, at: datetime | None = None) -> bool:
        """Counts a request, of now or of `at`; False, and none is, where there were `most` already.

        Requests are counted in the order of their times.
        """
        with self._lock:
            if len(self._recent()) >= most:
                return False
            self._spent.append(at or self._now())
            return True

    def limit(self, most: int) -> Limit:
        """What is left of a limit of `most` requests."""
        with self._lock:
            recent, now = self._recent(), self._now()
            left = most - len(recent)
            free = recent[len(recent) - most] if left <= 0 < most else now
            until = now if left > 0 else free + self._period
            return Limit(most, max(left, 0), math.ceil((until - now).total_seconds()))

    @property
    def spent(self) -> int:
        """How many requests count now."""
        with self._lock:
            return len(self._recent())

    def _recent(self) -> deque[datetime]:
        since = self._now() - self._period
        while self._spent and self._spent[0] <= since:
            self._spent.popleft()
        return self._spent


def retry_headers(way: str | None, seconds: int, now: datetime) -> dict[str, str]:
    """`Retry-After` in `seconds` or as a `date`; nothing where the way is None."""
    if way is None:
        return {}
    until = format_datetime(now + timedelta(seconds=seconds), usegmt=True)
    return {"Retry-After": until if way == "date" else str(seconds)}
