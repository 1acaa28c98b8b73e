"""The policy of report jobs when jobs fail, vanish or are garbled."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from tap_payments.errors import StreamFailed
from tests.reports.api import Clock, ReportApi, utc
from tests.reports.runs import HOUR, TYPES, Run, daily


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def api(clock: Clock) -> ReportApi:
    return ReportApi(clock)


def listed(**changes: Any) -> dict[str, Any]:
    """An entry of the list that fits the daily need, unless changed."""
    return {
        "jobId": "JOBX",
        "status": "COMPLETE",
        "timezone": "Australia/Sydney",
        "fileType": "csv",
        "downloadUrl": "https://files.example/JOBX?signature=SECRET",
        "reportType": "TAPS",
        "startTime": "2026-03-01T00:00:00",
        "endTime": "2026-03-10T12:00:00",
        "createdAt": "2026-03-10T12:30:00",
        "expiresAt": "2026-03-17T12:30:00",
        **changes,
    }


def test_a_failed_job_of_this_run_is_started_once_more(api: ReportApi) -> None:
    api.outcomes.extend(["FAILED", "COMPLETE"])
    run = Run(api)
    [delivery] = run.deliver_one(daily())
    assert delivery.job.job_id == "JOB0002"
    assert run.journal == ["list", "start TAPS", "list", "start TAPS", "list"]


def test_a_job_that_fails_twice_fails_its_stream_by_its_id(api: ReportApi) -> None:
    api.outcomes.extend(["FAILED", "FAILED"])
    run = Run(api)
    failure = run.fail_one(daily())
    assert isinstance(failure, StreamFailed)
    assert "JOB0002" in str(failure)
    assert run.journal.count("start TAPS") == 2


def test_when_all_four_fail_twice_all_four_streams_fail(api: ReportApi) -> None:
    api.outcomes.extend(["FAILED"] * 8)
    run = Run(api)
    results = run.deliver(*(daily(name) for name in TYPES))
    assert all(isinstance(found, StreamFailed) for found in results.values())
    assert len(run.journal) <= 12


def test_one_types_failure_does_not_stop_the_others(api: ReportApi) -> None:
    api.outcomes.extend(["FAILED", "COMPLETE", "FAILED"])
    results = Run(api).deliver(daily("TAPS"), daily("TRIPS"))
    assert isinstance(results["TAPS"], StreamFailed)
    assert isinstance(results["TRIPS"], list)
    assert len(results["TRIPS"]) == 1


def test_a_job_that_an_earlier_run_left_and_that_fails_is_started_once_more(
    api: ReportApi,
) -> None:
    api.make_utc("TAPS", "2026-03-01T00:00:00", "2026-03-10T02:00:00", outcome="FAILED")
    run = Run(api)
    [delivery] = run.deliver_one(daily())
    assert (delivery.job.job_id, delivery.until) == ("JOB0002", HOUR)
    assert "report job JOB0001 has the status FAILED" in run.notes[-1]


def test_a_job_that_an_earlier_run_left_is_started_once_more_and_not_twice(
    api: ReportApi,
) -> None:
    api.make_utc("TAPS", "2026-03-01T00:00:00", "2026-03-10T02:00:00", outcome="FAILED")
    api.outcomes.extend(["FAILED", "FAILED"])
    run = Run(api)
    failure = run.fail_one(daily())
    assert isinstance(failure, StreamFailed)
    assert "JOB0002" in str(failure)
    assert run.journal.count("start TAPS") == 1


def test_what_becomes_of_a_job_after_its_delivery_changes_nothing(api: ReportApi) -> None:
    run = Run(api)
    run.broker.plan([daily("TAPS"), daily("TRIPS")])
    api.made[1].ready_at += timedelta(minutes=5)
    for delivery in run.broker.reports("TAPS"):
        api.made = [job for job in api.made if job.job_id != delivery.job.job_id]
    assert len(list(run.broker.reports("TRIPS"))) == 1
    assert list(run.broker.reports("TAPS")) == []
    assert run.journal.count("start TAPS") == 1


def test_a_failed_job_of_an_earlier_run_is_ignored(api: ReportApi, clock: Clock) -> None:
    api.make_utc("TAPS", "2026-03-01T00:00:00", "2026-03-10T00:00:00", outcome="FAILED")
    clock.now += timedelta(minutes=1)
    run = Run(api)
    [delivery] = run.deliver_one(daily())
    assert delivery.job.job_id == "JOB0002"
    assert run.warnings == []


@pytest.mark.parametrize(
    "change", [{"status": "PAUSED"}, {"status": None}, {"downloadUrl": None}, {"downloadUrl": ""}]
)
def test_an_unusable_job_that_this_run_needs_fails_the_stream_by_its_id(
    api: ReportApi, change: dict[str, Any]
) -> None:
    api.entries = [listed(**change)]
    run = Run(api)
    failure = run.fail_one(daily())
    assert isinstance(failure, StreamFailed)
    assert "JOBX" in str(failure)
    assert run.journal == ["list"]


def test_a_job_of_this_run_that_gets_an_unknown_status_fails_the_stream(api: ReportApi) -> None:
    api.outcomes.append("PAUSED")
    failure = Run(api).fail_one(daily())
    assert isinstance(failure, StreamFailed)
    assert "JOB0001" in str(failure)


@pytest.mark.parametrize(
    "entry",
    [
        None,
        "garbage",
        [],
        {},
        {"jobId": None},
        {"jobId": "JOBX"},
        listed(reportType="REFUNDS"),
        listed(reportType=None),
        listed(fileType="xml"),
        listed(fileType=None),
        listed(startTime="soon"),
        listed(endTime=None),
        listed(createdAt=None),
        listed(reportType="TRIPS", status="PAUSED"),
        listed(status="PAUSED", endTime="2026-03-09T00:00:00"),
        listed(expiresAt="2026-03-10T13:00:00"),
    ],
)
def test_other_entries_that_are_incomplete_or_unknown_are_passed_over(
    api: ReportApi, entry: Any
) -> None:
    api.entries = [entry]
    run = Run(api)
    [delivery] = run.deliver_one(daily())
    assert delivery.job.job_id == "JOB0001"
    assert run.journal == ["list", "start TAPS", "list"]


def test_a_start_that_is_refused_fails_its_stream_alone(api: ReportApi) -> None:
    api.on_start.append(StreamFailed("400 from POST /generate-report"))
    results = Run(api).deliver(daily("TAPS"), daily("TRIPS"))
    assert str(results["TAPS"]) == "400 from POST /generate-report"
    assert isinstance(results["TRIPS"], list)


def test_a_list_that_fails_while_polling_fails_what_is_pending_with_one_request(
    api: ReportApi, clock: Clock
) -> None:
    api.make_utc(
        "TRIPS", "2026-03-01T00:00:00", "2026-03-10T02:00:00", created="2026-03-10T02:10:00"
    )
    clock.now += timedelta(minutes=1)
    api.on_list.extend([None, StreamFailed("403 from GET /report-jobs-list")])
    run = Run(api)
    results = run.deliver(daily("TAPS"), daily("PAYMENTS"), daily("TRIPS"))
    assert isinstance(results["TAPS"], StreamFailed)
    assert isinstance(results["PAYMENTS"], StreamFailed)
    assert isinstance(results["TRIPS"], list)
    assert run.journal.count("list") == 2
    assert len(clock.waits) == 1, "nobody waits for a list that is not asked for"


@pytest.mark.parametrize("fate", ["vanishes", "expires"])
def test_a_needed_job_that_vanishes_or_expires_while_pending_is_started_once_more(
    api: ReportApi, clock: Clock, fate: str
) -> None:
    api.duration = timedelta(seconds=40)

    def vanish() -> None:
        api.made.clear()

    def expire() -> None:
        api.made[0].created -= timedelta(days=10)
        api.entries = [api.render(api.made.pop())]

    clock.then.extend([lambda: None, vanish if fate == "vanishes" else expire])
    run = Run(api)
    [delivery] = run.deliver_one(daily())
    assert delivery.job.job_id == "JOB0002"
    assert run.journal.count("start TAPS") == 2


def test_no_message_has_a_url(api: ReportApi, clock: Clock) -> None:
    api.outcomes.extend(["PAUSED", "FAILED", "FAILED"])
    api.entries = [listed(timezone="Mars/Base")]
    run = Run(api)
    results = run.deliver(*(daily(name) for name in TYPES))
    said = [*run.warnings, *run.notes, *(reason for _, reason in clock.waits)]
    said += [f"{found} {found!r}" for found in results.values()]
    assert not any("SECRET" in line or "https" in line or "\n" in line for line in said)


def test_a_broken_job_is_taken_only_for_what_no_other_covers(api: ReportApi) -> None:
    api.entries = [
        listed(status="PAUSED"),
        listed(jobId="JOBY", endTime="2026-03-10T11:00:00"),
    ]
    run = Run(api)
    assert "JOBX" in str(run.fail_one(daily()))
    [delivery] = run.found["TAPS"]
    assert (delivery.job.job_id, delivery.until) == ("JOBY", utc("2026-03-10T00:00:00"))
    assert run.journal == ["list"]


def test_two_windows_that_fail_once_are_each_started_once_more(api: ReportApi) -> None:
    api.outcomes.extend(["FAILED", "FAILED", "COMPLETE"])
    run = Run(api, window_days=30)
    found = run.deliver_one(daily(watermark=None))
    assert [report.job.job_id for report in found] == ["JOB0004", "JOB0005", "JOB0003"]
    assert run.journal.count("start TAPS") == 5
