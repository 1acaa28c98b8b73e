"""Which reports are asked for: hours, windows, and clock changes that lose nothing."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tap_payments.reports.jobs import Coverage, ReportJob, ReportRequest, parse_job
from tap_payments.reports.planning import ReportNeed, adopt, is_long, newest_zone, plan_requests
from tap_payments.windows.zones import to_readings
from tests.reports.api import NOW, utc
from tests.reports.runs import HORIZON, HOUR, SYDNEY, WATERMARK, daily

YEAR = timedelta(days=366)
ZONES = ("Australia/Sydney", "Australia/Lord_Howe", "Australia/Adelaide", "Asia/Kathmandu", "UTC")


def planned(
    need: ReportNeed, zone: str = "Australia/Sydney", step: timedelta = YEAR
) -> list[tuple[ReportRequest, Coverage]]:
    return list(plan_requests(need, ZoneInfo(zone), file_type="csv", step=step))


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
    assert coverage == Coverage(WATERMARK - timedelta(days=2), HOUR)


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
        Coverage(WATERMARK - timedelta(days=2), WATERMARK + timedelta(days=1))
    ]


def test_only_a_span_beyond_the_window_takes_several_reports() -> None:
    need = ReportNeed("TAPS", None, HOUR - timedelta(days=30), HORIZON)
    assert not is_long(need, SYDNEY, timedelta(days=30))
    assert is_long(need, SYDNEY, timedelta(days=29))


def test_no_cut_falls_into_an_hour_that_a_clock_change_repeats_or_skips() -> None:
    since = utc("2026-01-01T15:00:00")  # 02:00 in Sydney
    need = ReportNeed("TAPS", None, since, utc("2027-01-01T00:00:00"))
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
    windows = planned(ReportNeed("TAPS", None, since, until), zone, timedelta(days=1))
    for number, (request, coverage) in enumerate(windows):
        assert request.start_time < request.end_time
        assert coverage.since <= (windows[number - 1][1].until if number else since)
        assert coverage.since < coverage.until <= until
    reached = windows[-1][1].until if windows else since
    assert until - reached <= timedelta(hours=2)


def listed(since: str, until: str, created: str, **more: str) -> ReportJob:
    entry = {
        "jobId": f"JOB {created} {until}",
        "status": "COMPLETE",
        "downloadUrl": "https://files.example/1",
        "timezone": "UTC",
        "reportType": "TAPS",
        "fileType": "csv",
        "startTime": f"2026-{since}:00",
        "endTime": f"2026-{until}:00",
        "createdAt": f"2026-{created}:00",
        **more,
    }
    job = parse_job(entry)
    assert job is not None
    return job


FITS = listed("03-01T00:00", "03-10T00:00", "03-10T00:30")


def adopted(*jobs: ReportJob, need: ReportNeed | None = None) -> ReportJob | None:
    found = adopt(
        need or daily(), jobs, lambda job: ZoneInfo(job.timezone or ""), file_type="csv", now=NOW
    )
    return found.job if found else None


def test_a_job_that_serves_is_adopted() -> None:
    assert adopted(FITS) == FITS


@pytest.mark.parametrize(
    "other",
    [
        listed("03-01T00:00", "03-10T00:00", "03-10T00:30", reportType="TRIPS"),
        listed("03-01T00:00", "03-10T00:00", "03-10T00:30", fileType="xml"),
        listed("03-01T00:00", "03-10T00:00", "03-10T00:30", status="FAILED"),
        listed("03-07T03:00", "03-10T00:00", "03-10T00:30"),  # begins after the lookback does
        listed("03-01T00:00", "03-09T02:00", "03-10T00:30"),  # ends at the watermark
        listed("03-01T00:00", "03-12T00:00", "03-09T02:00"),  # was created at the watermark
        listed("03-01T00:00", "03-10T00:00", "03-10T00:30", expiresAt="2026-03-11T02:00:00"),
        listed("03-01T00:00", "03-10T00:00", "03-10T00:30", createdAt=""),
    ],
)
def test_a_job_that_does_not_serve_is_passed_over(other: ReportJob) -> None:
    assert adopted(other) is None


def test_of_several_jobs_the_one_that_reaches_furthest_is_adopted() -> None:
    further = listed("03-01T00:00", "03-10T01:00", "03-10T01:30", status="IN_PROGRESS")
    assert adopted(FITS, further, FITS) == further


def test_of_jobs_that_reach_equally_far_one_that_is_ready_and_the_newest_is_adopted() -> None:
    pending = listed("03-01T00:00", "03-10T00:00", "03-10T01:00", status="IN_PROGRESS")
    newer = listed("03-01T00:00", "03-10T00:00", "03-10T00:45", status="NO_DATA")
    assert adopted(FITS, pending, newer) == newer


def test_a_job_that_can_never_be_read_is_taken_only_where_no_other_serves() -> None:
    broken = listed("03-01T00:00", "03-10T01:00", "03-10T01:30", status="PAUSED")
    assert adopted(broken, FITS) == FITS
    assert adopted(broken) == broken


def test_a_read_that_no_later_run_completes_adopts_only_what_reaches_far_enough() -> None:
    assert adopted(FITS, need=daily(least_until=utc("2026-03-10T00:00:00"))) == FITS
    assert adopted(FITS, need=daily(least_until=utc("2026-03-10T00:01:00"))) is None


def test_no_job_counts_beyond_the_horizon() -> None:
    need = daily(until=utc("2026-03-09T12:00:00"))
    found = adopt(need, [FITS], lambda _: ZoneInfo("UTC"), file_type="csv", now=NOW)
    assert found is not None
    assert found.coverage.until == need.until


def test_the_zone_is_the_newest_jobs_whose_zone_is_known() -> None:
    jobs = [
        listed("03-01T00:00", "03-02T00:00", "03-05T00:00", timezone="Australia/Perth"),
        listed("03-01T00:00", "03-02T00:00", "03-06T00:00", timezone="Mars/Base"),
        listed("03-01T00:00", "03-02T00:00", "03-04T00:00", timezone="Australia/Sydney"),
    ]
    zone = newest_zone(jobs)
    assert zone is not None
    assert zone.key == "Australia/Perth"
    assert newest_zone(jobs[1:2]) is None
    assert newest_zone([]) is None
