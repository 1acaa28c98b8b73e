"""The policy of report jobs where zones differ from what was planned, and on both long nights."""

from __future__ import annotations

import itertools
from datetime import UTC, timedelta
from zoneinfo import ZoneInfo

import pytest

from tap_payments.errors import StreamFailed
from tests.reports.api import Clock, ReportApi, utc
from tests.reports.runs import HORIZON, HOUR, WATERMARK, Run, daily


@pytest.fixture
def clock() -> Clock:
    return Clock()


def test_the_zone_in_the_list_wins_from_the_start_with_a_warning(clock: Clock) -> None:
    api = ReportApi(clock, zone="Australia/Perth")
    api.make_utc("TRIPS", "2025-01-01T00:00:00", "2025-01-02T00:00:00")
    run = Run(api)
    [delivery] = run.deliver_one(daily())
    assert delivery.zone == "Australia/Perth"
    assert (delivery.since, delivery.until) == (WATERMARK - timedelta(days=2), HOUR)
    assert len(run.warnings) == 1
    assert "Australia/Perth" in run.warnings[0]
    assert run.journal == ["list", "start TAPS", "list"]


@pytest.mark.parametrize(
    ("configured", "actual", "jobs"),
    [
        ("UTC", "Australia/Sydney", ["JOB0001", "JOB0002"]),  # ends too early: the rest is asked
        ("Australia/Sydney", "UTC", ["JOB0002", "JOB0001"]),  # begins too late: the beginning is
        ("Australia/Melbourne", "Australia/Sydney", ["JOB0001"]),  # the same clock
    ],
)
def test_what_a_job_made_in_another_zone_does_not_cover_is_asked_for_again_once(
    clock: Clock, configured: str, actual: str, jobs: list[str]
) -> None:
    api = ReportApi(clock, zone=actual)
    api.is_new = True
    run = Run(api, zone=ZoneInfo(configured))
    found = run.deliver_one(daily())
    assert [delivery.job.job_id for delivery in found] == jobs
    assert found[0].since <= WATERMARK - timedelta(days=2)
    assert all(after.since <= before.until for before, after in itertools.pairwise(found))
    assert found[-1].until >= HOUR
    for delivery in found:
        since, until = api.truth(delivery.job.job_id)
        assert since <= delivery.since
        assert delivery.until <= until
        assert delivery.zone == actual
    assert len(run.warnings) == 1
    assert run.journal.count("start TAPS") == max(1, len(set(jobs) | {"JOB0001"}))


def test_bounds_that_are_never_those_asked_for_fail_the_stream(clock: Clock) -> None:
    api = ReportApi(clock)
    run = Run(api)

    def make_it_later() -> None:
        api.made[-1].start += timedelta(hours=1)

    clock.then.extend([make_it_later] * 2)
    run.broker.plan([daily()])
    with pytest.raises(StreamFailed, match="other bounds"):
        list(run.broker.reports("TAPS"))
    assert run.journal.count("start TAPS") == 2


def test_a_job_in_a_zone_that_is_not_known_is_passed_over_with_one_warning(clock: Clock) -> None:
    api = ReportApi(clock)
    api.listed_zone = "Mars/Base"
    api.make_utc(
        "TAPS", "2026-03-01T00:00:00", "2026-03-10T00:00:00", created="2026-03-10T01:00:00"
    )
    api.make_utc(
        "TAPS", "2026-03-01T00:00:00", "2026-03-10T00:00:00", created="2026-03-10T01:00:00"
    )
    api.entries = [api.render(job) for job in api.made]
    api.made.clear()
    api.listed_zone = "Australia/Sydney"
    run = Run(api)
    [delivery] = run.deliver_one(daily())
    assert delivery.job.job_id == "JOB0003"
    assert len(run.warnings) == 1


def test_a_job_of_this_run_in_a_zone_that_is_not_known_fails_the_stream(clock: Clock) -> None:
    api = ReportApi(clock)
    api.listed_zone = "Mars/Base"
    failure = Run(api).fail_one(daily())
    assert isinstance(failure, StreamFailed)
    assert "JOB0001" in str(failure)


def test_without_a_zone_in_the_list_the_configured_one_is_used(clock: Clock) -> None:
    api = ReportApi(clock, zone="Australia/Adelaide")
    api.listed_zone = None
    run = Run(api, zone=ZoneInfo("Australia/Adelaide"))
    [delivery] = run.deliver_one(daily())
    assert delivery.until == utc("2026-03-10T01:30:00")
    assert delivery.zone == "Australia/Adelaide"
    assert run.warnings == []


def test_a_job_that_was_made_for_less_than_was_asked_is_completed(clock: Clock) -> None:
    api = ReportApi(clock)
    run = Run(api)
    run.broker.plan([daily()])
    api.made[0].end -= timedelta(hours=5)
    found = list(run.broker.reports("TAPS"))
    assert [delivery.until for delivery in found] == [HOUR - timedelta(hours=5), HOUR]


def test_a_job_that_was_made_for_more_than_was_asked_moves_no_watermark_beyond_the_horizon(
    clock: Clock,
) -> None:
    api = ReportApi(clock)
    run = Run(api)
    run.broker.plan([daily()])
    api.made[0].end += timedelta(hours=5)
    [delivery] = run.broker.reports("TAPS")
    assert delivery.until == HORIZON


@pytest.mark.parametrize("fold", [0, 1])
@pytest.mark.parametrize("created_in", ["UTC", "local"])
@pytest.mark.parametrize(
    "zone", ["Australia/Sydney", "Australia/Lord_Howe", "Australia/Adelaide", "America/New_York"]
)
@pytest.mark.parametrize(
    "night",
    ["2026-04-04T10:00:00", "2026-10-03T10:00:00", "2026-11-01T00:00:00", "2027-03-14T00:00:00"],
)
def test_the_nights_when_clocks_are_changed_lose_no_row_and_no_hour(
    night: str, zone: str, created_in: str, fold: int
) -> None:
    clock = Clock(utc(night))
    api = ReportApi(clock, zone=zone)
    api.fold = fold
    api.created_in = ZoneInfo("UTC") if created_in == "UTC" else api.zone
    begin = clock.now - timedelta(days=1)
    watermark = begin
    rows: set[int] = set()
    for _ in range(16):  # every hour and a bit, across the night
        horizon = clock.now - timedelta(minutes=5)
        need = daily(watermark=watermark, until=horizon, lookback=timedelta())
        for delivery in Run(api, zone=ZoneInfo(zone)).deliver_one(need):
            since, until = api.truth(delivery.job.job_id)
            rows |= set(range(int(since.timestamp() // 600), int(until.timestamp() // 600)))
            assert watermark < delivery.until <= horizon
            watermark = delivery.until
        clock.now += timedelta(minutes=67)
    wanted = range(-(-int(begin.timestamp()) // 600), int(watermark.timestamp() // 600))
    assert not set(wanted) - rows
    assert horizon - watermark <= timedelta(hours=3)
    assert watermark.tzinfo is UTC
