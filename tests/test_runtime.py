from __future__ import annotations

import threading
import time
from datetime import UTC, datetime, timedelta

import pytest

from tap_payments.runtime import Cancelled, Runtime
from tests.support.clock import NOW, Clock


def test_the_clock_is_aware_and_utc() -> None:
    now = Runtime().clock()
    assert now.tzinfo is UTC
    assert abs(now - datetime.now(UTC)) < timedelta(seconds=10)


def test_a_wait_takes_its_time() -> None:
    began = time.monotonic()
    Runtime().pause(0.05, threading.Event())
    assert time.monotonic() - began >= 0.05


def test_a_wait_ends_early_when_the_work_is_called_off() -> None:
    cancelled = threading.Event()
    threading.Timer(0.05, cancelled.set).start()
    began = time.monotonic()
    with pytest.raises(Cancelled):
        Runtime().pause(60, cancelled)
    assert time.monotonic() - began < 30


@pytest.mark.parametrize("seconds", [0, -5])
def test_no_time_is_not_waited_for(clock: Clock, seconds: float) -> None:
    clock.runtime().pause(seconds, threading.Event())
    assert clock.waits == []


@pytest.mark.parametrize("seconds", [0, 5])
def test_what_is_called_off_does_not_go_on(clock: Clock, seconds: float) -> None:
    cancelled = threading.Event()
    cancelled.set()
    with pytest.raises(Cancelled):
        clock.runtime().pause(seconds, cancelled)


def test_whoever_wants_to_know_is_told_why_there_is_a_wait(clock: Clock) -> None:
    told: list[tuple[str, float]] = []
    runtime = Runtime(clock=clock, wait=clock.wait, on_wait=lambda *wait: told.append(wait))
    runtime.pause(7, threading.Event(), "rate limited")
    runtime.pause(0, threading.Event(), "nothing")
    assert told == [("rate limited", 7)]
    assert clock.now == NOW + timedelta(seconds=7)


def test_a_clock_for_tests_can_move_with_every_look() -> None:
    clock = Clock(step=timedelta(seconds=1))
    assert [clock() - NOW for _ in range(3)] == [timedelta(seconds=n) for n in range(3)]
