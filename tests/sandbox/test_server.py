from __future__ import annotations

import threading
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from tap_payments.sandbox import Clock, Sandbox
from tests.sandbox.client import ask, basic, bearer

if TYPE_CHECKING:
    from collections.abc import Iterator

NOW = datetime(2026, 3, 15, 12, tzinfo=UTC)
MAIN = basic("sandbox-merchant-1", "sandbox-zimpler-key-main")
TOKEN = bearer("sandbox-spacivox-token-main-1")


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(days=30, clock=Clock(NOW, frozen=True)) as sandbox:
        yield sandbox


def all_transactions(sandbox: Sandbox) -> bytes:
    query = {"limit": 1000, "from_date": "2026-01-01"}
    return ask(f"{sandbox.url}/zimpler/v4/transactions", MAIN, query=query).body


def test_the_journal_has_every_request(sandbox: Sandbox) -> None:
    ask(f"{sandbox.url}/spacivox/j/teams?a=1&b=", {**TOKEN, "X-Mine": "é"})
    ask(f"{sandbox.url}/spacivox/j/teams", body=b"abc")
    first, second = sandbox.journal
    assert (first.provider, first.method, first.path) == ("spacivox", "GET", "/j/teams")
    assert (first.query, first.status, first.at) == ({"a": "1", "b": ""}, 200, NOW)
    assert first.headers["x-mine"] == "é"
    assert (second.body, second.status) == (b"abc", 405)
    assert sandbox.journal.of("spacivox", "/j/t") == [first, second]
    assert sandbox.journal.of("zimpler") == []
    sandbox.journal.clear()
    assert len(sandbox.journal) == 0


def test_the_journal_counts_what_is_in_flight(sandbox: Sandbox) -> None:
    together = threading.Barrier(3, timeout=30)

    def meet(_: int) -> None:
        together.wait()

    sandbox.zimpler.on_page = meet
    threads = [threading.Thread(target=all_transactions, args=(sandbox,)) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert max(request.in_flight for request in sandbox.journal) == 3


def test_every_answer_waits_for_the_latency(sandbox: Sandbox) -> None:
    sandbox.latency = 0.1
    began = time.monotonic()
    ask(f"{sandbox.url}/spacivox/j/teams", TOKEN)
    assert time.monotonic() - began >= 0.1


def test_the_configuration_has_each_providers_settings(sandbox: Sandbox) -> None:
    known = ("zimpler", "begateway", "spacivox", "tikpay")
    assert set(known) <= set(sandbox.config())
    assert sandbox.config(*known) == {
        "start_date": "2026-02-13",
        "zimpler": {
            "api_url": f"{sandbox.url}/zimpler",
            "accounts": [
                {"account": name, **keys} for name, keys in sandbox.zimpler.accounts.items()
            ],
        },
        "begateway": {
            "api_url": f"{sandbox.url}/begateway",
            "shop_id": "1001",
            "secret_key": "sandbox-begateway-secret-main",
        },
        "spacivox": {
            "api_url": f"{sandbox.url}/spacivox",
            "access_token": "sandbox-spacivox-token-main-1",
        },
        "tikpay": {
            "api_url": f"{sandbox.url}/tikpay/v1",
            "token_url": f"{sandbox.url}/tikpay/oauth2/token",
            "client_id": "sandbox-tikpay-client-1",
            "client_secret": "sandbox-tikpay-secret-main",
            "api_key": "sandbox-tikpay-key-main",
            "poll_interval": 1,
        },
    }
    assert list(sandbox.config("spacivox")) == ["start_date", "spacivox"]


def test_what_is_not_an_api_is_not_found(sandbox: Sandbox) -> None:
    assert ask(f"{sandbox.url}/").status == 404
    assert ask(f"{sandbox.url}/paypal/v1").status == 404
    assert ask(f"{sandbox.url}/_sandbox/nothing").status == 404
