"""Zimpler's moods, each seen from outside."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from tap_payments.sandbox import Clock, Sandbox
from tests.sandbox.client import ask, basic, bearer

if TYPE_CHECKING:
    from collections.abc import Iterator

NOW = datetime(2026, 3, 15, 12, tzinfo=UTC)
MAIN = basic("sandbox-merchant-1", "sandbox-zimpler-key-main")
KEY = "sandbox-zimpler-key-main"


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(seed=1, days=5, clock=Clock(NOW, frozen=True)) as sandbox:
        yield sandbox


def page(sandbox: Sandbox, **query: Any) -> Any:
    return ask(f"{sandbox.url}/zimpler/v4/transactions", MAIN, query=query).json


def keys(rows: list[Any]) -> list[tuple[str, str]]:
    return [(row["id"], row["type"]) for row in rows]


def read(sandbox: Sandbox, **query: Any) -> list[Any]:
    rows: list[Any] = []
    while some := page(sandbox, limit=50, offset=len(rows), **query)["transactions"]:
        rows += some
    return rows


@pytest.mark.parametrize(
    ("moods", "headers"),
    [
        (["auth_method=bearer"], bearer(KEY)),
        (["auth_method=header"], {"X-Api-Key": KEY}),
        (["auth_method=header", "api_key_header=X-Mine"], {"X-Mine": KEY}),
    ],
)
def test_the_key_is_expected_in_another_way(
    sandbox: Sandbox, moods: list[str], headers: dict[str, str]
) -> None:
    for mood in moods:
        sandbox.moods.set(f"zimpler.{mood}")
    url = f"{sandbox.url}/zimpler/v4/transactions"
    assert ask(url, headers).status == 200
    assert ask(url, MAIN).status == 401


def test_the_newest_come_first_whatever_is_asked(sandbox: Sandbox) -> None:
    rows = sandbox.zimpler.rows("main")
    sandbox.moods.set("zimpler.order_is_ascending=no")
    for ascending in ("true", "false"):
        assert page(sandbox, ascending=ascending)["transactions"] == rows[::-1][:100]
    assert read(sandbox) == rows[::-1]


def test_many_rows_share_an_instant(sandbox: Sandbox) -> None:
    sandbox.moods.set("zimpler.ties=yes")
    instants = Counter(row["approved_at"] for row in sandbox.zimpler.rows("main"))
    assert sum(count > 1 for count in instants.values()) > 50
    assert all(instant.endswith(":00:00Z") for instant in instants)
    assert read(sandbox) == sandbox.zimpler.rows("main")


def test_rows_of_one_instant_come_in_another_order_each_time(sandbox: Sandbox) -> None:
    sandbox.moods.set("zimpler.ties=yes")
    assert page(sandbox) == page(sandbox)
    sandbox.moods.set("zimpler.order_is_stable=no")
    first, second = (page(sandbox, limit=1000)["transactions"] for _ in range(2))
    assert first != second
    assert sorted(keys(first)) == sorted(keys(second))
    for rows in (first, second):
        instants = [row["approved_at"] for row in rows]
        assert instants == sorted(instants)
    assert len(set(keys(read(sandbox)))) < len(first)


def test_the_last_day_can_be_left_out(sandbox: Sandbox) -> None:
    two = {"from_date": "2026-03-12", "to_date": "2026-03-13"}
    sandbox.moods.set("zimpler.days_are_inclusive=no")
    days = {row["approved_at"][:10] for row in read(sandbox, **two)}
    assert days == {"2026-03-12"}
    assert read(sandbox, from_date="2026-03-12", to_date="2026-03-12") == []


def test_times_can_be_refused(sandbox: Sandbox) -> None:
    url = f"{sandbox.url}/zimpler/v4/transactions"
    timed = {"to_date": "2026-03-13T12:00:00Z"}
    assert ask(url, MAIN, query=timed).status == 200
    sandbox.moods.set("zimpler.times_in_dates_accepted=no")
    assert ask(url, MAIN, query=timed).status == 400


def test_one_row_in_ten_is_there_twice(sandbox: Sandbox) -> None:
    rows = sandbox.zimpler.rows("main")
    sandbox.moods.set("zimpler.keys_are_unique=no")
    found = read(sandbox)
    twice = [key for key, count in Counter(keys(found)).items() if count == 2]
    assert len(rows) / 20 < len(twice) < len(rows) / 5
    assert keys(rows) == list(dict.fromkeys(keys(found)))
    assert page(sandbox)["count"] == len(found) == len(rows) + len(twice)


def test_dates_on_both_sides_of_2021_can_be_fine(sandbox: Sandbox) -> None:
    sandbox.moods.set("zimpler.enforce_2021=no")
    assert read(sandbox, from_date="2020-12-31") == sandbox.zimpler.rows("main")


def test_pages_drift_so_that_a_row_is_never_seen_and_the_count_agrees(sandbox: Sandbox) -> None:
    before = sandbox.zimpler.rows("main")
    sandbox.moods.set("zimpler.drifting_pages=1")
    first = page(sandbox, limit=50)
    second = page(sandbox, limit=50, offset=50)
    assert first["transactions"] == before[:50]
    assert second["transactions"] == before[51:101]
    assert first["count"] == second["count"] == len(before)
    after = sandbox.zimpler.rows("main")
    assert after[:-1] == before[1:]
    assert after[-1]["approved_at"] == before[-1]["approved_at"]
    assert sandbox.zimpler.drifting_pages == 0
