"""What an account that refuses costs: one request, and the same words for all that would follow."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING

import pytest

from tap_payments.errors import AccountFailed, StreamFailed
from tap_payments.runtime import Cancelled
from tests.http.client_box import GET, ROWS, Make, failure_of
from tests.http.limits.box import OK, OTHER, together
from tests.support.server import Answer, Request, Server

if TYPE_CHECKING:
    from tap_payments.http.calls import Call


def test_the_first_request_goes_alone(server: Server, make: Make) -> None:
    release = threading.Event()

    def answer(_request: Request) -> Answer:
        if len(server.requests) == 1:
            threading.Timer(0.2, release.set).start()
            release.wait(5)
            assert len(server.requests) == 1
        return OK

    server.handler = answer
    assert together(4, make().fetch) == [ROWS] * 4
    assert len(server.requests) == 4


@pytest.mark.parametrize("call", [GET, OTHER])
def test_a_401_is_asked_once_and_fails_all_in_the_same_words(
    server: Server, make: Make, call: Call
) -> None:
    server.script(Answer(status=401))
    client = make()
    failures = [*together(6, client.fetch), failure_of(lambda: client.fetch(call))]
    assert {str(failure) for failure in failures} == {
        "GET /v1/rows answered 401: check acme.api_key"
    }
    assert all(isinstance(failure, AccountFailed) for failure in failures)
    assert len(server.requests) == 1


def test_a_host_that_is_not_there_is_asked_for_by_one_alone(make: Make) -> None:
    with Server() as gone:
        url = gone.url
    client = make(url, max_retries=3)
    failures = together(4, client.fetch)
    assert {type(failure) for failure in failures} == {AccountFailed}
    assert len({str(failure) for failure in failures}) == 1
    assert client.cost == (4, 3)
    assert len(client.log) == 3


def test_a_403_fails_the_others_of_its_endpoint_and_leaves_those_of_another(
    server: Server, make: Make
) -> None:
    server.handler = lambda request: Answer(status=403) if request.path == GET.path else OK
    client = make()
    assert {type(failure) for failure in together(4, client.fetch)} == {AccountFailed}
    assert client.fetch(OTHER) == ROWS
    assert isinstance(failure_of(client.fetch), AccountFailed)
    assert [request.path for request in server.requests] == [GET.path, OTHER.path]


@pytest.mark.parametrize("status", [400, 404, 422, 500])
def test_what_is_not_the_accounts_fails_one_alone(server: Server, make: Make, status: int) -> None:
    server.script(Answer(status=status), OK)
    client = make(max_retries=0)
    assert type(failure_of(client.fetch)) is StreamFailed
    assert client.fetch() == ROWS


@pytest.mark.parametrize("status", [401, 403])
def test_a_refusal_after_answers_fails_one_alone(server: Server, make: Make, status: int) -> None:
    server.script(OK, Answer(status=status), OK)
    client = make()
    client.fetch()
    assert type(failure_of(client.fetch)) is StreamFailed
    assert client.fetch() == ROWS


def test_a_first_call_that_is_called_off_leaves_its_place_to_the_next(
    server: Server, make: Make
) -> None:
    client = make()

    def answer(_request: Request) -> Answer:
        if len(server.requests) == 1:
            client.cancelled.set()
            return Answer(dropped=True)
        return OK

    server.handler = answer
    with pytest.raises(Cancelled):
        client.fetch()
    client.cancelled.clear()
    assert client.fetch() == ROWS


def test_who_waits_for_the_first_call_is_let_go_when_the_work_is_called_off(
    server: Server, make: Make
) -> None:
    server.script(Answer(ROWS, delay=30))
    client = make()
    first = threading.Thread(target=lambda: together(1, client.fetch))
    first.start()
    while not server.requests:
        time.sleep(0.01)
    client.cancelled.set()
    began = time.monotonic()
    with pytest.raises(Cancelled):
        client.fetch()
    assert time.monotonic() - began < 15
    server.closing.set()
    first.join()
