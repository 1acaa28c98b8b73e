"""The sandbox's time: it runs as real time does, from any instant, and can be advanced."""

from __future__ import annotations

import threading
import time
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable


class Clock:
    """A clock that runs with real time from `start` (default: the real now) and can be advanced.

    `frozen` stands still between calls of `advance`, so that two runs see the same instants.
    """

    def __init__(
        self,
        start: datetime | None = None,
        *,
        offset: timedelta = timedelta(),
        frozen: bool = False,
        monotonic: Callable[[], float] = time.monotonic,
        wall: Callable[[], float] = time.time,
    ) -> None:
        self.frozen = frozen
        self._monotonic = monotonic
        self._wall = wall
        self._began = monotonic()
        self._start = (start or self.wall()).astimezone(UTC) + offset
        self._lock = threading.Lock()

    def now(self) -> datetime:
        """The sandbox's instant, in UTC."""
        passed = 0.0 if self.frozen else self._monotonic() - self._began
        with self._lock:
            return self._start + timedelta(seconds=passed)

    def wall(self) -> datetime:
        """The real instant, in UTC."""
        return datetime.fromtimestamp(self._wall(), UTC)

    def advance(self, seconds: float = 0, **amount: float) -> datetime:
        """Moves on by `seconds` or by timedelta's words (`hours=26`); the data moves with it."""
        with self._lock:
            self._start += timedelta(seconds=seconds, **amount)
        return self.now()
