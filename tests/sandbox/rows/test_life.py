from __future__ import annotations

from datetime import UTC, datetime, timedelta

from tap_payments.sandbox.rows.life import APPEARED, CHANGED, Life

NOON = datetime(2026, 3, 15, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


def test_a_row_is_served_as_it_is_at_each_instant() -> None:
    life = Life.of({"a": 1, "b": 1}, NOON, [(NOON + 2 * HOUR, {"a": 3}), (NOON + HOUR, {"a": 2})])
    seen = [life.as_of(NOON + hours * HOUR) for hours in (-1, 0, 1, 2, 9)]
    assert [each and each.row for each in seen] == [
        None,
        {"a": 1, "b": 1},
        {"a": 2, "b": 1},
        {"a": 3, "b": 1},
        {"a": 3, "b": 1},
    ]
    assert life.next_change(NOON) == NOON + HOUR
    assert life.next_change(NOON + 2 * HOUR) is None


def test_what_changed_before_it_appeared_is_there_when_it_does() -> None:
    life = Life.of({"a": 1}, NOON, [(NOON - HOUR, {"a": 2})])
    version = life.as_of(NOON)
    assert version is not None
    assert version.row == {"a": 2}
    assert life.as_of(NOON - HOUR) is None


def test_a_life_ends() -> None:
    life = Life.of({"a": 1}, NOON, [(NOON + 3 * HOUR, {"a": 2})]).ended(NOON + HOUR)
    assert life.as_of(NOON + 4 * HOUR) is None
    assert life.as_of(NOON) is not None


def test_filters_find_it_by_its_date_by_another_or_by_when_it_appeared_and_changed() -> None:
    row = {"date": "2026-03-01T00:00:00Z"}
    life = Life.of(row, NOON, [(NOON + HOUR, {"a": 2})])
    version = life.as_of(NOON + HOUR)
    assert version is not None
    assert life.when("date", version) == datetime(2026, 3, 1, tzinfo=UTC)
    assert life.when(APPEARED, version) == NOON
    assert life.when(CHANGED, version) == NOON + HOUR
    assert Life.of(row, filed=NOON).when("date", version) == NOON
