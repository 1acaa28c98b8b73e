"""Local time and UTC on the nights when clocks are changed, in zones of whole and half hours."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tap_payments.windows.zones import (
    HOUR,
    hour_at_or_after,
    hour_at_or_before,
    to_readings,
    to_zone,
    unambiguous_hour_before,
)

ZONES = ("Australia/Sydney", "Australia/Lord_Howe", "Australia/Adelaide", "America/New_York", "UTC")
zones = st.sampled_from([ZoneInfo(name) for name in ZONES])
instants = st.datetimes(datetime(2025, 1, 1), datetime(2027, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001
nights = st.builds(
    lambda day, minutes: day + timedelta(minutes=minutes),
    st.sampled_from([datetime(2026, 4, 4, 12, tzinfo=UTC), datetime(2026, 10, 3, 12, tzinfo=UTC)]),
    st.integers(0, 720),
)


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def local(text: str) -> datetime:
    return datetime.fromisoformat(text)


def test_a_repeated_hour_has_two_readings() -> None:
    readings = to_readings(local("2026-04-05T02:00"), ZoneInfo("Australia/Sydney"))
    assert readings == (utc("2026-04-04T15:00"), utc("2026-04-04T16:00"))


def test_a_skipped_hour_has_two_readings_around_the_change() -> None:
    readings = to_readings(local("2026-10-04T02:00"), ZoneInfo("Australia/Sydney"))
    assert readings == (utc("2026-10-03T15:00"), utc("2026-10-03T16:00"))


def test_half_an_hour_is_repeated_on_lord_howe() -> None:
    zone = ZoneInfo("Australia/Lord_Howe")
    assert len(set(to_readings(local("2026-04-05T01:30"), zone))) == 2
    assert len(set(to_readings(local("2026-04-05T01:00"), zone))) == 1
    assert len(set(to_readings(local("2026-04-05T02:00"), zone))) == 1


def test_a_time_with_an_offset_is_exact() -> None:
    readings = to_readings(datetime.fromisoformat("2026-04-05T02:00Z"), ZoneInfo("Asia/Tokyo"))
    assert readings == (utc("2026-04-05T02:00"), utc("2026-04-05T02:00"))


@pytest.mark.parametrize(
    ("instant", "expected"),
    [
        ("2026-04-04T15:30", "2026-04-05T01:00"),  # in the first 02:00-03:00
        ("2026-04-04T16:30", "2026-04-05T01:00"),  # in the second
        ("2026-04-04T17:30", "2026-04-05T03:00"),
        ("2026-10-03T16:30", "2026-10-04T03:00"),  # the hour after the one that is skipped
        ("2026-03-10T02:17", "2026-03-10T13:00"),
    ],
)
def test_a_start_goes_back_to_an_hour_that_stands_for_one_instant(
    instant: str, expected: str
) -> None:
    zone = ZoneInfo("Australia/Sydney")
    assert unambiguous_hour_before(utc(instant), zone) == local(expected)


def test_a_start_on_lord_howe_is_not_on_the_hour_that_half_is_skipped() -> None:
    zone = ZoneInfo("Australia/Lord_Howe")
    assert unambiguous_hour_before(utc("2026-10-03T15:40"), zone) == local("2026-10-04T01:00")


def test_full_hours_are_the_operators() -> None:
    zone = ZoneInfo("Australia/Adelaide")
    assert hour_at_or_before(utc("2026-07-01T00:10"), zone) == local("2026-07-01T09:00")
    assert hour_at_or_after(utc("2026-07-01T00:10"), zone) == local("2026-07-01T10:00")


@given(st.one_of(instants, nights), zones)
def test_a_start_is_never_after_its_instant_and_never_far_before(
    instant: datetime, zone: ZoneInfo
) -> None:
    start = unambiguous_hour_before(instant, zone)
    earliest, latest = to_readings(start, zone)
    assert earliest == latest <= instant < latest + 4 * HOUR
    assert (start.minute, start.second, start.microsecond) == (0, 0, 0)


@given(st.one_of(instants, nights), zones)
def test_an_end_covers_no_more_than_up_to_its_instant(instant: datetime, zone: ZoneInfo) -> None:
    end = hour_at_or_before(instant, zone)
    assert instant - 3 * HOUR < to_readings(end, zone).earliest <= instant


@given(st.one_of(instants, nights), zones)
def test_an_end_that_is_rounded_up_covers_its_instant(instant: datetime, zone: ZoneInfo) -> None:
    end = hour_at_or_after(instant, zone)
    assert instant <= to_readings(end, zone).earliest < instant + 3 * HOUR


@pytest.mark.parametrize(
    "name", ["", "Mars/Base", "../etc/passwd", "/etc/passwd", "Australia", "a\0b"]
)
def test_what_is_no_zone_is_none(name: str) -> None:
    assert to_zone(name) is None


def test_a_zone_is_found_by_its_name() -> None:
    assert to_zone("Australia/Sydney") == ZoneInfo("Australia/Sydney")
