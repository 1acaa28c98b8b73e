from __future__ import annotations

import time
from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tap_payments.windows.instants import (
    DAY,
    ceil_day,
    floor_day,
    format_instant,
    midnight,
    to_instant,
)

FIRST, LAST = datetime(2000, 1, 1), datetime(2100, 1, 1)  # noqa: DTZ001 - hypothesis wants naive bounds
zones = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
instants = st.datetimes(FIRST, LAST, timezones=zones)


@pytest.mark.parametrize(
    ("text", "spelled"),
    [
        ("2026-01-31", "2026-01-31T00:00:00.000000Z"),
        ("2026-01-31T04:00:00", "2026-01-31T04:00:00.000000Z"),
        ("2026-01-31 04:00:00", "2026-01-31T04:00:00.000000Z"),
        ("2026-01-31T04:00:00Z", "2026-01-31T04:00:00.000000Z"),
        ("2026-01-31T04:00:00.5Z", "2026-01-31T04:00:00.500000Z"),
        ("2026-01-31T04:00:00.123456789Z", "2026-01-31T04:00:00.123456Z"),
        ("2026-01-31T04:00:00+02:00", "2026-01-31T02:00:00.000000Z"),
        ("2026-01-01T00:30:00+01:00", "2025-12-31T23:30:00.000000Z"),
        (" 2026-01-31 ", "2026-01-31T00:00:00.000000Z"),
    ],
)
def test_an_instant_without_a_zone_is_utc_and_is_spelled_in_one_way(
    text: str, spelled: str
) -> None:
    assert format_instant(to_instant(text)) == spelled


def test_the_zone_of_the_machine_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    time.tzset()
    try:
        assert format_instant(to_instant("2026-01-31")) == "2026-01-31T00:00:00.000000Z"
        assert floor_day(to_instant("2026-01-31T23:00:00Z")) == to_instant("2026-01-31")
    finally:
        monkeypatch.undo()
        time.tzset()


@pytest.mark.parametrize("text", ["", "yesterday", "31.01.2026", "2026-02-30", "1769832000"])
def test_what_is_no_date_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"Invalid isoformat|out of range|month"):
        to_instant(text)


@given(instants)
def test_the_spelling_is_read_back_as_the_same_instant(instant: datetime) -> None:
    assert to_instant(format_instant(instant)) == instant


@given(instants, instants)
def test_spellings_sort_as_the_instants_do(one: datetime, other: datetime) -> None:
    assert (format_instant(one) < format_instant(other)) == (one < other)


@given(instants)
def test_the_spelling_has_a_fixed_width(instant: datetime) -> None:
    assert len(format_instant(instant)) == len("2026-01-31T04:00:00.000000Z")


def test_the_width_is_fixed_in_the_first_centuries_too() -> None:
    assert format_instant(to_instant("0900-01-31")) == "0900-01-31T00:00:00.000000Z"


@given(instants)
def test_days_are_utc_days(instant: datetime) -> None:
    floor, ceil = floor_day(instant), ceil_day(instant)
    assert floor <= instant < floor + DAY
    assert ceil - DAY < instant <= ceil
    for edge in (floor, ceil):
        assert edge.tzinfo is UTC
        assert edge == midnight(edge.date())


def test_a_day_is_24_hours() -> None:
    assert DAY.total_seconds() == 24 * 60 * 60


def test_midnight_is_the_first_instant_of_a_utc_day() -> None:
    assert midnight(date(2026, 1, 31)) == datetime(2026, 1, 31, tzinfo=UTC)
