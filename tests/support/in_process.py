"""What a run in this process needs: its time told, its log heard, its signals given back."""

from __future__ import annotations

import contextlib
import logging
import random
import signal
import typing as t

from tap_payments.runtime import Runtime
from tap_payments.tap import TapPayments
from tests.support.clock import Clock

if t.TYPE_CHECKING:
    import threading
    from collections.abc import Iterator

    from tap_payments.sandbox import Sandbox


def runtime_of(time: Sandbox | Clock, waits: list[float]) -> Runtime:
    """A clock, which a wait moves instead of waiting, and dice that always fall alike.

    `waits` takes the seconds of each wait.
    """
    if isinstance(time, Clock):
        time.waits = waits
        return time.runtime()

    def wait(seconds: float, cancelled: threading.Event) -> None:
        if not cancelled.is_set():
            waits.append(seconds)
            time.clock.advance(seconds)

    return Runtime(clock=time.clock.now, wait=wait, chance=random.Random(1))


@contextlib.contextmanager
def listening(log: list[str]) -> Iterator[None]:
    """Takes every line that the tap logs, at any level."""

    class Listener(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            log.append(f"{record.levelname} {record.getMessage()}")

    logger, listener = logging.getLogger(TapPayments.name), Listener()
    level = logger.level
    logger.addHandler(listener)
    logger.setLevel(logging.DEBUG)
    try:
        yield
    finally:
        logger.removeHandler(listener)
        logger.setLevel(level)


@contextlib.contextmanager
def signals_kept() -> Iterator[None]:
    """Gives signals back to whom they belonged: a tap takes them when it is made."""
    kept = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in kept.items():
            signal.signal(number, handler)
