"""Proxies of the environment: what goes through them, what never does, and what they refuse."""

from __future__ import annotations

import typing as t

import pytest

from tap_payments.http.retriable import Retriable
from tests.http.client_box import ROWS, SECRET, Make, failure_of
from tests.http.transport.box import get, started, to
from tests.support.server import Answer, Server

if t.TYPE_CHECKING:
    from collections.abc import Iterator

    from tap_payments.http.transport import Transport

AWAY = "http://api.example"
SECURE = "https://api.example"


@pytest.fixture
def transport() -> Iterator[Transport]:
    with started() as made:
        yield made


@pytest.fixture
def proxy(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    """The proxy of the environment, for everything."""
    with Server(lambda _request: Answer("by proxy")) as listening:
        for name in ("http_proxy", "https_proxy", "all_proxy"):
            monkeypatch.setenv(name, listening.url)
            monkeypatch.delenv(name.upper(), raising=False)
        for name in ("no_proxy", "NO_PROXY"):
            monkeypatch.delenv(name, raising=False)
        yield listening


def test_a_proxy_of_the_environment_is_used(proxy: Server, transport: Transport) -> None:
    assert get(transport, f"{AWAY}/x") == b"by proxy"
    assert proxy.requests[0].target == f"{AWAY}/x"


def test_no_proxy_of_the_environment_is_honoured(
    proxy: Server, transport: Transport, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("no_proxy", "api.example")
    with pytest.raises(Retriable, match="the host's name could not be looked up"):
        get(transport, f"{AWAY}/x")
    assert proxy.requests == []


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_nothing_to_this_machine_goes_through_a_proxy(
    server: Server, proxy: Server, transport: Transport, host: str
) -> None:
    server.script(Answer("here"))
    assert get(transport, server.url.replace("127.0.0.1", host)) == b"here"
    assert server.requests[0].headers["x-key"] == SECRET
    assert proxy.requests == []


def test_nor_does_a_redirect_to_this_machine(
    server: Server, proxy: Server, transport: Transport
) -> None:
    proxy.script(to(f"{server.url}/there"))
    server.script(Answer("here"))
    assert get(transport, f"{AWAY}/x") == b"here"
    assert len(proxy.requests) == 1


@pytest.mark.parametrize("url", [AWAY, SECURE])
def test_a_proxy_that_wants_credentials_is_named_at_once(
    proxy: Server, make: Make, url: str
) -> None:
    proxy.script(Answer("canary", status=407))
    failure = failure_of(make(url).fetch)
    assert "the proxy asks for credentials: give them in HTTPS_PROXY" in str(failure)
    assert failure.kind == "config"
    assert len(proxy.requests) == 1


def test_its_credentials_are_sent_to_it(
    proxy: Server, transport: Transport, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("http_proxy", proxy.url.replace("//", "//user:pass@"))
    get(transport, f"{AWAY}/x")
    assert proxy.requests[0].headers["proxy-authorization"].startswith("Basic ")


@pytest.mark.parametrize("scheme", ["socks5", "socks5h", "socks4"])
@pytest.mark.parametrize("url", [AWAY, SECURE])
def test_a_proxy_of_another_kind_is_named_at_once(
    proxy: Server, make: Make, monkeypatch: pytest.MonkeyPatch, scheme: str, url: str
) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.setenv(name, proxy.url.replace("http", scheme))
    failure = failure_of(make(url).fetch)
    assert str(failure) == (
        "GET /v1/rows: the environment names a proxy of a kind that cannot be used: give an HTTP "
        "proxy in HTTPS_PROXY, or the host in NO_PROXY"
    )
    assert failure.kind == "config"


def test_a_proxy_that_fails_is_tried_again_and_named(proxy: Server, make: Make) -> None:
    proxy.script(Answer(status=502))
    failure = str(failure_of(make(SECURE, max_retries=1).fetch))
    assert failure.startswith("GET /v1/rows failed: the proxy of the environment answered 502")
    assert len(proxy.requests) == 2


def test_a_proxy_that_is_not_there_is_named(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    with Server() as gone:
        monkeypatch.setenv("https_proxy", gone.url)
    failure = str(failure_of(make(SECURE, max_retries=0).fetch))
    assert "failed: the proxy of the environment: connection refused" in failure


def test_a_host_without_a_name_is_named(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
    failure = str(failure_of(make("https://nowhere.invalid", max_retries=0).fetch))
    assert failure == (
        "GET /v1/rows failed: the host's name could not be looked up, and 0 retries did not help: "
        "check acme.api_url, and whether this machine may reach it"
    )


def test_rows_come_through_a_proxy(proxy: Server, make: Make) -> None:
    proxy.script(Answer(ROWS))
    assert make(AWAY).fetch() == ROWS
