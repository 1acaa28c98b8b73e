"""What a client does with each kind of answer."""

from __future__ import annotations

import threading

import pytest

from tap_payments.errors import WindowTooLong
from tap_payments.runtime import Cancelled
from tests.http.client_box import GET, POST, ROWS, SECRET, Make, failure_of
from tests.support.server import Answer, Request, Server

OK = Answer(ROWS)


# Requests


def test_a_request_is_sent_as_it_was_asked_for(server: Server, make: Make) -> None:
    server.script(OK)
    assert make(f"{server.url}/base/").fetch() == ROWS
    (request,) = server.requests
    assert request.method == "GET"
    assert request.path == "/base/v1/rows"
    assert request.query == GET.params
    assert request.headers["user-agent"] == "tap-payments/test"
    assert request.headers["authorization"] == f"Bearer {SECRET}"
    assert request.headers["x-key"] == SECRET
    assert "gzip" in request.headers["accept-encoding"]


def test_a_post_carries_its_body_as_json(server: Server, make: Make) -> None:
    server.script(OK)
    make().fetch(POST)
    assert server.requests[0].method == "POST"
    assert server.requests[0].json == POST.json
    assert server.requests[0].headers["content-type"] == "application/json"


def test_connections_are_kept(server: Server, make: Make) -> None:
    server.script(OK, Answer(ROWS, chunked=True), OK.gzipped(), Answer("", status=503), OK)
    client = make()
    for _ in range(4):
        client.fetch()
    assert len(server.requests) == 5
    assert server.connections == 1


def test_cookies_are_neither_kept_nor_sent(server: Server, make: Make) -> None:
    server.script(Answer(ROWS, headers={"Set-Cookie": "session=canary; Path=/"}), OK)
    client = make()
    client.fetch()
    client.fetch()
    assert "cookie" not in server.requests[1].headers


# Fatal answers


@pytest.mark.parametrize("status", [400, 402, 404, 405, 409, 410, 413, 422, 431, 451])
def test_any_other_4xx_is_fatal_at_once(server: Server, make: Make, status: int) -> None:
    server.script(Answer({"message": "from is required"}, status=status))
    client = make()
    failure = failure_of(client.fetch)
    assert str(failure) == f"GET /v1/rows answered {status} (from is required)"
    assert (failure.status, failure.kind) == (status, "system")
    assert client.cost == (1, 0)
    assert client.log == []


@pytest.mark.parametrize("status", [201, 202, 204, 206, 300, 301, 302, 304, 307])
def test_an_answer_without_the_documented_body_is_an_error(
    server: Server, make: Make, status: int
) -> None:
    server.script(Answer(b"", status=status))
    assert str(failure_of(make().fetch)) == f"GET /v1/rows answered {status}"


@pytest.mark.parametrize("status", [401, 403])
def test_a_refusal_names_the_settings_to_check(server: Server, make: Make, status: int) -> None:
    server.script(Answer({"error": "denied"}, status=status))
    client = make()
    failure = failure_of(client.fetch)
    assert str(failure) == f"GET /v1/rows answered {status} (denied): check acme.api_key"
    assert (failure.status, failure.kind) == (status, "config")
    assert client.cost == (1, 0)


def test_a_message_holds_no_body_query_header_or_setting(server: Server, make: Make) -> None:
    body = {
        "message": "shop 20771 is unknown to merchant-9",
        "code": "E-7",
        "holder": "canary holder",
    }
    server.script(Answer(body, status=422, headers={"X-Trace": "canary header"}))
    client = make(unspoken=("merchant-9",))
    failure = str(failure_of(client.fetch))
    assert failure == "GET /v1/rows answered 422"
    for word in ("canary", "2026-01-01", "merchant-9", SECRET, server.url):
        assert word not in failure


@pytest.mark.parametrize("status", [500, 200, 422, 429])
def test_no_log_line_holds_a_secret_or_a_query(server: Server, make: Make, status: int) -> None:
    server.script(Answer(f"<html>canary {SECRET}</html>", status=status))
    client = make(max_retries=1)
    failure = failure_of(client.fetch)
    for word in ("canary", SECRET, server.url, "2026-01-01"):
        assert word not in str(failure)
        assert word not in "".join(client.log)


# Credentials that can be renewed


class Token:
    """A token that is good from its second edition on, or never."""

    def __init__(self, *, good: bool = True) -> None:
        self.good = good
        self.edition = 1

    def headers(self) -> dict[str, str]:
        """The edition."""
        return {"Authorization": f"Bearer {self.edition}"}

    def renew(self) -> bool:
        """The next edition."""
        self.edition += 1
        return True


@pytest.mark.parametrize("retries", [0, 6])
def test_a_401_gets_one_new_token(server: Server, make: Make, retries: int) -> None:
    server.handler = lambda request: (
        OK if request.headers["authorization"] == "Bearer 2" else Answer(status=401)
    )
    client = make(credentials=Token(), max_retries=retries)
    assert client.fetch() == ROWS
    assert client.clock.waits == []
    assert client.cost[0] == 2


def test_a_second_401_is_fatal(server: Server, make: Make) -> None:
    server.script(Answer(status=401))
    token = Token()
    client = make(credentials=token)
    assert str(failure_of(client.fetch)) == "GET /v1/rows answered 401: check acme.api_key"
    assert token.edition == 2
    assert len(server.requests) == 2


# Windows that are too long


@pytest.mark.parametrize(
    ("answers", "asked"),
    [
        ([Answer(status=413)], 1),
        ([Answer(status=504), Answer(status=504)], 2),
        ([Answer(ROWS, stalled=3), Answer(ROWS, stalled=3)], 2),
        ([Answer(status=504), Answer(status=500), Answer(ROWS, stalled=3)], 3),
    ],
)
def test_what_is_too_long_is_split_where_it_can_be(
    server: Server, make: Make, answers: list[Answer], asked: int
) -> None:
    server.script(*answers)
    client = make(request_timeout=1)
    with pytest.raises(WindowTooLong):
        client.fetch(splittable=True)
    assert len(server.requests) == asked


def test_one_slow_answer_is_not_too_long(server: Server, make: Make) -> None:
    server.script(Answer(status=504), OK)
    assert make().fetch(splittable=True) == ROWS


def test_what_cannot_be_split_fails(server: Server, make: Make) -> None:
    server.script(Answer(status=413))
    assert failure_of(make().fetch).status == 413
    server.script(Answer(status=504))
    assert "2 retries did not help" in str(failure_of(make(max_retries=2).fetch))


# Limits and cancellation


@pytest.mark.parametrize("concurrency", [1, 3])
def test_no_more_requests_are_open_than_the_policy_allows(
    server: Server, make: Make, concurrency: int
) -> None:
    server.script(Answer(ROWS, delay=0.01))
    client = make(concurrency=concurrency)
    threads = [threading.Thread(target=client.fetch) for _ in range(9)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(server.requests) == 9
    assert server.most_at_once == concurrency


def test_work_that_is_called_off_asks_no_more(server: Server, make: Make) -> None:
    server.script(Answer(status=500))
    client = make()
    client.cancelled.set()
    with pytest.raises(Cancelled):
        client.fetch()
    assert server.requests == []


def test_work_that_was_called_off_meanwhile_ends_without_a_word(
    server: Server, make: Make, caplog: pytest.LogCaptureFixture
) -> None:
    client = make()

    def answer(_request: Request) -> Answer:
        client.cancelled.set()
        return Answer(status=500)

    server.handler = answer
    with pytest.raises(Cancelled):
        client.fetch()
    assert len(server.requests) == 1
    assert client.clock.waits == []
    assert caplog.messages == []
