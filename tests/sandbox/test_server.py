from __future__ import annotations

import http.client
import threading
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

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


def test_the_same_seed_and_clock_give_the_same_bytes() -> None:
    bodies = []
    for seed in (1, 1, 2):
        with Sandbox(seed=seed, days=5, clock=Clock(NOW, frozen=True)) as sandbox:
            bodies.append(all_transactions(sandbox))
    assert bodies[0] == bodies[1] != bodies[2]
    assert len(bodies[0]) > 10_000


def test_a_day_is_the_same_however_long_the_history() -> None:
    rows = []
    for days in (20, 40):
        with Sandbox(days=days, clock=Clock(NOW, frozen=True)) as sandbox:
            url = f"{sandbox.url}/zimpler/v4/transactions"
            reply = ask(url, MAIN, query={"from_date": "2026-03-12", "to_date": "2026-03-12"})
            rows.append(reply.json["transactions"])
    assert rows[0]
    assert rows[0] == rows[1]


def test_the_data_moves_with_the_clock(sandbox: Sandbox) -> None:
    before = len(sandbox.zimpler.rows("main"))
    assert all_transactions(sandbox) == all_transactions(sandbox)
    sandbox.clock.advance(hours=72)
    assert len(sandbox.zimpler.rows("main")) > before + 40
    assert len(sandbox.zimpler.rows("main", NOW)) == before


def test_a_connection_is_kept_and_a_large_answer_compressed(sandbox: Sandbox) -> None:
    parts = urlsplit(sandbox.url)
    connection = http.client.HTTPConnection("127.0.0.1", parts.port, timeout=5)
    encodings = []
    for headers in ({"Accept-Encoding": "gzip"}, {}):
        connection.request(
            "GET", "/zimpler/v4/transactions?limit=1000", headers={**MAIN, **headers}
        )
        socket = connection.sock
        response = connection.getresponse()
        encodings.append(response.headers["Content-Encoding"])
        assert len(response.read()) == int(response.headers["Content-Length"])
        assert connection.sock is socket
    connection.close()
    assert encodings == ["gzip", None]


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


def test_stopping_waits_for_no_stalled_answer() -> None:
    sandbox = Sandbox(seed=None).start()
    sandbox.faults.add("zimpler:stall=600")
    asked = threading.Event()
    sandbox.zimpler.on_page = lambda _: asked.set()
    errors: list[Exception] = []

    def stalled() -> None:
        try:
            ask(f"{sandbox.url}/zimpler/v4/transactions", MAIN, timeout=600)
        except (OSError, http.client.HTTPException) as error:
            errors.append(error)

    thread = threading.Thread(target=stalled)
    thread.start()
    assert asked.wait(30)
    sandbox.stop()
    thread.join(30)
    assert len(errors) == 1


def test_stopping_closes_a_connection_that_is_kept() -> None:
    sandbox = Sandbox(seed=None).start()
    connection = http.client.HTTPConnection("127.0.0.1", urlsplit(sandbox.url).port, timeout=30)
    connection.request("GET", "/_sandbox")
    connection.getresponse().read()
    sandbox.stop()
    assert connection.sock.recv(1) == b""
    connection.close()


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


def test_accounts_are_as_many_as_asked() -> None:
    with Sandbox(accounts=2) as sandbox:
        assert [list(api.accounts) for api in sandbox.apis.values()] == [["main", "shop2"]] * len(
            sandbox.apis
        )
    with Sandbox(accounts={"spacivox": ["a", "b"]}) as sandbox:
        assert list(sandbox.spacivox.accounts) == ["a", "b"]
        assert list(sandbox.zimpler.accounts) == ["main", "shop2"]


def test_what_is_not_an_api_is_not_found(sandbox: Sandbox) -> None:
    assert ask(f"{sandbox.url}/").status == 404
    assert ask(f"{sandbox.url}/paypal/v1").status == 404
    assert ask(f"{sandbox.url}/_sandbox/nothing").status == 404


def test_the_control_endpoints(sandbox: Sandbox) -> None:
    url = f"{sandbox.url}/_sandbox"
    status = ask(url).json
    assert (status["url"], status["seed"], status["first_day"]) == (sandbox.url, 1, "2026-02-13")
    assert ask(f"{url}/config").json == sandbox.config()
    assert list(ask(f"{url}/config?providers=spacivox").json) == ["start_date", "spacivox"]
    ask(f"{sandbox.url}/spacivox/j/teams", TOKEN)
    assert [entry["path"] for entry in ask(f"{url}/journal").json] == ["/j/teams"]
    taps = ask(f"{url}/rows?provider=tikpay&kind=TAPS").json
    assert taps == sandbox.tikpay.rows("main", kind="TAPS")
    rows = ask(f"{url}/rows?provider=spacivox&account=main&at=2026-03-01T00:00:00Z").json
    assert rows == sandbox.spacivox.rows("main", datetime(2026, 3, 1, tzinfo=UTC))
    assert ask(f"{url}/clock", body={"advance_seconds": 60}).json == {
        "now": "2026-03-15T12:01:00+00:00"
    }
    assert ask(f"{url}/faults", body={"spec": "spacivox:503"}).json["effect"] == 503
    assert ask(f"{sandbox.url}/spacivox/j/teams", TOKEN).status == 503
    assert ask(f"{url}/faults", body={"spec": "spacivox:600"}).status == 400
    assert ask(f"{url}/faults", method="DELETE").status == 200
    assert list(sandbox.faults) == []
    assert len(sandbox.journal) == 2


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/rows?provider=x", None),
        ("/rows?provider=zimpler&account=x", None),
        ("/rows?provider=zimpler&at=x", None),
        ("/rows?provider=zimpler&kind=x", None),
        ("/rows?provider=tikpay", None),
        ("/config?providers=x", None),
        ("/clock", {"advance_seconds": "x"}),
        ("/clock", b"x"),
        ("/faults", {}),
    ],
)
def test_the_control_endpoints_refuse_what_they_do_not_know(
    sandbox: Sandbox, path: str, body: object
) -> None:
    assert ask(f"{sandbox.url}/_sandbox{path}", body=body).status == 400
