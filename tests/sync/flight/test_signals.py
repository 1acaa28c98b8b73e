from __future__ import annotations

import signal
import threading
import time
import typing as t
from collections import deque

import pytest

from tap_payments.output.stopping import Terminated
from tap_payments.sync.flight import Flight
from tap_payments.sync.routes import Route
from tests.sync.jobs import PATIENCE, course, page

if t.TYPE_CHECKING:
    from collections.abc import Iterator


def end(signum: int, _frame: object) -> None:
    raise Terminated(signum)


def test_a_signal_that_wakes_another_thread_ends_the_run_all_the_same() -> None:
    """One that comes just before the thread that writes falls asleep does not wake it, either."""
    is_over, is_read = threading.Event(), threading.Event()

    def read(_course: object, _job: object) -> Iterator[t.Any]:
        time.sleep(0.1)  # the other sleeps by now; where it does not, it hears of it all the more
        signal.pthread_kill(threading.get_ident(), signal.SIGUSR1)
        is_over.wait(PATIENCE)
        is_read.set()
        yield page("late")

    kept = signal.signal(signal.SIGUSR1, end)
    try:
        flight = Flight([Route("account", 1, deque([course([7])]))], read, crew=lambda _account: 1)
        with pytest.raises(Terminated):
            list(flight)
        assert not is_read.is_set()
    finally:
        signal.signal(signal.SIGUSR1, kept)
        is_over.set()
