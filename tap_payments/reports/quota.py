"""A rolling limit of requests: what is left of it, and when more may go out."""

from __future__ import annotations

import threading
import typing as t
from datetime import timedelta

from tap_payments.windows.instants import DAY

if t.TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime


class QuotaLedger:
    """The requests of one API key within a rolling period. It counts and never sleeps.

    It knows the requests that this process sent, and those that the provider's own records
    prove; others may have been sent, which is why a refusal can block it. Several accounts may
    share a key, and with it the ledger, each in a thread of its own.
    """

    def __init__(
        self, limit: int, *, clock: Callable[[], datetime], period: timedelta = DAY
    ) -> None:
        self.limit = limit
        self._clock = clock
        self._period = period
        self._own: list[datetime] = []
        self._started: set[str] = set()
        self._proven: dict[str, datetime] = {}
        self._blocked_until: datetime | None = None
        self._lock = threading.Lock()

    @property
    def remaining(self) -> int:
        """How many requests may go out now; none while blocked."""
        with self._lock:
            return self._left(self._clock())

    def spend(self) -> bool:
        """A request goes out now; False, and it must not, where none is left."""
        now = self._clock()
        with self._lock:
            if not self._left(now):
                return False
            self._own.append(now)
            return True

    def started(self, job_id: str) -> None:
        """A job that this process started: its request is counted already."""
        with self._lock:
            self._started.add(job_id)

    def prove(self, job_id: str, made: datetime) -> None:
        """A job on record, which took a request, too."""
        with self._lock:
            self._proven[job_id] = made

    def block(self, seconds: float | None) -> None:
        """The provider refused: nothing goes out for so long.

        Without a time that is until the oldest request on record leaves the period: then one
        place at least is free, whoever took the others.
        """
        now = self._clock()
        with self._lock:
            oldest = min(self._counted(now), default=now)
            self._blocked_until = (
                oldest + self._period if seconds is None else now + timedelta(seconds=seconds)
            )

    def free_at(self, requests: int = 1) -> datetime:
        """When that many requests can go out, if nothing else does until then."""
        now = self._clock()
        with self._lock:
            counted = self._counted(now)
            over = len(counted) + requests - self.limit
            free = now if over <= 0 or not counted else sorted(counted)[:over][-1] + self._period
            return max(free, self._blocked_until or free)

    def _left(self, now: datetime) -> int:
        if self._blocked_until is not None and now < self._blocked_until:
            return 0
        return max(0, self.limit - len(self._counted(now)))

    def _counted(self, now: datetime) -> list[datetime]:
        begins = now - self._period
        proven = [made for job_id, made in self._proven.items() if job_id not in self._started]
        return [instant for instant in (*self._own, *proven) if instant > begins]
