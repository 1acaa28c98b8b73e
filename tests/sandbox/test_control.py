"""The control endpoints, for who cannot reach the sandbox from Python."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from tap_payments.sandbox import Clock, Sandbox
from tests.sandbox.client import ask, bearer

if TYPE_CHECKING:
    from collections.abc import Iterator


NOW = datetime(2026, 3, 15, 12, tzinfo=UTC)
TOKEN = bearer("sandbox-spacivox-token-main-1")


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(days=30, clock=Clock(NOW, frozen=True)) as sandbox:
        yield sandbox


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
