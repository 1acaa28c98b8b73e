"""Spacivox's call and text records."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from tap_payments.sandbox import Clock, Sandbox
from tests.sandbox.client import Reply, ask, bearer

if TYPE_CHECKING:
    from collections.abc import Iterator

NOW = datetime(2026, 3, 15, 12, tzinfo=UTC)
TOKEN = bearer("sandbox-spacivox-token-main-1")
KINDS = ("call_records", "text_records")
ALL = {"start": "2026-03-01T00:00:00Z", "end": "2026-03-16T00:00:00Z"}


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(seed=1, days=14, clock=Clock(NOW, frozen=True)) as sandbox:
        yield sandbox


def get(sandbox: Sandbox, kind: str, **query: Any) -> Reply:
    return ask(f"{sandbox.url}/spacivox/j/{kind}", TOKEN, query=query)


@pytest.mark.parametrize("kind", KINDS)
def test_a_list_has_every_row_in_no_order(sandbox: Sandbox, kind: str) -> None:
    rows = get(sandbox, kind, **ALL).json
    assert rows == sandbox.spacivox.rows("main", kind=kind)
    times = [row["timestamp"] for row in rows]
    assert len(times) > 200
    assert times not in (sorted(times), sorted(times, reverse=True))
    assert len({row["id"] for row in rows}) == len(rows)
    assert set(sandbox.spacivox.example(kind)) <= set(rows[0])


@pytest.mark.parametrize("kind", KINDS)
def test_start_end_and_team_are_as_with_payments(sandbox: Sandbox, kind: str) -> None:
    sandbox.spacivox.put(
        "main",
        sandbox.spacivox.example(kind, id=7, team=9, timestamp="2026-03-02T00:00:00.000Z"),
        kind=kind,
    )
    day = {"start": "2026-03-01T00:00:00Z", "end": "2026-03-02T00:00:00Z"}
    assert get(sandbox, kind, **day, team=9).json == []
    sandbox.moods.set("spacivox.end_is_inclusive=yes")
    assert [row["id"] for row in get(sandbox, kind, **day, team=9).json] == [7]
    assert {row["team"] for row in get(sandbox, kind, **ALL, team=2).json} == {2}
    assert get(sandbox, kind, start=ALL["start"]).status == 400
    assert get(sandbox, kind, **ALL, team="x").status == 400
    assert ask(f"{sandbox.url}/spacivox/j/{kind}", query=ALL).status == 403
    assert ask(f"{sandbox.url}/spacivox/j/{kind}", TOKEN, body={}).status == 405


def test_calls_say_how_they_went(sandbox: Sandbox) -> None:
    rows = get(sandbox, "call_records", **ALL).json
    assert {row["direction"] for row in rows} == {"outgoing", "incoming"}
    assert {row["error"] for row in rows} > {0, 3, 7, 8}
    assert all((row["agent"] is None) is (row["error"] > 0) for row in rows)
    assert all((row["talk_duration"] > 0) is (row["error"] == 0) for row in rows)
    assert any(row["broadcast_duration"] for row in rows)


def test_a_text_has_its_body_only_where_it_is_asked_for(sandbox: Sandbox) -> None:
    plain = get(sandbox, "text_records", **ALL).json
    full = get(sandbox, "text_records", **ALL, include="body").json
    assert all("body" not in row for row in plain)
    assert all(row["body"].startswith("Sandbox: ") for row in full)
    assert [{key: row[key] for key in row if key != "body"} for row in full] == plain
    assert all(
        "body" not in row for row in get(sandbox, "call_records", **ALL, include="body").json
    )


def test_texts_are_delivered_when_the_clock_moves(sandbox: Sandbox) -> None:
    before = {row["id"]: row for row in get(sandbox, "text_records", **ALL).json}
    sandbox.clock.advance(hours=12)
    after = {row["id"]: row for row in get(sandbox, "text_records", **ALL).json}
    assert {row["state"] for row in before.values()} == {0, 1, 2, 3}
    assert {after[each]["state"] for each in before} == {1, 2, 3}


def test_rows_put_with_a_body_keep_it(sandbox: Sandbox) -> None:
    row = sandbox.spacivox.example("text_records", id=1, team=9, timestamp="2026-03-02T00:00:00Z")
    sandbox.spacivox.put("main", row, kind="text_records")
    (served,) = get(sandbox, "text_records", **ALL, team=9, include="body").json
    assert served == {**row, "body": "Sandbox: please call us about 123456."}
