"""The loop that tries again: what is worth another try, how long it waits, and when it gives up."""

from __future__ import annotations

import threading
import typing as t
from datetime import timedelta

import pytest

from tests.http.client_box import ROWS, Make, failure_of
from tests.support.clock import NOW, Clock
from tests.support.server import Answer, Server

OK = Answer(ROWS)


TRANSIENT = [408, 425, 500, 501, 502, 503, 504, 520, 599]


@pytest.mark.parametrize("status", [*TRANSIENT, 429])
def test_a_transient_answer_is_asked_for_again(server: Server, make: Make, status: int) -> None:
    server.script(Answer("no", status=status), Answer("no", status=status), OK)
    client = make()
    assert client.fetch() == ROWS
    assert client.cost == (3, 2)
    assert (client.client.total.requests, client.client.total.retries) == (3, 2)
    assert [request.target for request in server.requests] == [server.requests[0].target] * 3


@pytest.mark.parametrize(
    ("trouble", "reason"),
    [
        (Answer(dropped=True), "failed: the connection was closed without an answer"),
        (Answer(reset=True), "failed: connection reset by peer"),
        (Answer(ROWS, cut=5), "failed: the answer was cut off"),
        (Answer(ROWS, cut=0), "failed: the answer was cut off"),
        (Answer(ROWS, cut=5, chunked=True), "failed: "),
        (Answer(ROWS, headers={"Content-Encoding": "gzip"}), "failed: the answer's compression"),
        (Answer("<html>gateway</html>"), "gave an unusable answer: "),
        (Answer(""), "gave an unusable answer: "),
        (Answer('{"rows": [1,'), "gave an unusable answer: "),
        (Answer([1, 2]), "gave an unusable answer: "),
        (Answer(b'{"rows": "\xff"}'), "gave an unusable answer: "),
        (Answer("busy", status=503), "answered 503"),
    ],
)
def test_trouble_on_the_way_is_tried_again_and_named(
    server: Server, make: Make, trouble: Answer, reason: str
) -> None:
    server.script(trouble, OK)
    client = make()
    assert client.fetch() == ROWS
    assert len(client.log) == 1
    assert client.log[0].startswith(f"Acme account 'main': GET /v1/rows {reason}")
    assert client.log[0].endswith("trying again in 1 s (1 of 6)")


def test_a_compressed_answer_that_is_cut_is_tried_again(server: Server, make: Make) -> None:
    packed = Answer({"rows": list(range(2000))}).gzipped()
    half = packed.content[: len(packed.content) // 2]
    server.script(Answer(half, headers=packed.headers), packed)
    assert len(make().fetch()["rows"]) == 2000


@pytest.mark.parametrize("stalled", [Answer(ROWS, delay=5), Answer(ROWS, stalled=4)])
def test_an_answer_that_does_not_come_in_time_is_tried_again(
    server: Server, make: Make, stalled: Answer
) -> None:
    server.script(stalled, OK)
    client = make(request_timeout=0.1)
    assert client.fetch() == ROWS
    assert "did not answer in time" in client.log[0]


def test_a_server_that_is_not_there_is_tried_again_and_named(make: Make) -> None:
    with Server() as gone:
        url = gone.url
    client = make(url, max_retries=1)
    failure = failure_of(client.fetch)
    assert str(failure) == (
        "GET /v1/rows failed: connection refused, and 1 retry did not help: "
        "check acme.api_url, and whether this machine may reach it"
    )
    assert failure.kind == "transient"


def test_waits_double_from_a_second_to_a_minute_with_jitter(server: Server, make: Make) -> None:
    server.script(Answer(status=500))
    client = make(max_retries=9)
    failure_of(client.fetch)
    assert client.cost == (10, 9)
    for wait, usual in zip(client.clock.waits, [1, 2, 4, 8, 16, 32, 60, 60, 60], strict=True):
        assert 0.8 * usual <= wait <= 1.2 * usual
    assert len({wait / 60 for wait in client.clock.waits[6:]}) == 3


@pytest.mark.parametrize(("retries", "said"), [(0, "0 retries"), (1, "1 retry"), (6, "6 retries")])
def test_after_the_last_retry_the_stream_fails(
    server: Server, make: Make, retries: int, said: str
) -> None:
    server.script(Answer("no", status=502))
    client = make(max_retries=retries)
    failure = failure_of(client.fetch)
    assert str(failure) == (
        f"GET /v1/rows answered 502 (the provider is down), and {said} did not help: "
        "run again later"
    )
    assert client.cost == (retries + 1, retries)


# Retry-After


@pytest.mark.parametrize("status", [429, 503, 500])
@pytest.mark.parametrize(
    "value", ["7", f"{NOW + timedelta(seconds=7):%a, %d %b %Y %H:%M:%S} GMT"], ids=["s", "date"]
)
def test_retry_after_wins(server: Server, make: Make, status: int, value: str) -> None:
    server.script(Answer(status=status, headers={"Retry-After": value}), OK)
    client = make()
    assert client.fetch() == ROWS
    assert 7 <= sum(client.clock.waits) <= (8 if status == 429 else 7)


@pytest.mark.parametrize("value", ["soon", "", "-1"])
def test_a_retry_after_that_says_nothing_is_none(server: Server, make: Make, value: str) -> None:
    server.script(Answer(status=429, headers={"Retry-After": value}), OK)
    client = make()
    client.fetch()
    assert 0.8 <= sum(client.clock.waits) <= 1.2


def test_a_retry_after_as_long_as_the_longest_wait_is_waited_for(
    server: Server, make: Make
) -> None:
    server.script(Answer(status=429, headers={"Retry-After": "300"}), OK)
    client = make()
    assert client.fetch() == ROWS
    assert 300 <= sum(client.clock.waits) <= 301


@pytest.mark.parametrize("status", [429, 503])
@pytest.mark.parametrize("value", ["301", "99999999999999999999", "Thu, 20 Mar 2036 12:00:00 GMT"])
def test_a_longer_one_fails_the_stream_at_once(
    server: Server, make: Make, status: int, value: str
) -> None:
    server.script(Answer(status=status, headers={"Retry-After": value}), OK)
    client = make()
    failure = failure_of(client.fetch)
    assert f"answered {status}" in str(failure)
    assert "longer than max_retry_wait (300 s)" in str(failure)
    assert failure.kind == "transient"
    assert client.clock.waits == []
    assert len(server.requests) == 1


def test_a_429_holds_every_thread_back(server: Server, make: Make) -> None:
    clock = Clock()
    free = NOW + timedelta(seconds=30)
    limit = Answer(status=429, headers={"Retry-After": "30"})
    server.handler = lambda _request: OK if clock.now >= free else limit
    client = make(clock=clock, concurrency=4, max_retries=0)
    failure_of(client.fetch)
    answers: list[t.Any] = []
    threads = [threading.Thread(target=lambda: answers.append(client.fetch())) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == [ROWS] * 4
    assert len(server.requests) == 5


def test_a_thread_that_comes_later_waits_for_the_rest(server: Server, make: Make) -> None:
    server.script(Answer(status=429, headers={"Retry-After": "30"}), OK)
    client = make(max_retries=0)
    failure_of(client.fetch)
    client.clock.now += timedelta(seconds=10)
    client.fetch()
    (wait,) = client.clock.waits
    assert 20 <= wait <= 21


def test_a_wait_that_is_prolonged_meanwhile_is_waited_out(server: Server, make: Make) -> None:
    class Busy(Clock):
        """While one thread is held back, another is told to wait for longer."""

        def wait(self, seconds: float, cancelled: threading.Event) -> None:
            super().wait(seconds, cancelled)
            if len(self.waits) == 1:
                failure_of(client.fetch)

    client = make(clock=Busy(), max_retries=0)
    server.script(
        Answer(status=429, headers={"Retry-After": "10"}),
        Answer(status=429, headers={"Retry-After": "60"}),
        OK,
    )
    failure_of(client.fetch)
    assert client.fetch() == ROWS
    for wait, told in zip(client.clock.waits, [10, 60], strict=True):
        assert told <= wait <= told + 1
