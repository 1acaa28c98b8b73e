"""What the command says, and what it costs, where an API cannot be reached or will not answer."""

from __future__ import annotations

import gzip
import time
import typing as t
from datetime import datetime, timedelta

import pytest

from tests.support.clock import Clock
from tests.support.server import Answer, Request, Server, rest_of
from tests.support.taps import sync, written

if t.TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.support.commands import Commands
    from tests.support.taps import Finished, Row

KEY = "canary-5f0c1d7a9e"
AWAY = "https://api.example"
PROXIES = ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY")
Ask = t.Callable[..., "Finished"]


def settings(url: str, **top: t.Any) -> Row:
    """A Zimpler at an address, and one day."""
    return {
        "start_date": "2026-03-19",
        "end_date": "2026-03-20",
        "max_retries": 0,
        "zimpler": {"api_url": url, "merchant_id": "shop", "api_key": KEY},
    } | top


@pytest.fixture
def ask(commands: Commands, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Ask:
    """Runs the command with settings, without a proxy but those of its environment."""
    for name in (*PROXIES, "no_proxy", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)

    def run(config: Row, **environment: str) -> Finished:
        file = written(tmp_path, "config.json", config)
        done = commands("--config", file, now=None, **environment)
        assert done.is_quiet
        assert KEY not in done.stderr
        return done

    return run


def same(answer: Answer) -> Callable[[Request], Answer]:
    return lambda _request: answer


def test_a_wrong_key_is_asked_for_once_and_said_once(ask: Ask, server: Server) -> None:
    server.handler = same(Answer(status=401))
    done = ask(settings(server.url))
    assert done.code == 1
    assert "answered 401: check zimpler.merchant_id, zimpler.api_key" in done.last_line
    assert done.last_line.count("answered 401") == 1
    for stream in ("zimpler_current_balance", "zimpler_transactions"):
        assert f"{stream} (account 'default')" in done.last_line
    assert len(server.requests) == 1


def test_a_host_that_is_not_there_is_named_once(ask: Ask) -> None:
    with Server() as gone:
        url = gone.url
    done = ask(settings(url))
    assert done.code == 1
    assert done.last_line.endswith(
        "failed: connection refused, and 0 retries did not help: check zimpler.api_url, and "
        "whether this machine may reach it"
    )
    assert done.last_line.count("connection refused") == 1


def test_a_host_whose_name_nobody_knows_is_named(ask: Ask) -> None:
    done = ask(settings("https://nowhere.invalid"))
    assert "failed: the host's name could not be looked up" in done.last_line
    assert "check zimpler.api_url" in done.last_line


def test_an_error_of_the_provider_is_called_one(ask: Ask, server: Server) -> None:
    server.handler = same(Answer(status=500))
    assert "answered 500 (an error on the provider's side)" in ask(settings(server.url)).last_line


def test_a_website_in_the_apis_place_is_called_one(ask: Ask, server: Server) -> None:
    server.handler = same(Answer("<!DOCTYPE html><title>Welcome</title>"))
    done = ask(settings(server.url))
    assert "gave an unusable answer: a page in HTML" in done.last_line
    assert "check zimpler.api_url" in done.last_line


def test_a_proxy_that_wants_credentials_is_named(ask: Ask, server: Server) -> None:
    server.handler = same(Answer(status=407))
    done = ask(settings(AWAY), https_proxy=server.url)
    assert "the proxy asks for credentials: give them in HTTPS_PROXY" in done.last_line
    assert len(server.requests) == 1


def test_a_socks_proxy_is_named(ask: Ask) -> None:
    done = ask(settings(AWAY), all_proxy="socks5://127.0.0.1:9")
    assert "a proxy of a kind that cannot be used" in done.last_line


def test_credentials_to_this_machine_go_through_no_proxy(ask: Ask, server: Server) -> None:
    server.handler = same(Answer({"transactions": []}))
    with Server() as proxy:
        config = settings(server.url)
        ask(config, http_proxy=proxy.url, all_proxy=proxy.url)
        assert proxy.requests == []
    assert server.requests


def test_an_answer_that_trickles_takes_no_longer_than_the_timeout(ask: Ask, server: Server) -> None:
    server.handler = same(Answer("x" * 300, trickled=0.2))
    began = time.monotonic()
    done = ask(settings(server.url, request_timeout=1))
    assert time.monotonic() - began < 30  # two streams; each answer would take a minute
    assert "did not answer in time" in done.last_line
    assert "raise request_timeout, or lower window_days" in done.last_line


# Windows that are too long for one answer


PAYMENT = {"id": "1", "timestamp": "2026-03-19T10:00:00.000Z", "amount": "1.00"}


def too_long(answer: Answer) -> Callable[[Request], Answer]:
    """A Spacivox that gives this answer for windows of more than twelve hours."""

    def handler(request: Request) -> Answer:
        if request.path != "/j/payment_transactions":
            return Answer([])
        since, until = (datetime.fromisoformat(request.query[name]) for name in ("start", "end"))
        if until - since > timedelta(hours=12):
            return answer
        return Answer([PAYMENT] if since.hour == 0 else [])

    return handler


@pytest.mark.parametrize(
    "answer",
    [
        Answer(gzip.compress(bytes(65 * 1024**2), 1), headers={"Content-Encoding": "gzip"}),
        Answer(status=413),
        Answer(status=504),
    ],
    ids=["huge", "413", "504"],
)
def test_a_window_is_halved_at_once_where_there_are_no_retries(
    server: Server, answer: Answer
) -> None:
    server.handler = too_long(answer)
    own = {"api_url": server.url, "access_token": KEY}
    config = settings(server.url) | {"spacivox": own}
    del config["zimpler"]
    run = sync(Clock(), config)
    assert run.failed is None
    assert [row["id"] for row in run.rows("spacivox_payment_transactions")] == ["1"]
    assert run.waits == []


# Rows that are none


@pytest.mark.parametrize("broken", ["1", "null", "[]", '"text"'])
def test_a_row_that_is_no_object_is_asked_for_again(server: Server, broken: str) -> None:
    row = {"id": "1", "type": "deposit", "approved_at": "2026-03-19T10:00:00Z"}
    asked: list[str] = []

    def handler(request: Request) -> Answer:
        if request.path != "/v4/transactions":
            return Answer({})
        asked.append(request.query["offset"])
        if len(asked) == 1:
            return Answer(f'{{"transactions":[{broken}]}}')
        return Answer({"transactions": rest_of([row], request)})

    server.handler = handler
    run = sync(Clock(), settings(server.url, max_retries=1))
    assert run.failed is None
    assert run.rows("zimpler_transactions")[0]["id"] == "1"
    assert len(run.waits) == 1
