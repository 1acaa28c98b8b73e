from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from tap_payments.sandbox import Clock, Sandbox
from tests.sandbox.client import Reply, ask, bearer

if TYPE_CHECKING:
    from collections.abc import Iterator

NOW = datetime(2026, 3, 15, 12, tzinfo=UTC)


@pytest.fixture
def seeded() -> Iterator[Sandbox]:
    with Sandbox(seed=1, days=30, clock=Clock(NOW, frozen=True)) as sandbox:
        yield sandbox


@pytest.fixture
def empty() -> Iterator[Sandbox]:
    with Sandbox(seed=None, clock=Clock(NOW, frozen=True)) as sandbox:
        yield sandbox


def payments(sandbox: Sandbox, start: str, end: str, **query: object) -> Reply:
    headers = bearer(sandbox.spacivox.accounts["main"]["access_token"])
    parameters = {"start": start, "end": end, **query}
    return ask(f"{sandbox.url}/spacivox/j/payment_transactions", headers, query=parameters)


def ids(reply: Reply) -> set[str]:
    return {row["id"] for row in reply.json}


def put(sandbox: Sandbox, *instants: str) -> None:
    for number, instant in enumerate(instants):
        row = sandbox.spacivox.example(id=f"p{number}", timestamp=instant, team=number)
        sandbox.spacivox.put("main", row)


def test_a_missing_or_wrong_token_is_forbidden(empty: Sandbox) -> None:
    url = f"{empty.url}/spacivox/j/teams"
    assert ask(url).status == 403
    assert ask(url, bearer("wrong")).status == 403
    assert ask(url, bearer("sandbox-spacivox-token-main-1")).status == 200


def test_the_array_has_every_row_in_no_order(seeded: Sandbox) -> None:
    rows = payments(seeded, "2026-02-01T00:00:00Z", "2026-03-16T00:00:00Z").json
    assert rows == seeded.spacivox.rows("main")
    times = [row["timestamp"] for row in rows]
    assert len(times) > 400
    assert times != sorted(times)
    assert times != sorted(times, reverse=True)


def test_the_window_is_half_open_unless_told_otherwise(empty: Sandbox) -> None:
    put(empty, "2026-01-01T00:00:00.000Z", "2026-01-01T23:59:59.999Z", "2026-01-02T00:00:00.000Z")
    window = ("2026-01-01T00:00:00Z", "2026-01-02T00:00:00Z")
    assert ids(payments(empty, *window)) == {"p0", "p1"}
    empty.spacivox.end_is_inclusive = True
    assert ids(payments(empty, *window)) == {"p0", "p1", "p2"}


@pytest.mark.parametrize(
    "start",
    ["", "2026-01-01", "2026-01-01T00:00:00", "2026-01-01T00:00:00+00:00", "2026-02-30T00:00:00Z"],
)
def test_a_bad_start_is_refused(empty: Sandbox, start: str) -> None:
    assert payments(empty, start, "2026-03-01T00:00:00Z").status == 400


def test_start_and_end_are_required_and_in_order(empty: Sandbox) -> None:
    headers = bearer("sandbox-spacivox-token-main-1")
    assert ask(f"{empty.url}/spacivox/j/payment_transactions", headers).status == 400
    assert payments(empty, "2026-01-02T00:00:00Z", "2026-01-01T00:00:00Z").status == 400


def test_team_filters(empty: Sandbox) -> None:
    put(empty, "2026-01-01T00:00:00Z", "2026-01-01T01:00:00Z")
    window = ("2026-01-01T00:00:00Z", "2026-01-02T00:00:00Z")
    assert ids(payments(empty, *window, team=1)) == {"p1"}
    assert payments(empty, *window, team=5).json == []
    assert payments(empty, *window, team="x").status == 400


def test_teams_are_named(empty: Sandbox) -> None:
    headers = bearer("sandbox-spacivox-token-main-1")
    teams = ask(f"{empty.url}/spacivox/j/teams", headers).json
    assert [sorted(team) for team in teams] == [["id", "name"]] * 3


def test_long_windows_can_be_too_large_or_too_slow(empty: Sandbox) -> None:
    empty.spacivox.max_window_hours, empty.spacivox.slow_window_hours = 24, 6
    status = [
        payments(empty, "2026-01-01T00:00:00Z", f"2026-01-0{day}T{hour}:00:00Z").status
        for day, hour in ((1, "06"), (1, "07"), (2, "00"), (2, "01"))
    ]
    assert status == [200, 504, 504, 413]


def test_payments_end_when_the_clock_moves(seeded: Sandbox) -> None:
    window = ("2026-03-13T00:00:00Z", "2026-03-15T12:00:00Z")
    before = {row["id"]: row for row in payments(seeded, *window).json}
    seeded.clock.advance(hours=60)
    after = {row["id"]: row for row in payments(seeded, *window).json}
    assert {row["state"] for row in before.values()} == {0, 1, 2}
    assert {row["state"] for row in after.values()} == {1, 2}
    assert set(before) <= set(after)
    assert all(after[one] == {**before[one], "state": after[one]["state"]} for one in before)


def test_some_payments_appear_late(seeded: Sandbox) -> None:
    rows, late = seeded.spacivox.rows("main"), 0
    for hours in range(0, 240, 5):
        instant = NOW - timedelta(hours=hours)
        served = {row["id"] for row in seeded.spacivox.rows("main", instant)}
        late += served != {row["id"] for row in rows if row["timestamp"] < f"{instant:%Y-%m-%dT%H}"}
    assert 5 < late < 43


def test_one_day_in_ten_is_quiet(seeded: Sandbox) -> None:
    for api in (seeded.zimpler, seeded.spacivox):
        field = api.fields[0]
        busy = {str(row[field])[:10] for row in api.rows("main")}
        days = {f"{NOW - timedelta(days=back):%Y-%m-%d}" for back in range(1, 30)}
        assert 2 <= len(days - busy) <= 3
