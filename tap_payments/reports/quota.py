"""A rolling limit of requests: what is left of it, and when more may go out."""

from __future__ import annotations

import typing as t

from tap_payments.windows.instants import DAY

if t.TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import datetime, timedelta


class QuotaLedger:
    """The requests of one API key within a rolling period. It counts and never sleeps.

    It knows the requests that this process sent, and those that the provider's own records
    prove; others may have been sent, which is why a refusal can block it.
    """

    def __init__(
        self, limit: int, *, clock: Callable[[], datetime], period: timedelta = DAY
    ) -> None:
        self._limit = limit
        self._clock = clock
        self._period = period
        self._own: list[datetime] = []
        self._proven: list[datetime] = []
        self._blocked_until: datetime | None = None

    @property
    def limit(self) -> int:
        """How many requests the period allows."""
        return self._limit

    @property
    def spent(self) -> int:
        """How many requests this process has sent, whenever that was."""
        return len(self._own)

    @property
    def remaining(self) -> int:
        """How many requests may go out now; none while blocked."""
        now = self._clock()
        if self._blocked_until is not None and now < self._blocked_until:
            return 0
        return max(0, self._limit - len(self._counted(now)))

    def spend(self) -> None:
        """A request goes out now."""
        self._own.append(self._clock())

    def prove(self, instants: Iterable[datetime]) -> None:
        """Other requests on record, in place of what an earlier record proved."""
        self._proven = list(instants)

    def block(self, until: datetime | None) -> None:
        """The provider refused: nothing goes out before `until`.

        Without a time that is when the oldest request on record leaves the period: then one
        place at least is free, whoever took the others.
        """
        if until is None:
            now = self._clock()
            until = min(self._counted(now), default=now) + self._period
        self._blocked_until = until

    def free_at(self, requests: int = 1) -> datetime:
        """When that many requests can go out, if nothing else does until then."""
        now = self._clock()
        counted = self._counted(now)
        over = len(counted) + requests - self._limit
        free = now if over <= 0 or not counted else sorted(counted)[:over][-1] + self._period
        return max(free, self._blocked_until or free)

    def _counted(self, now: datetime) -> list[datetime]:
        begins = now - self._period
        return [instant for instant in (*self._own, *self._proven) if instant > begins]
