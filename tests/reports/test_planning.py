"""Which reports are asked for: hours, windows, and clock changes that lose nothing."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tap_payments.reports.jobs import ReportRequest
from tap_payments.reports.planning import ReportNeed
from tap_payments.windows.intervals import Interval, Intervals
from tap_payments.windows.zones import to_readings
from tests.reports.api import utc
from tests.reports.runs import HORIZON, HOUR, SYDNEY, WATERMARK, daily

YEAR = timedelta(days=366)
ZONES = ("Australia/Sydney", "Australia/Lord_Howe", "Australia/Adelaide", "Asia/Kathmandu", "UTC")


def planned(
    need: ReportNeed,
    zone: str = "Australia/Sydney",
    step: timedelta = YEAR,
    covered: tuple[tuple[datetime, datetime], ...] = (),
) -> list[tuple[ReportRequest, Interval]]:
    missing = need.interval(ZoneInfo(zone)).without(covered)
    return list(need.requests(missing, ZoneInfo(zone), step))


def bounds(need: ReportNeed, zone: str = "Australia/Sydney") -> tuple[str, str]:
    [(request, _)] = planned(need, zone)
    return request.start_time.isoformat(), request.end_time.isoformat()


def test_a_daily_run_asks_for_one_report_with_the_lookback_in_local_full_hours() -> None:
    [(request, coverage)] = planned(daily())
    assert request == ReportRequest(
        "TAPS",
        datetime.fromisoformat("2026-03-07T13:00:00"),
        datetime.fromisoformat("2026-03-10T13:00:00"),
        "csv",
    )
    assert coverage == Interval(WATERMARK - timedelta(days=2), HOUR)


def test_bounds_are_naive() -> None:
    [(request, _)] = planned(daily())
    assert request.start_time.tzinfo is None
    assert request.end_time.tzinfo is None


@pytest.mark.parametrize("until", [WATERMARK, WATERMARK + timedelta(minutes=59), WATERMARK - YEAR])
def test_nothing_is_asked_for_where_no_full_hour_has_passed(until: datetime) -> None:
    assert planned(daily(until=until)) == []


def test_one_full_hour_is_enough() -> None:
    [(_, coverage)] = planned(daily(until=WATERMARK + timedelta(minutes=60)))
    assert coverage.until == WATERMARK + timedelta(hours=1)


def test_full_hours_are_the_operators_where_they_are_half_hours_in_utc() -> None:
    assert bounds(daily(), "Australia/Adelaide") == ("2026-03-07T12:00:00", "2026-03-10T12:00:00")
    [(_, coverage)] = planned(daily(), "Australia/Adelaide")
    assert coverage.until == utc("2026-03-10T01:30:00")


def test_an_end_between_hours_is_reached_where_the_rows_beyond_have_settled() -> None:
    until = utc("2026-03-01T00:10:00")
    need = daily(watermark=None, until=until, settled=HORIZON)
    assert bounds(need) == ("2026-01-01T11:00:00", "2026-03-01T12:00:00")
    assert planned(need)[0][1].until == until


def test_a_long_span_is_cut_into_windows_without_a_gap() -> None:
    need = daily(watermark=None)
    windows = planned(need, step=timedelta(days=30))
    assert [coverage.until for _, coverage in windows] == [
        utc("2026-01-31T00:00:00"),
        utc("2026-03-02T00:00:00"),
        HOUR,
    ]
    assert all(one[1].until == two[1].since for one, two in itertools.pairwise(windows))


def test_the_lookback_widens_the_first_window_and_adds_none() -> None:
    windows = planned(daily(), step=timedelta(days=1))
    assert [coverage for _, coverage in windows] == [
        Interval(WATERMARK - timedelta(days=2), WATERMARK + timedelta(days=1))
    ]


def test_a_span_as_long_as_the_window_takes_one_report() -> None:
    need = daily(watermark=None, until=HOUR)
    exact = HOUR - need.since
    assert len(planned(need, step=exact)) == 1
    assert len(planned(need, step=exact - timedelta(hours=1))) == 2


def test_several_gaps_take_one_report_where_they_fit_into_a_window() -> None:
    need = daily(watermark=None)
    days = [need.since + timedelta(days=day) for day in (2, 5, 8, 60)]
    covered = ((days[0], days[1]), (days[2], days[3]))
    assert [each for _, each in planned(need, covered=covered)] == [Interval(need.since, HOUR)]
    assert [each for _, each in planned(need, step=timedelta(days=30), covered=covered)] == [
        Interval(need.since, days[2]),
        Interval(days[3], HOUR),
    ]


def test_a_gap_between_hours_is_asked_for_in_full_hours() -> None:
    need = daily()
    minutes = timedelta(minutes=20)
    covered = ((need.since, WATERMARK - minutes), (WATERMARK + minutes, HORIZON))
    [(_, coverage)] = planned(need, covered=covered)
    assert coverage == Interval(WATERMARK - timedelta(hours=1), WATERMARK + timedelta(hours=1))


def test_what_is_covered_is_not_asked_for() -> None:
    need = daily()
    assert planned(need, covered=((need.since, HORIZON),)) == []


def test_no_cut_falls_into_an_hour_that_a_clock_change_repeats_or_skips() -> None:
    since = utc("2026-01-01T15:00:00")  # 02:00 in Sydney
    need = ReportNeed("TAPS", "csv", None, since, utc("2027-01-01T00:00:00"))
    windows = planned(need, step=timedelta(days=1))
    cuts = [request.end_time for request, _ in windows[:-1]]
    assert all(len(set(to_readings(cut, SYDNEY))) == 1 for cut in cuts)
    assert len({cut.date() for cut in cuts}) == len(cuts) >= 360


starts = st.datetimes(datetime(2026, 3, 1), datetime(2026, 11, 1), timezones=st.just(UTC))  # noqa: DTZ001
nights = st.builds(
    lambda day, minutes: day + timedelta(minutes=minutes),
    st.sampled_from([utc("2026-04-04T10:00:00"), utc("2026-10-03T10:00:00")]),
    st.integers(0, 720),
)


@given(st.one_of(starts, nights), st.integers(0, 60 * 72), st.sampled_from(ZONES))
def test_what_is_planned_is_what_is_needed_less_at_most_two_hours_at_the_end(
    since: datetime, minutes: int, zone: str
) -> None:
    until = since + timedelta(minutes=minutes)
    windows = planned(ReportNeed("TAPS", "csv", None, since, until), zone, timedelta(days=1))
    for number, (request, coverage) in enumerate(windows):
        assert request.start_time < request.end_time
        assert coverage.since <= (windows[number - 1][1].until if number else since)
        assert coverage.since < coverage.until <= until
    reached = windows[-1][1].until if windows else since
    assert until - reached <= timedelta(hours=2)


@pytest.mark.parametrize("zone", ["Pacific/Apia", "Pacific/Kwajalein", "Pacific/Fakaofo"])
@pytest.mark.parametrize("step", [timedelta(days=1), timedelta(days=30), YEAR])
def test_planning_ends_where_a_zone_skipped_a_day(zone: str, step: timedelta) -> None:
    day = {"Pacific/Kwajalein": "1993-08-20"}.get(zone, "2011-12-29")
    for hours in range(0, 72, 5):
        since = utc(f"{day}T00:00:00") + timedelta(hours=hours)
        until = since + timedelta(days=3, minutes=10)
        need = ReportNeed("TAPS", "csv", None, since, until)
        windows = [each for _, each in planned(need, zone, step)]
        assert len(windows) <= 5
        assert Intervals.of(*windows).whole_from(since) > until - timedelta(hours=3)
