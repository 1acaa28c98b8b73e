"""The policy of report jobs, on days when all goes well: how many requests, and which."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from tap_payments.reports.jobs import ReportStatus
from tests.reports.api import Clock, ReportApi, utc
from tests.reports.runs import HORIZON, HOUR, TYPES, WATERMARK, Run, daily

if TYPE_CHECKING:
    from tap_payments.reports.jobs import ReadyReport

LISTS = "list"


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def api(clock: Clock) -> ReportApi:
    return ReportApi(clock)


def test_a_first_run_of_all_four_takes_six_requests_when_reports_are_quick(api: ReportApi) -> None:
    run = Run(api)
    results = run.deliver(*(daily(name, watermark=None) for name in TYPES))
    assert run.journal == [LISTS, *(f"start {name}" for name in TYPES), LISTS]
    for found in results.values():
        [delivery] = found if isinstance(found, list) else []
        assert (delivery.since, delivery.until) == (utc("2026-01-01T00:00:00"), HOUR)
        assert delivery.zone == "Australia/Sydney"
    assert run.warnings == []


@pytest.mark.parametrize("minutes", [1, 5, 20, 29, 31, 600])
def test_a_first_run_of_all_four_takes_at_most_ten_requests_however_slow(
    api: ReportApi, minutes: int
) -> None:
    api.duration = timedelta(minutes=minutes)
    run = Run(api)
    results = run.deliver(*(daily(name, watermark=None) for name in TYPES))
    assert len(run.journal) <= 10
    assert [len(found) for found in results.values() if isinstance(found, list)] == (
        [1, 1, 1, 1] if minutes < 30 else [0, 0, 0, 0]
    )


def test_a_run_that_finds_its_jobs_ready_takes_one_request(api: ReportApi, clock: Clock) -> None:
    for name in TYPES:
        api.make_utc(name, "2026-03-01T00:00:00", "2026-03-10T00:00:00")
    clock.now += timedelta(minutes=1)
    run = Run(api)
    until = utc("2026-03-10T00:00:00")
    results = run.deliver(*(daily(name, until=until) for name in TYPES))
    assert len(run.broker.jobs()) == 5
    assert run.journal == [LISTS]
    for found in results.values():
        assert isinstance(found, list)
        assert [delivery.until for delivery in found] == [until]
    assert len(run.notes) == 4
    assert "of an earlier run is adopted" in run.notes[0]
    assert run.warnings == []


def test_the_list_alone_takes_one_request_and_starts_nothing(api: ReportApi) -> None:
    api.make_utc("TAPS", "2026-03-01T00:00:00", "2026-03-10T00:00:00")
    api.entries = [{"jobId": None}, "garbage"]
    run = Run(api)
    assert [job.job_id for job in run.broker.jobs()] == ["OLD", "JOB0001"]
    assert run.journal == [LISTS]


def test_the_list_that_was_read_first_for_the_job_stream_is_the_one_that_is_planned_with(
    api: ReportApi,
) -> None:
    run = Run(api)
    run.broker.jobs()
    run.deliver(daily())
    assert run.journal == [LISTS, "start TAPS", LISTS]


def test_no_job_is_started_where_no_full_hour_has_passed(api: ReportApi) -> None:
    run = Run(api)
    assert run.deliver_one(daily(until=WATERMARK + timedelta(minutes=59))) == []
    assert run.journal == [LISTS]


def test_complete_is_a_delivery_and_no_data_is_one_without_rows(api: ReportApi) -> None:
    api.outcomes.extend(["COMPLETE", "NO_DATA"])
    results = Run(api).deliver(daily("TAPS"), daily("TRIPS"))
    flags = {
        name: [delivery.is_empty for delivery in found] if isinstance(found, list) else None
        for name, found in results.items()
    }
    assert flags == {"TAPS": [False], "TRIPS": [True]}


def test_a_delivery_covers_what_its_job_covers(api: ReportApi) -> None:
    [delivery] = Run(api).deliver_one(daily())
    assert delivery.since == WATERMARK - timedelta(days=2)
    assert delivery.until == HOUR
    assert delivery.job.status is ReportStatus.COMPLETE
    assert delivery.job.job_id == "JOB0001"


def test_jobs_that_were_adopted_are_handed_out_while_others_are_still_made(
    api: ReportApi, clock: Clock
) -> None:
    ready = api.make_utc("TRIPS", "2026-03-01T00:00:00", "2026-03-10T02:00:00")
    clock.now += timedelta(seconds=30)
    run = Run(api)
    order: list[str] = []
    run.broker.plan([daily("TRIPS"), daily("TAPS")])
    for name in ("TRIPS", "TAPS"):
        order += [delivery.job.job_id for delivery in run.broker.reports(name)]
        order += [f"after {len(clock.waits)} waits"]
    assert order == [ready.job_id, "after 0 waits", "JOB0002", "after 1 waits"]


def test_one_look_serves_all_types(api: ReportApi, clock: Clock) -> None:
    api.duration = timedelta(minutes=3)
    run = Run(api)
    run.deliver(*(daily(name) for name in TYPES))
    assert run.journal.count(LISTS) == 1 + 3
    assert [seconds for seconds, _ in clock.waits] == [30, 60, 120]
    assert {reason for _, reason in clock.waits} == {"waiting for CUSTOMERS report job JOB0001"}


def test_a_job_that_takes_longer_than_max_wait_is_left_and_the_next_run_adopts_it(
    api: ReportApi, clock: Clock
) -> None:
    api.duration = timedelta(hours=5)
    run = Run(api, max_wait=600)
    assert run.deliver_one(daily()) == []
    [warning] = run.warnings
    assert warning == (
        "TAPS report job JOB0001 is still being made: left for the next run, which adopts it; "
        "what is before 2026-03-09T02:00:00.000000Z is delivered, 24 h are not"
    )
    clock.now += timedelta(hours=15)
    api.duration = timedelta(seconds=20)
    following = Run(api)
    found = following.deliver_one(daily(until=HORIZON + timedelta(hours=15)))
    assert [(each.job.job_id, each.until) for each in found] == [
        ("JOB0001", HOUR),
        ("JOB0002", HOUR + timedelta(hours=15)),
    ]
    assert following.journal == [LISTS, "start TAPS", LISTS]
    assert following.warnings == []


def test_an_adopted_job_that_is_still_made_is_waited_for(api: ReportApi) -> None:
    api.make_utc("TAPS", "2026-03-01T00:00:00", "2026-03-10T02:00:00")
    run = Run(api)
    [delivery] = run.deliver_one(daily())
    assert delivery.until == HOUR
    assert run.journal == [LISTS, LISTS]


def test_an_adopted_job_moves_the_watermark_to_what_it_covers_and_no_further(
    api: ReportApi,
) -> None:
    api.duration = timedelta()
    job = api.make_utc(
        "TAPS", "2026-03-01T00:00:00", "2026-03-20T00:00:00", created="2026-03-10T00:00:00"
    )
    run = Run(api)
    first, rest = run.deliver_one(daily())
    assert first.job.job_id == job.job_id
    assert first.until == rest.since == utc("2026-03-10T00:00:00")
    assert rest.until == HOUR
    assert run.journal == [LISTS, "start TAPS", LISTS]


def test_a_span_beyond_the_window_takes_several_jobs_handed_out_in_order(api: ReportApi) -> None:
    run = Run(api, window_days=30)
    found = run.deliver_one(daily(watermark=None))
    assert [delivery.until for delivery in found] == [
        utc("2026-01-31T00:00:00"),
        utc("2026-03-02T00:00:00"),
        HOUR,
    ]
    assert run.journal == [LISTS, "start TAPS", "start TAPS", "start TAPS", LISTS]


def test_a_long_first_run_that_was_stopped_goes_on_with_the_jobs_that_it_started(
    api: ReportApi, clock: Clock
) -> None:
    Run(api, window_days=30).broker.plan([daily(watermark=None)])
    clock.now += timedelta(days=1)
    run = Run(api, window_days=30)
    need = daily(watermark=None, until=HORIZON + timedelta(days=1))
    found = run.deliver_one(need)
    assert [delivery.job.job_id for delivery in found] == [
        "JOB0001",
        "JOB0002",
        "JOB0003",
        "JOB0004",
    ]
    assert found[-1].until == HOUR + timedelta(days=1)
    assert run.journal == [LISTS, "start TAPS", LISTS]


def test_several_jobs_are_owed_three_looks_like_one(api: ReportApi) -> None:
    api.duration = timedelta(minutes=20)
    run = Run(api, window_days=30)
    results = run.deliver(*(daily(name, watermark=None) for name in TYPES), then=None)
    assert run.journal.count("start TAPS") == 3
    assert [len(found) for found in results.values() if isinstance(found, list)] == [3, 3, 3, 3]
    assert run.journal.count(LISTS) == 1 + 3


def test_after_a_long_download_the_other_types_are_looked_at_once_more(
    api: ReportApi, clock: Clock
) -> None:
    run = Run(api)
    run.broker.plan([daily("TAPS"), daily("TRIPS")])
    api.made[1].ready_at += timedelta(hours=1)
    found: list[ReadyReport] = []
    for name in ("TAPS", "TRIPS"):
        for delivery in run.broker.reports(name):
            found.append(delivery)
            clock.now += timedelta(hours=2)
    assert [delivery.job.job_id for delivery in found] == ["JOB0001", "JOB0002"]
    assert len(clock.waits) == 1
    assert run.warnings == []


def test_jobs_have_the_whole_time_from_the_plan_on(api: ReportApi, clock: Clock) -> None:
    run = Run(api, max_wait=60)
    api.duration = timedelta(seconds=150)
    api.make_utc("TAPS", "2026-03-01T00:00:00", "2026-03-10T02:00:00")
    run.broker.jobs()
    clock.now += timedelta(seconds=100)
    assert [delivery.job.job_id for delivery in run.deliver_one(daily())] == ["JOB0001"]
