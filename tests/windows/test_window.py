from __future__ import annotations

import itertools
import typing as t
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tap_payments.windows.bounds import Span
from tap_payments.windows.instants import DAY, to_instant
from tap_payments.windows.window import Window, plan_windows

HOUR = timedelta(hours=1)
NONE = timedelta(0)
START = to_instant("2026-01-01")

hours = st.integers(-100, 100).map(lambda number: START + number * HOUR)
steps = st.integers(1, 60).map(lambda number: number * HOUR)
lookbacks = st.integers(0, 60).map(lambda number: number * HOUR)


@st.composite
def spans(draw: st.DrawFn) -> Span:
    """Any span, also those whose parts contradict each other."""
    horizon = draw(hours)
    beyond = draw(st.none() | st.integers(1, 48))
    return Span(
        start=draw(hours),
        watermark=draw(st.none() | hours),
        horizon=horizon,
        open_until=None if beyond is None else horizon + beyond * HOUR,
    )


def plan(
    span: Span,
    step: timedelta = DAY,
    lookback: timedelta = NONE,
    cuts: t.Sequence[datetime] = (),
) -> list[Window]:
    return list(plan_windows(span, step=step, lookback=lookback, cuts=cuts))


def day(number: int) -> datetime:
    """The midnight so many days after 1 January 2026."""
    return START + number * DAY


def at(text: str) -> datetime:
    return to_instant(text)


def ends(windows: list[Window]) -> list[tuple[datetime, datetime]]:
    return [(window.since, window.until) for window in windows]


# What holds for every plan


@given(spans(), steps, lookbacks, st.lists(hours, max_size=3))
def test_windows_follow_each_other_without_gap_or_overlap(
    span: Span, step: timedelta, lookback: timedelta, cuts: list[datetime]
) -> None:
    windows = plan(span, step, lookback, cuts)
    assert all(window.since < window.until for window in windows)
    assert all(a.until == b.since for a, b in itertools.pairwise(windows))


@given(spans(), steps, lookbacks, st.lists(hours, max_size=3))
def test_all_that_is_new_is_read_and_nothing_before_the_start(
    span: Span, step: timedelta, lookback: timedelta, cuts: list[datetime]
) -> None:
    windows = plan(span, step, lookback, cuts)
    new, last = span.resumes_at, span.open_until or span.horizon
    if new < last:
        assert windows[0].since <= new
        assert windows[-1].until == last
    assert all(span.start <= window.since for window in windows)
    assert all(window.until <= last for window in windows)


@given(spans(), steps, lookbacks, st.lists(hours, max_size=3))
def test_what_is_committed_ends_at_the_horizon_at_the_latest(
    span: Span, step: timedelta, lookback: timedelta, cuts: list[datetime]
) -> None:
    windows = plan(span, step, lookback, cuts)
    closed = [window for window in windows if window.closed]
    assert windows[: len(closed)] == closed
    assert all(window.until <= span.horizon for window in closed)
    if span.resumes_at < span.horizon:
        assert closed[-1].until == span.horizon


@given(spans(), steps, lookbacks)
def test_the_lookback_widens_the_first_window_and_moves_nothing_else(
    span: Span, step: timedelta, lookback: timedelta
) -> None:
    plain, wide = plan(span, step), plan(span, step, lookback)
    assert ends(wide)[1:] == ends(plain)[1:]
    if plain and span.resumes_at <= span.horizon:
        assert wide[0].until == plain[0].until
        assert wide[0].since == (
            max(span.start, plain[0].since - lookback) if span.watermark else plain[0].since
        )


@given(spans(), steps, lookbacks)
def test_every_closed_window_moves_the_watermark_forward(
    span: Span, step: timedelta, lookback: timedelta
) -> None:
    closed = [window.until for window in plan(span, step, lookback) if window.closed]
    marks = ([span.watermark] if span.watermark else []) + closed
    assert all(a < b for a, b in itertools.pairwise(marks))


@given(spans(), steps, lookbacks)
def test_no_window_is_longer_than_the_step_but_for_the_lookback(
    span: Span, step: timedelta, lookback: timedelta
) -> None:
    for number, window in enumerate(plan(span, step, lookback)):
        if window.closed:
            assert window.until - window.since <= step + (NONE if number else lookback)


@given(spans(), steps, lookbacks, st.lists(hours, min_size=1, max_size=4))
def test_no_window_crosses_a_cut_and_cuts_change_nothing_else(
    span: Span, step: timedelta, lookback: timedelta, cuts: list[datetime]
) -> None:
    whole, cut = plan(span, step, lookback), plan(span, step, lookback, cuts)
    assert not any(window.since < each < window.until for window in cut for each in cuts)
    seams = {edge for window in cut for edge in ends([window])[0]}
    assert {edge for window in whole for edge in ends([window])[0]} <= seams
    assert seams <= {edge for window in whole for edge in ends([window])[0]} | set(cuts)


@given(spans(), steps, lookbacks, st.integers(0, 5))
def test_a_run_that_stops_after_any_window_goes_on_where_it_stopped(
    span: Span, step: timedelta, lookback: timedelta, stop: int
) -> None:
    closed = [window for window in plan(span, step, lookback) if window.closed]
    if stop >= len(closed):
        return
    resumed = Span(span.start, closed[stop].until, span.horizon, span.open_until)
    rest = plan(resumed, step, lookback)
    if rest:
        assert rest[0].since <= closed[stop].until
    assert [window.until for window in rest if window.closed] == [
        window.until for window in closed[stop + 1 :]
    ]


# Cases by hand


def test_a_first_run_reads_from_the_start_without_lookback() -> None:
    span = Span(day(0), None, day(2) + HOUR)
    assert ends(plan(span, DAY, 5 * DAY)) == [
        (day(0), day(1)),
        (day(1), day(2)),
        (day(2), day(2) + HOUR),
    ]


def test_the_lookback_is_cut_at_the_start() -> None:
    assert ends(plan(Span(day(0), day(1), day(2)), DAY, 5 * DAY)) == [(day(0), day(2))]


@pytest.mark.parametrize("watermark", [day(10), day(15)], ids=["at", "after"])
def test_a_watermark_at_or_after_the_horizon_reads_the_lookback_and_commits_nothing(
    watermark: datetime,
) -> None:
    windows = plan(Span(day(0), watermark, day(10)), DAY, 3 * DAY)
    assert windows == [Window(day(7), day(10), closed=False)]


def test_a_watermark_at_the_horizon_without_lookback_reads_nothing() -> None:
    assert plan(Span(day(0), day(10), day(10))) == []


def test_a_start_date_later_than_the_watermark_wins_over_it_and_over_the_lookback() -> None:
    assert ends(plan(Span(day(5), day(1), day(7)), DAY, 3 * DAY)) == [
        (day(5), day(6)),
        (day(6), day(7)),
    ]


def test_a_start_date_after_the_horizon_reads_nothing() -> None:
    assert plan(Span(day(9), None, day(7)), DAY, 3 * DAY) == []
    assert plan(Span(day(9), day(3), day(7)), DAY, 3 * DAY) == []
    assert plan(Span(day(8), None, day(7), open_until=day(8)), DAY) == []


def test_days_that_the_calendar_does_not_have_end_at_the_span() -> None:
    endless = timedelta(days=999_999_999)
    assert plan(Span(day(0), day(1), day(2)), endless, endless) == [Window(day(0), day(2))]


def test_an_open_part_is_read_after_all_that_can_be_committed() -> None:
    windows = plan(Span(day(0), day(8), day(10), open_until=day(11)), DAY, 2 * DAY)
    assert windows == [
        Window(day(6), day(9)),
        Window(day(9), day(10)),
        Window(day(10), day(11), closed=False),
    ]


def test_today_is_read_with_the_lookback_where_yesterday_is_committed() -> None:
    windows = plan(Span(day(0), day(10), day(10), open_until=day(11)), DAY, 2 * DAY)
    assert windows == [Window(day(8), day(11), closed=False)]
