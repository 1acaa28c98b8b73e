"""The policy of report jobs when answers are lost: nothing is started twice, nothing given up."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

import pytest

from tap_payments.errors import StreamFailed
from tests.reports.api import Clock, ReportApi
from tests.reports.runs import TYPES, Run, daily


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def api(clock: Clock) -> ReportApi:
    return ReportApi(clock)


def test_nothing_is_started_twice_because_an_answer_was_lost(api: ReportApi) -> None:
    api.duration = timedelta(seconds=50)
    api.on_start.append("made, then lost")
    run = Run(api)
    [delivery] = run.deliver_one(daily())
    assert delivery.job.job_id == "JOB0001"
    assert run.journal == ["list", "start TAPS", "list", "list"]


def test_after_a_lost_answer_a_job_that_was_there_before_is_not_taken_for_ours(
    api: ReportApi, clock: Clock
) -> None:
    api.duration = timedelta()
    api.make_utc("TAPS", "2026-03-07T02:00:00", "2026-03-10T02:00:00", outcome="FAILED")
    api.on_start.append("lost")
    run = Run(api)
    [delivery] = run.deliver_one(daily())
    assert delivery.job.job_id == "JOB0002"
    assert run.journal == ["list", "start TAPS", "list", "start TAPS", "list"]


def test_after_a_lost_answer_a_job_that_covers_too_little_is_not_taken_for_ours(
    api: ReportApi,
) -> None:
    api.make_utc(
        "TAPS", "2026-03-07T02:00:00", "2026-03-10T02:00:00", created="2026-03-09T02:00:00"
    )
    api.on_start.append("lost")
    [delivery] = Run(api).deliver_one(daily())
    assert delivery.job.job_id == "JOB0002"


def test_a_start_whose_answers_are_lost_is_tried_twice(api: ReportApi) -> None:
    api.on_start.extend(["lost"] * 2)
    run = Run(api)
    failure = run.fail_one(daily())
    assert isinstance(failure, StreamFailed)
    assert "TAPS" in str(failure)
    assert run.journal == ["list", *["start TAPS", "list"] * 2]


def test_a_job_that_shows_up_late_is_taken_as_ours_in_the_next_look(api: ReportApi) -> None:
    api.on_start.extend(["lost", "made, then lost"])
    run = Run(api)
    [delivery] = run.deliver_one(daily())
    assert delivery.job.job_id == "JOB0001"
    assert run.journal.count("start TAPS") == 2


def test_while_no_start_is_answered_the_quota_is_not_burnt(api: ReportApi) -> None:
    api.on_start.extend(["lost"] * 99)
    run = Run(api)
    results = run.deliver(*(daily(name) for name in TYPES))
    assert all(isinstance(found, StreamFailed) for found in results.values())
    assert Counter(run.journal) == {"list": 3} | {f"start {name}": 2 for name in TYPES}


def test_one_type_that_is_never_answered_does_not_stop_the_others(api: ReportApi) -> None:
    api.on_start.extend(["lost", "made", "lost", "lost"])
    results = Run(api).deliver(daily("TAPS"), daily("TRIPS"))
    assert isinstance(results["TAPS"], StreamFailed)
    assert isinstance(results["TRIPS"], list)


def test_types_whose_answer_was_lost_once_come_before_one_that_is_lost_again(
    api: ReportApi,
) -> None:
    api.on_start.extend(["lost"] * 4 + ["made", "made", "lost"])
    results = Run(api).deliver(daily("TAPS"), daily("TRIPS"), daily("PAYMENTS"))
    assert isinstance(results["TAPS"], StreamFailed)
    assert isinstance(results["TRIPS"], list)
    assert isinstance(results["PAYMENTS"], list)


def test_several_lost_answers_are_looked_up_with_one_request(api: ReportApi) -> None:
    api.duration = timedelta(seconds=50)
    api.on_start.extend(["made, then lost"] * 4)
    run = Run(api)
    results = run.deliver(*(daily(name) for name in TYPES))
    assert all(isinstance(found, list) and len(found) == 1 for found in results.values())
    assert run.journal == ["list", *(f"start {name}" for name in TYPES), "list", "list"]


def test_a_list_that_is_not_to_be_had_fails_every_stream_and_is_asked_for_once(
    api: ReportApi,
) -> None:
    api.on_list.append(StreamFailed("GET /list answered 503, and 2 retries did not help"))
    run = Run(api)
    results = run.deliver(*(daily(name) for name in TYPES))
    assert {str(found) for found in results.values()} == {
        "GET /list answered 503, and 2 retries did not help"
    }
    with pytest.raises(StreamFailed):
        run.broker.jobs()
    assert run.journal == ["list"]


def test_a_job_that_is_not_in_the_list_yet_is_not_started_twice(
    api: ReportApi, clock: Clock
) -> None:
    run = Run(api, max_wait=100)
    run.broker.plan([daily()])
    api.made.clear()
    assert list(run.broker.reports("TAPS")) == []
    assert run.journal.count("start TAPS") == 1
    assert "JOB0001" in run.warnings[0]
