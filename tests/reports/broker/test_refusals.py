"""The policy of report jobs when the API answers 429, whatever the quota was thought to be."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tap_payments.errors import QuotaSpent
from tap_payments.reports.gateway import RateLimited
from tests.reports.api import NOW, Clock, ReportApi
from tests.reports.runs import TYPES, Run, daily

DAY = timedelta(days=1)
HOUR = timedelta(hours=1)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def api(clock: Clock) -> ReportApi:
    return ReportApi(clock)


def deferred(found: object) -> QuotaSpent:
    assert isinstance(found, QuotaSpent)
    return found


def test_a_refusal_without_retry_after_defers_everything_that_is_not_ready(
    api: ReportApi, clock: Clock
) -> None:
    ready = api.make_utc(
        "TRIPS", "2026-03-01T00:00:00", "2026-03-10T02:00:00", created="2026-03-10T02:10:00"
    )
    api.on_start.append(RateLimited(None))
    run = Run(api)
    results = run.deliver(daily("TAPS"), daily("PAYMENTS"), daily("TRIPS"))
    deferred(results["TAPS"])
    deferred(results["PAYMENTS"])
    assert isinstance(results["TRIPS"], list)
    assert [delivery.job.job_id for delivery in results["TRIPS"]] == [ready.job_id]
    assert run.journal == ["list", "start TAPS"]
    assert clock.waits == []


def test_a_long_retry_after_is_not_waited_for_and_says_when_to_resume(
    api: ReportApi, clock: Clock
) -> None:
    api.on_list.append(RateLimited(7200))
    run = Run(api)
    results = run.deliver(*(daily(name) for name in TYPES))
    for found in results.values():
        assert deferred(found).resumes_at == NOW + 2 * HOUR
        assert "what is before 2026-03-09T02:00:00.000000Z is delivered, 24 h are not" in str(found)
    with pytest.raises(QuotaSpent):
        run.broker.jobs()
    assert run.journal == ["list"]
    assert clock.waits == []


def test_a_short_retry_after_is_waited_for_once_in_a_run(api: ReportApi, clock: Clock) -> None:
    api.on_list.append(RateLimited(60))
    api.on_start.append(RateLimited(5))
    run = Run(api)
    results = run.deliver(*(daily(name) for name in TYPES))
    assert all(isinstance(found, QuotaSpent) for found in results.values())
    assert run.journal == ["list", "list", "start CUSTOMERS"]
    assert [seconds for seconds, _ in clock.waits] == [60]


def test_after_a_second_refusal_nothing_goes_out_any_more_in_this_run(
    api: ReportApi, clock: Clock
) -> None:
    ready = api.make_utc(
        "TRIPS", "2026-03-01T00:00:00", "2026-03-10T02:00:00", created="2026-03-10T02:10:00"
    )
    api.on_start.extend([RateLimited(5), RateLimited(5)])
    run = Run(api)
    results = run.deliver(daily("TAPS"), daily("TRIPS"))
    assert isinstance(results["TRIPS"], list)
    clock.now += HOUR
    before = len(run.journal)
    api.links_gone = 1
    with pytest.raises(QuotaSpent):
        run.broker.open(results["TRIPS"][0])
    assert len(run.journal) == before
    assert results["TRIPS"][0].job.job_id == ready.job_id


def test_after_a_short_wait_the_run_goes_on(api: ReportApi, clock: Clock) -> None:
    api.on_start.append(RateLimited(0))
    assert len(Run(api).deliver_one(daily())) == 1


def test_a_job_that_cannot_be_looked_at_any_more_is_deferred_not_failed(api: ReportApi) -> None:
    api.on_list.extend([None, RateLimited(None)])
    run = Run(api)
    failure = deferred(run.fail_one(daily()))
    assert failure.resumes_at == NOW + DAY
    assert run.journal == ["list", "start TAPS", "list"]
