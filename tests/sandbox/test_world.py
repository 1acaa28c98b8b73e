"""The data: the same for a seed and a clock, and moving with it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from tap_payments.sandbox import Clock, Sandbox
from tests.sandbox.client import ask, basic

if TYPE_CHECKING:
    from collections.abc import Iterator


NOW = datetime(2026, 3, 15, 12, tzinfo=UTC)
MAIN = basic("sandbox-merchant-1", "sandbox-zimpler-key-main")


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


def test_accounts_are_as_many_as_asked() -> None:
    with Sandbox(accounts=2) as sandbox:
        assert [list(api.accounts) for api in sandbox.apis.values()] == [["main", "shop2"]] * len(
            sandbox.apis
        )
    with Sandbox(accounts={"spacivox": ["a", "b"]}) as sandbox:
        assert list(sandbox.spacivox.accounts) == ["a", "b"]
        assert list(sandbox.zimpler.accounts) == ["main", "shop2"]
