"""What a run takes from outside: the time, the waiting and the chance. Tests pass their own."""

from __future__ import annotations

import random
import threading
import typing as t
from dataclasses import dataclass, field
from datetime import UTC, datetime

if t.TYPE_CHECKING:
    from collections.abc import Callable


OPEN_REQUESTS = 32
"""Requests of a run that may be open at a time."""


class Cancelled(Exception):
    """The work was called off while it waited."""


def _now() -> datetime:
    return datetime.now(UTC)


def _wait(seconds: float, cancelled: threading.Event) -> None:
    cancelled.wait(seconds)


@dataclass(frozen=True)
class Runtime:
    """The clock (aware, UTC), the wait (seconds, ended early by the event) and the dice.

    `places` are the requests that may be open at a time, over all accounts of the run.
    """

    clock: Callable[[], datetime] = _now
    wait: Callable[[float, threading.Event], None] = _wait
    chance: random.Random = field(default_factory=random.Random)
    on_wait: Callable[[str, float], None] = lambda _reason, _seconds: None
    places: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(OPEN_REQUESTS))

    def pause(self, seconds: float, cancelled: threading.Event, reason: str = "") -> None:
        """Waits, and tells `on_wait` why.

        Raises:
            Cancelled: the event was set before the time was up.
        """
        if seconds > 0:
            self.on_wait(reason, seconds)
            self.wait(seconds, cancelled)
        if cancelled.is_set():
            raise Cancelled
