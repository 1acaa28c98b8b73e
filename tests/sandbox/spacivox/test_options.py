"""Spacivox's moods, each seen from outside."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import pytest

from tap_payments.sandbox import Clock, Sandbox
from tests.sandbox.client import ask, bearer

if TYPE_CHECKING:
    from collections.abc import Iterator

NOW = datetime(2026, 3, 15, 12, tzinfo=UTC)
TOKEN = bearer("sandbox-spacivox-token-main-1")


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(seed=1, days=30, clock=Clock(NOW, frozen=True)) as sandbox:
        yield sandbox


def payments(sandbox: Sandbox, start: str, end: str) -> list[Any]:
    query = {"start": f"{start}T00:00:00Z", "end": f"{end}T00:00:00Z"}
    rows = ask(f"{sandbox.url}/spacivox/j/payment_transactions", TOKEN, query=query).json
    assert isinstance(rows, list)
    return rows


def test_end_may_be_inclusive(sandbox: Sandbox) -> None:
    row = sandbox.spacivox.example(timestamp="2026-03-01T00:00:00.000Z")
    sandbox.spacivox.put("main", row)
    assert row not in payments(sandbox, "2026-02-28", "2026-03-01")
    sandbox.moods.set("spacivox.end_is_inclusive=yes")
    assert row in payments(sandbox, "2026-02-28", "2026-03-01")


def test_an_answer_may_end_without_a_word(sandbox: Sandbox) -> None:
    window = ("2026-02-13", "2026-03-16")
    everything = payments(sandbox, *window)
    sandbox.moods.set("spacivox.longest_answer=100")
    assert payments(sandbox, *window) == everything[:100]
    assert len(payments(sandbox, "2026-03-01", "2026-03-02")) < 100


def test_a_window_may_be_of_rows_that_appeared_in_it(sandbox: Sandbox) -> None:
    days = [f"2026-03-{day:02}" for day in range(1, 15)]
    sandbox.moods.set("spacivox.filters_by_timestamp=no")
    found = {since: payments(sandbox, since, until) for since, until in pairwise(days)}
    late = [row for since, rows in found.items() for row in rows if row["timestamp"] < since]
    assert late
    assert sum(map(len, found.values())) > 250
    ids = [row["id"] for rows in found.values() for row in rows]
    assert len(set(ids)) == len(ids)
