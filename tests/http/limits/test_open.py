"""How many requests an account has open, and what an account that refuses costs."""

from __future__ import annotations

import threading
import time
import typing as t
from datetime import timedelta

import pytest

from tap_payments.http.limits import Limits
from tap_payments.runtime import Cancelled
from tests.http.client_box import ROWS, Make, failure_of
from tests.http.limits.box import OK, together
from tests.support.clock import NOW, Clock
from tests.support.server import Answer, Request, Server

LIMITED = Answer(status=429)


# Fewer requests after a 429


def limits(most: int, clock: Clock | None = None) -> Limits:
    return Limits(most, runtime=(clock or Clock()).runtime(), subject="Acme account 'main'")


def test_each_429_halves_the_open_requests_down_to_one() -> None:
    found, fewer = limits(9), []
    for _ in range(5):
        with found.slot(threading.Event()) as sent_at:
            fewer.append((found.refuse(sent_at, 0), found.most))
    assert fewer == [(True, 4), (True, 2), (True, 1), (False, 1), (False, 1)]


def test_those_that_were_on_their_way_together_halve_them_once() -> None:
    found = limits(8)
    with found.slot(threading.Event()) as one, found.slot(threading.Event()) as other:
        assert found.refuse(one, 0)
        assert not found.refuse(other, 0)
    assert found.most == 4


def test_an_account_is_held_back_for_as_long_as_it_was_told_and_a_little_by_chance() -> None:
    clock = Clock()
    found = limits(4, clock)
    with found.slot(threading.Event()) as sent_at:
        found.refuse(sent_at, 30)
    for _ in range(3):
        clock.now = NOW + timedelta(seconds=10)
        with found.slot(threading.Event()):
            pass
    assert all(20 <= wait <= 21 for wait in clock.waits)
    assert len(set(clock.waits)) == 3


def test_who_waits_for_a_place_is_let_go_when_the_work_is_called_off() -> None:
    found, cancelled = limits(1, Clock()), threading.Event()
    with found.slot(threading.Event()):
        threading.Timer(0.05, cancelled.set).start()
        with pytest.raises(Cancelled), found.slot(cancelled):
            pytest.fail("there is no place")


class OneASecond:
    """A server that answers one request a second and refuses the others, by a real clock."""

    def __init__(self, every: float, headers: dict[str, str]) -> None:
        self.every = every
        self.headers = headers
        self.free_at = 0.0
        self.lock = threading.Lock()

    def __call__(self, _request: Request) -> Answer:
        """Rows, or a 429."""
        with self.lock:
            if time.monotonic() < self.free_at:
                return Answer(status=429, headers=self.headers)
            self.free_at = time.monotonic() + self.every
            return OK


@pytest.mark.parametrize("concurrency", [1, 4, 16])
@pytest.mark.parametrize("headers", [{}, {"Retry-After": "0"}, {"Retry-After": "1"}])
def test_a_server_that_allows_few_requests_is_read_to_the_end(
    server: Server, make: Make, concurrency: int, headers: dict[str, str]
) -> None:
    """A tenth as long as in earnest, for the clock and the server alike."""
    server.handler = OneASecond(0.1, headers)
    start = time.monotonic()
    clock = Clock()

    class Tenth(Clock):
        def __call__(self) -> t.Any:
            return NOW + timedelta(seconds=10 * (time.monotonic() - start))

        def wait(self, seconds: float, cancelled: threading.Event) -> None:
            cancelled.wait(seconds / 10)

    clock = Tenth()
    box = make(clock=clock, concurrency=concurrency, max_retries=2)
    found = together(20, box.fetch)
    assert found == [ROWS] * 20
    assert box.client.limits.most <= max(1, concurrency // 2)


def test_a_429_counts_where_the_account_gets_no_answers(server: Server, make: Make) -> None:
    server.script(LIMITED)
    client = make(max_retries=3)
    assert "3 retries did not help" in str(failure_of(client.fetch))
    assert len(server.requests) == 4


@pytest.mark.parametrize("value", ["0", "Thu, 19 Mar 2026 12:00:00 GMT", "1"])
def test_a_retry_after_that_is_no_wait_does_not_shorten_the_usual_ones(
    server: Server, make: Make, value: str
) -> None:
    server.script(Answer(status=429, headers={"Retry-After": value}))
    client = make(max_retries=6)
    failure_of(client.fetch)
    usual = [1, 2, 4, 8, 16, 32]
    for wait, least in zip(client.clock.waits, usual, strict=True):
        assert 0.8 * least <= wait <= 1.2 * least + 1


def test_a_smaller_number_of_requests_is_said_once_for_each_halving(
    server: Server, make: Make
) -> None:
    server.script(OK, *[LIMITED] * 3, OK)
    client = make(concurrency=4)
    client.fetch()
    client.fetch()
    said = [line for line in client.log if "from now on" in line]
    assert [line.rpartition("at most ")[2] for line in said] == [
        "2 requests at a time from now on",
        "1 requests at a time from now on",
    ]
