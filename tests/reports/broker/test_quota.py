"""The policy of report jobs under the daily quota: deferred, never failed, never burnt."""

from __future__ import annotations

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from tap_payments.errors import QuotaSpent
from tests.reports.api import NOW, Clock, ReportApi, utc
from tests.reports.runs import TYPES, WATERMARK, Run, daily

DAY = timedelta(days=1)
HOUR = timedelta(hours=1)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def api(clock: Clock) -> ReportApi:
    return ReportApi(clock)


def spend(api: ReportApi, starts: int, ago: timedelta = HOUR) -> None:
    """Jobs of somebody else, which prove that the quota was used; newest last."""
    for number in range(starts, 0, -1):
        at = NOW - ago - number * timedelta(minutes=1)
        job = api.make_utc("TRIPS", "2025-01-01T00:00:00", "2025-01-02T00:00:00")
        job.created = at


def deferred(found: object) -> QuotaSpent:
    assert isinstance(found, QuotaSpent)
    return found


def test_a_spent_quota_defers_every_stream_and_says_until_when(api: ReportApi) -> None:
    spend(api, 20)
    run = Run(api)
    failure = deferred(run.deliver(*(daily(name) for name in TYPES))["TAPS"])
    # Two have to be free: the list of the next run, and a start. This run's list counts too.
    assert failure.resumes_at == NOW - HOUR - timedelta(minutes=18) + DAY
    assert "2026-03-11T00:59:00.000000Z" in str(failure)
    assert run.journal == ["list"]


def test_a_run_at_the_time_that_was_named_gets_on(api: ReportApi, clock: Clock) -> None:
    api.created_in = ZoneInfo("UTC")
    spend(api, 20)
    resumes_at = deferred(Run(api).fail_one(daily())).resumes_at
    assert resumes_at is not None
    clock.now = resumes_at
    run = Run(api)
    run.deliver(daily(until=clock.now - timedelta(minutes=5)))
    assert "start TAPS" in run.journal


def test_the_first_list_is_always_allowed(api: ReportApi) -> None:
    spend(api, 40)
    run = Run(api, limit=1)
    assert len(run.broker.jobs()) == 41
    assert run.journal == ["list"]


def test_jobs_created_in_the_last_day_count_in_whichever_zone_that_is(api: ReportApi) -> None:
    spend(api, 19, ago=timedelta(hours=30))  # in Sydney's time, read as UTC: 19 hours ago
    run = Run(api)
    failure = deferred(run.fail_one(daily()))
    assert failure.resumes_at is not None
    assert failure.resumes_at > NOW
    assert run.journal == ["list"]


def test_jobs_that_are_older_in_every_zone_do_not_count(api: ReportApi) -> None:
    spend(api, 19, ago=timedelta(hours=40))
    assert len(Run(api).deliver_one(daily())) == 1


@pytest.mark.parametrize(
    ("others", "started"),
    [(14, 4), (15, 3), (16, 2), (17, 1), (18, 1), (19, 0)],
)
def test_as_many_jobs_are_started_as_fit_with_one_request_kept_for_a_look(
    api: ReportApi, others: int, started: int
) -> None:
    spend(api, others)
    run = Run(api)
    results = run.deliver(*(daily(name) for name in TYPES))
    assert sum(request.startswith("start") for request in run.journal) == started
    assert len(run.journal) <= 20 - others or run.journal == ["list"]
    ready = sum(isinstance(found, list) for found in results.values())
    assert ready == (started if others != 18 else 0)


def test_the_last_request_is_kept_to_look_at_a_job_that_is_still_made(
    api: ReportApi, clock: Clock
) -> None:
    spend(api, 17)
    api.make_utc("TAPS", "2026-03-01T00:00:00", "2026-03-10T02:00:00")
    run = Run(api)
    results = run.deliver(daily("TAPS"), daily("PAYMENTS"))
    assert isinstance(results["TAPS"], list)
    deferred(results["PAYMENTS"])
    assert run.journal == ["list", "list"]


def test_the_type_that_is_furthest_behind_is_started_first(api: ReportApi) -> None:
    spend(api, 17)
    run = Run(api)
    behind = daily("TRIPS", watermark=WATERMARK - timedelta(days=9))
    results = run.deliver(daily("TAPS"), behind)
    deferred(results["TAPS"])
    assert isinstance(results["TRIPS"], list)


def test_what_this_run_started_is_not_counted_twice(api: ReportApi) -> None:
    api.duration = timedelta(minutes=4)
    spend(api, 8)
    run = Run(api)
    results = run.deliver(*(daily(name) for name in TYPES))
    assert all(isinstance(found, list) and len(found) == 1 for found in results.values())
    assert run.journal.count("list") == 5


def test_what_was_started_and_its_answer_lost_is_not_counted_twice(api: ReportApi) -> None:
    api.duration = timedelta(seconds=50)
    spend(api, 16)
    api.on_start.append("made, then lost")
    run = Run(api)
    assert len(run.deliver_one(daily())) == 1
    assert run.journal == ["list", "start TAPS", "list", "list"]


def test_windows_that_the_quota_defers_come_after_those_that_it_allows(api: ReportApi) -> None:
    spend(api, 14)
    run = Run(api, window_days=10)
    assert isinstance(run.deliver(daily(watermark=None))["TAPS"], QuotaSpent)
    assert [delivery.job.job_id for delivery in run.found["TAPS"]] == [
        "JOB0015",
        "JOB0016",
        "JOB0017",
        "JOB0018",
    ]
    assert run.journal == ["list", *["start TAPS"] * 4, "list"]


def test_a_lost_answer_with_nothing_left_to_look_is_deferred(api: ReportApi) -> None:
    spend(api, 18)
    api.on_start.append("made, then lost")
    run = Run(api)
    deferred(run.fail_one(daily()))
    assert run.journal == ["list", "start TAPS"]


def test_the_quota_of_a_second_run_knows_the_starts_of_the_first(
    api: ReportApi, clock: Clock
) -> None:
    for _ in range(3):
        Run(api).deliver(*(daily(name) for name in TYPES))
        clock.now += timedelta(minutes=10)
        for job in api.made:
            job.outcome = "FAILED"  # so that none is adopted
    run = Run(api, limit=15)
    results = run.deliver(*(daily(name) for name in TYPES))
    assert sum(isinstance(found, list) for found in results.values()) == 1
    assert len(run.journal) == 3


def test_runs_in_a_row_end_in_deferral_and_never_in_failure(api: ReportApi, clock: Clock) -> None:
    api.limit = 20
    results: list[object] = []
    for _ in range(6):
        watermark, until = utc("2026-03-01T00:00:00"), clock.now - timedelta(minutes=5)
        needs = [daily(name, watermark=watermark, until=until) for name in TYPES]
        results += Run(api).deliver(*needs).values()
        for job in api.made:
            job.outcome = "FAILED"  # so that none is adopted
        clock.now += HOUR
    assert sum(isinstance(found, list) for found in results) >= 12
    assert all(isinstance(found, list | QuotaSpent) for found in results)
