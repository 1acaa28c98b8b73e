from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

from tap_payments.sandbox.rows.life import Life, Version
from tap_payments.sandbox.rows.table import Nursery, Query, Table

FIRST = date(2026, 3, 1)
NOON = datetime(2026, 3, 5, 12, tzinfo=UTC)


def by_day(version: Version) -> str:
    return str((version.row or {}).get("day"))


def born(day: date) -> list[Life]:
    """One row a day, there from midnight on, and paid three days later."""
    midnight = datetime(day.year, day.month, day.day, tzinfo=UTC)
    row = {"day": str(day), "paid": str(day + timedelta(days=3))}
    return [Life.of(row, midnight - timedelta(hours=10))]


def table(ahead: int = 0) -> Table:
    return Table(("day", "paid"), by_day, Nursery(FIRST, 3, born, ahead))


def days(table: Table, now: datetime, field: str = "day", **bounds: Any) -> list[str]:
    return [by_day(version)[8:] for version in table.select(Query(field, **bounds), now).versions]


def test_days_are_born_when_they_come_also_for_a_query_that_was_asked_before() -> None:
    rows = table()
    assert days(rows, NOON) == ["01", "02", "03", "04", "05"]
    assert days(rows, NOON + timedelta(days=1)) == ["01", "02", "03", "04", "05", "06"]


def test_rows_are_found_by_a_date_that_lies_after_their_birth() -> None:
    bounds = {"since": NOON - timedelta(days=1), "until": NOON}
    assert days(table(), NOON, "paid", **bounds) == ["02"]


def test_a_day_can_begin_before_it_does_in_utc() -> None:
    late = NOON + timedelta(hours=6)
    assert days(table(), late)[-1] == "05"
    assert days(table(ahead=1), late)[-1] == "06"


def test_what_is_put_or_removed_is_seen_by_a_query_that_was_asked_before() -> None:
    rows = table()
    days(rows, NOON)
    rows.put(Life.of({"day": "2026-02-01"}))
    assert days(rows, NOON)[0] == "01"
    assert len(days(rows, NOON)) == 6
    assert rows.remove(NOON, NOON, day="2026-03-02") == 1
    assert days(rows, NOON) == ["01", "01", "03", "04", "05"]


def test_a_row_is_found_by_a_date_only_while_it_has_it() -> None:
    rows = Table(("day",), by_day)
    rows.put(Life.of({"day": "2026-03-01"}, changes=[(NOON, {"day": "2026-03-02"})]))
    first: dict[str, Any] = {"since": NOON - timedelta(days=5), "until": NOON - timedelta(days=4)}
    assert days(rows, NOON - timedelta(seconds=1), **first) == ["01"]
    assert days(rows, NOON, **first) == []
    assert days(rows, NOON) == ["02"]
