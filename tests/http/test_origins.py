"""Redirects: what goes where, and with which credentials."""

from __future__ import annotations

import typing as t

import pytest
import requests

from tap_payments.http.origins import REDIRECTS, Origin, origin_of
from tests.http.client_box import SECRET
from tests.http.transport.box import FORM, OWN, failure_of, get, started, to
from tests.support.server import Answer, Server

if t.TYPE_CHECKING:
    from collections.abc import Iterator

    from tap_payments.http.transport import Transport


@pytest.fixture
def transport() -> Iterator[Transport]:
    with started() as made:
        yield made


@pytest.fixture
def other() -> Iterator[Server]:
    """A second origin: the same host, another port."""
    with Server(lambda _request: Answer("other")) as listening:
        yield listening


# Redirects


STATUSES = [301, 302, 303, 307, 308]


@pytest.mark.parametrize("status", STATUSES)
@pytest.mark.parametrize("location", ["/there?page=2", "{url}/there?page=2", "there?page=2"])
def test_a_redirect_at_home_keeps_the_credentials(
    server: Server, transport: Transport, status: int, location: str
) -> None:
    server.script(to(location.format(url=server.url), status), Answer("here"))
    assert get(transport, f"{server.url}/start?page=1") == b"here"
    request = server.requests[1]
    assert request.target == "/there?page=2"
    assert request.headers["authorization"] == OWN["Authorization"]
    assert request.headers["x-key"] == SECRET


@pytest.mark.parametrize("status", STATUSES)
@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_another_origin_sees_no_credentials(
    server: Server, other: Server, transport: Transport, status: int, host: str
) -> None:
    away = other.url.replace("127.0.0.1", host)
    server.script(to(f"{away}/there", status))
    assert get(transport, f"{server.url}/start") == b"other"
    assert SECRET not in str(other.requests[0].headers)
    assert "authorization" not in other.requests[0].headers


def test_neither_does_an_origin_that_gives_credentials_in_its_location(
    server: Server, other: Server, transport: Transport
) -> None:
    server.script(to(other.url.replace("http://", "http://user:pass@")))
    get(transport, server.url)
    assert "authorization" not in other.requests[0].headers


def test_nor_does_it_see_a_cookie(server: Server, other: Server, transport: Transport) -> None:
    cookie = {"Set-Cookie": f"session={SECRET}; Path=/"}
    server.script(Answer("", status=302, headers={"Location": other.url, **cookie}))
    get(transport, server.url)
    assert "cookie" not in other.requests[0].headers


def test_back_at_home_the_credentials_are_sent_again(
    server: Server, other: Server, transport: Transport
) -> None:
    server.script(to(f"{other.url}/away"), Answer("home"))
    other.script(to(f"{server.url}/back"))
    assert get(transport, server.url) == b"home"
    assert server.requests[1].headers["x-key"] == SECRET


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_a_post_stays_a_post_with_its_body(
    server: Server, other: Server, transport: Transport, status: int
) -> None:
    server.script(to("/here", status), to(f"{other.url}/there", status))
    request = requests.Request("POST", server.url, json={"report": "x"}, headers={"X-Api": "3"})
    transport.exchange(request, OWN)
    for asked in (server.requests[1], other.requests[0]):
        assert (asked.method, asked.json) == ("POST", {"report": "x"})
        assert asked.headers["x-api"] == "3"


def test_see_other_is_asked_for_without_a_body(server: Server, transport: Transport) -> None:
    server.script(to("/here", 303), Answer("here"))
    transport.exchange(requests.Request("POST", server.url, json={"report": "x"}), OWN)
    assert (server.requests[1].method, server.requests[1].body) == ("GET", b"")


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_form_with_credentials_stays_at_home(
    server: Server, other: Server, transport: Transport, status: int
) -> None:
    server.script(to(f"{other.url}/token", status))
    transport.exchange(requests.Request("POST", f"{server.url}/token", data=FORM), {})
    assert SECRET.encode() in server.requests[0].body
    assert SECRET.encode() not in other.requests[0].body


def test_a_form_follows_at_home(server: Server, transport: Transport) -> None:
    server.script(to("/v2/token", 308), Answer("token"))
    transport.exchange(requests.Request("POST", f"{server.url}/token", data=FORM), {})
    assert server.requests[1].body == server.requests[0].body


@pytest.mark.parametrize(
    ("location", "words"),
    [
        ("http://192.0.2.1/canary", "to http on another machine"),
        ("//192.0.2.1/canary", "to http on another machine"),
        ("ftp://127.0.0.1/canary", "to something else than http"),
        ("file:///etc/canary", "to something else than http"),
    ],
)
def test_a_redirect_to_nowhere_safe_is_fatal(
    server: Server, transport: Transport, location: str, words: str
) -> None:
    server.script(to(location))
    failure = failure_of(transport, f"{server.url}/start?name=canary")
    assert str(failure) == f"GET /start was redirected {words}"


@pytest.mark.parametrize(
    "location", ["http://[canary", "http://127.0.0.1:canary/", "http:///canary"]
)
def test_a_redirect_to_no_url_is_fatal(server: Server, transport: Transport, location: str) -> None:
    server.script(to(location))
    failure = str(failure_of(transport, f"{server.url}/start?name=canary"))
    assert failure.startswith("GET /start ")
    assert "canary" not in failure


def test_redirects_end(server: Server, transport: Transport) -> None:
    server.script(to("/canary"))
    failure = failure_of(transport, f"{server.url}/start")
    assert str(failure) == f"GET /start was redirected more than {REDIRECTS} times"
    assert len(server.requests) == REDIRECTS + 1


def test_as_many_redirects_as_allowed_are_followed(server: Server, transport: Transport) -> None:
    server.script(*[to("/on")] * REDIRECTS, Answer("here"))
    assert get(transport, server.url) == b"here"


@pytest.mark.parametrize(
    ("url", "origin"),
    [
        ("https://H.example/x", ("https", "h.example", 443)),
        ("HTTPS://h.example:443", ("https", "h.example", 443)),
        ("http://h.example:80/", ("http", "h.example", 80)),
        ("http://h.example/", ("http", "h.example", 80)),
        ("https://h.example:8443", ("https", "h.example", 8443)),
        ("http://[::1]:5/x", ("http", "::1", 5)),
    ],
)
def test_an_origin_is_scheme_host_and_port(url: str, origin: tuple[str, str, int]) -> None:
    assert origin_of(url) == Origin(*origin)
