"""A clock for tests: a wait is over at once, moves the clock on and is noted."""

from __future__ import annotations

import random
import threading
from datetime import UTC, datetime, timedelta

from tap_payments.runtime import Runtime

NOW = datetime(2026, 3, 20, 12, tzinfo=UTC)


class Clock:
    """Stands still at `now` but for waits; with a `step` it moves by that with every look."""

    def __init__(self, now: datetime = NOW, *, step: timedelta = timedelta(0)) -> None:
        self.now = now
        self.step = step
        self.waits: list[float] = []
        self._lock = threading.Lock()

    def __call__(self) -> datetime:
        """The time."""
        with self._lock:
            now = self.now
            self.now += self.step
            return now

    def wait(self, seconds: float, cancelled: threading.Event) -> None:
        """Notes a wait, unless it was called off."""
        with self._lock:
            if not cancelled.is_set():
                self.waits.append(seconds)
                self.now += timedelta(seconds=seconds)

    def runtime(self, seed: int = 1) -> Runtime:
        """This clock and its waits, with dice that always fall alike."""
        return Runtime(clock=self, wait=self.wait, chance=random.Random(seed))
