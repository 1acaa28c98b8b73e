from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tap_payments.windows.bounds import SETTLING, Bounds
from tap_payments.windows.instants import DAY, floor_day, to_instant
from tap_payments.windows.window import Window, plan_windows

START = to_instant("2026-01-01")


def day(number: int) -> datetime:
    """The midnight so many days after 1 January 2026."""
    return START + number * DAY


def at(text: str) -> datetime:
    return to_instant(text)


def test_the_horizon_is_the_start_of_the_run_less_the_settling_time_on_a_full_second() -> None:
    now = at("2026-03-20T12:00:00.750")
    span = Bounds(now, day(0)).span(None)
    assert span.horizon == at("2026-03-20T11:55:00")
    assert span.open_until is None
    assert timedelta(minutes=5) == SETTLING


@pytest.mark.parametrize(
    ("end", "horizon"),
    [("2026-03-01T07:30", "2026-03-01T07:30"), ("2027-01-01", "2026-03-20T11:55")],
    ids=["past", "future"],
)
def test_the_end_date_bounds_the_horizon(end: str, horizon: str) -> None:
    assert Bounds(at("2026-03-20T12:00"), day(0), at(end)).span(None).horizon == at(horizon)


@pytest.mark.parametrize(
    ("now", "horizon", "until"),
    [
        ("2026-03-20T12:00", "2026-03-20", "2026-03-21"),
        ("2026-03-20T00:05", "2026-03-20", "2026-03-21"),
        ("2026-03-20T00:03", "2026-03-19", "2026-03-21"),
        ("2026-03-20T00:00", "2026-03-19", "2026-03-21"),
        ("2026-03-20T23:59:59.999", "2026-03-20", "2026-03-21"),
    ],
    ids=["noon", "settled", "not-settled", "midnight", "last-second"],
)
def test_days_that_are_over_and_settled_can_be_committed_and_the_others_are_read(
    now: str, horizon: str, until: str
) -> None:
    span = Bounds(at(now), day(0)).day_span(None)
    assert (span.horizon, span.open_until) == (at(horizon), at(until))


@pytest.mark.parametrize(
    ("end", "horizon", "until"),
    [
        ("2026-03-01", "2026-03-01", None),
        ("2026-03-01T07:30", "2026-03-02", None),
        ("2026-03-20T07:30", "2026-03-20", "2026-03-21"),
        ("2026-03-20", "2026-03-20", None),
        ("2026-03-25", "2026-03-20", "2026-03-21"),
        ("9999-12-31T23:59:59", "2026-03-20", "2026-03-21"),
    ],
)
def test_the_end_date_is_rounded_up_to_a_whole_day(
    end: str, horizon: str, until: str | None
) -> None:
    span = Bounds(at("2026-03-20T12:00"), day(0), at(end)).day_span(None)
    assert span.horizon == at(horizon)
    assert span.open_until == (at(until) if until else None)


def test_the_start_and_a_watermark_within_a_day_are_rounded_down() -> None:
    span = Bounds(at("2026-03-20T12:00"), at("2026-01-05T15:00")).day_span(at("2026-02-03T04:05"))
    assert (span.start, span.watermark) == (at("2026-01-05"), at("2026-02-03"))


@given(
    st.datetimes(datetime(2026, 1, 1), datetime(2026, 3, 1)),  # noqa: DTZ001 - see below
    st.none() | st.datetimes(datetime(2026, 1, 2), datetime(2026, 4, 1)),  # noqa: DTZ001
)
def test_whole_days_are_whole_whatever_the_time(now: datetime, end: datetime | None) -> None:
    now = now.replace(tzinfo=UTC)
    bounds = Bounds(now, START, end.replace(tzinfo=UTC) if end else None)
    windows = list(plan_windows(bounds.day_span(None), step=3 * DAY, lookback=timedelta(0)))
    for window in windows:
        assert floor_day(window.since) == window.since
        assert floor_day(window.until) == window.until
    if end is None or end.replace(tzinfo=UTC) > now:
        assert windows[-1].until == floor_day(now) + DAY


def test_a_window_in_a_message_has_both_ends() -> None:
    window = Window(at("2026-01-01"), at("2026-01-02T03:04:05"))
    assert str(window) == "2026-01-01T00:00:00Z..2026-01-02T03:04:05Z"
