"""Twenty requests a day: each is accounted for, and none is made twice."""

from __future__ import annotations

import typing as t

import pytest

from tap_payments.sandbox import Fault
from tests.providers.tikpay.box import (
    HORIZON,
    STREAMS,
    asked,
    box,
    config,
    later,
    only,
    run,
    started,
)
from tests.support.taps import command, sync, watermarks, written

if t.TYPE_CHECKING:
    from pathlib import Path

LIST, START = "GET /v1/report-jobs-list", "POST /v1/generate-report"


@pytest.mark.parametrize("seconds", [0, 20, 100, 400, 1500])
def test_a_first_run_of_all_streams_takes_at_most_ten_requests(seconds: int) -> None:
    with box() as sandbox:
        sandbox.tikpay.job_seconds = seconds
        done = run(sandbox)
        assert len(asked(sandbox)) <= 10
        assert asked(sandbox).count(START) == 4
        for stream in STREAMS:
            assert done.records(stream)
            assert watermarks(done.state, stream) == {"default": HORIZON}


def test_a_run_that_finds_its_jobs_ready_takes_one_request() -> None:
    with box() as sandbox:
        sandbox.tikpay.job_seconds = 1000
        first = run(sandbox, max_wait=60)
        assert watermarks(first.state, "tikpay_taps") == {}
        assert len(first.logged("WARNING", "left for the next run")) == 4
        later(sandbox, minutes=20)
        second = run(sandbox, first.state)
        assert asked(sandbox) == [LIST]
        for stream in STREAMS:
            assert second.records(stream)
            assert watermarks(second.state, stream) == {"default": HORIZON}
        assert len(second.records("tikpay_report_jobs")) == 4


def test_the_job_list_alone_takes_one_request_and_shows_no_link() -> None:
    with box() as sandbox:
        run(sandbox)
        later(sandbox, minutes=1)
        done = sync(sandbox, **only("tikpay_report_jobs", sandbox))
        assert asked(sandbox) == [LIST]
        jobs = done.records("tikpay_report_jobs")
        assert len(jobs) == 4
        assert {job["status"] for job in jobs} == {"COMPLETE"}
        assert b"downloadUrl" not in b"".join(done.lines)
        assert b"X-Signature" not in b"".join(done.lines)


def test_testing_takes_one_request_and_starts_nothing(tmp_path: Path) -> None:
    with box() as sandbox:
        done = command("--config", written(tmp_path, "c.json", config(sandbox)), "--test")
        assert done.code == 0
        assert asked(sandbox) == [LIST]


def test_where_no_full_hour_has_passed_nothing_is_started() -> None:
    with box() as sandbox:
        first = run(sandbox)
        later(sandbox, minutes=20)
        second = run(sandbox, first.state)
        assert asked(sandbox) == [LIST]
        assert [second.records(stream) for stream in STREAMS] == [[], [], [], []]


def test_bounds_are_local_full_hours_without_a_zone() -> None:
    with box() as sandbox:
        sync(sandbox, **only("tikpay_taps", sandbox))
        assert started(sandbox) == [
            {
                "startTime": "2026-03-16T11:00:00",
                "endTime": "2026-03-20T12:00:00",
                "reportType": "TAPS",
                "fileType": "csv",
            }
        ]


def test_the_next_day_asks_for_the_lookback_and_the_day_in_one_job() -> None:
    with box() as sandbox:
        chosen = only("tikpay_taps", sandbox)
        first = sync(sandbox, **chosen)
        later(sandbox, days=1)
        second = sync(sandbox, **chosen, state=first.state)
        (job,) = started(sandbox)
        assert (job["startTime"], job["endTime"]) == ("2026-03-18T12:00:00", "2026-03-21T12:00:00")
        ids = {row["_row_id"] for done in (first, second) for row in done.records("tikpay_taps")}
        assert len(ids) < sum(len(done.records("tikpay_taps")) for done in (first, second))


def test_a_lost_answer_never_starts_a_job_twice() -> None:
    with box() as sandbox:
        for fault in ("drop", "truncate", "500:accepted=yes", "html"):
            sandbox.faults.add(Fault.parse(f"tikpay:{fault}:path=/v1/generate-report"))
        done = run(sandbox)
        assert all(done.records(stream) for stream in STREAMS)
        assert len(sandbox.tikpay.jobs) == 4


def test_a_refused_start_is_made_again_after_a_look_at_the_list() -> None:
    with box() as sandbox:
        sandbox.faults.add(Fault.parse("tikpay:500:path=/v1/generate-report"))
        done = run(sandbox)
        assert all(done.records(stream) for stream in STREAMS)
        calls = asked(sandbox)
        assert calls[:4] == [LIST, START, LIST, START] or calls.count(LIST) >= 2
        assert len(sandbox.tikpay.jobs) == 4


def test_a_spent_quota_ends_the_run_cleanly_and_says_when_it_resumes() -> None:
    with box() as sandbox:
        sandbox.tikpay.access.spend("main", 20)
        done = run(sandbox)
        assert asked(sandbox) == [LIST]
        assert done.states == []
        assert done.logged("WARNING", "2026-03-21T01:30")
        assert sum(done.waits) == 0


def test_requests_are_counted_over_runs_as_far_as_the_list_proves_them() -> None:
    with box() as sandbox:
        for hour in range(18):
            at = sandbox.clock.now()
            sandbox.tikpay.start_job(
                "main", "TAPS", f"2026-01-01T{hour:02}:00:00", "2026-01-02T00:00:00", at=at
            )
        later(sandbox, hours=1)
        done = run(sandbox)
        # One look and eighteen jobs on record leave one request.
        assert len(asked(sandbox)) == 2
        assert done.logged("WARNING", "quota")


def test_a_short_wait_is_obeyed_once_and_a_long_one_is_not() -> None:
    with box() as sandbox:
        sandbox.faults.add(Fault.parse("tikpay:429:retry-after=20:path=/v1"))
        done = run(sandbox)
        assert all(done.records(stream) for stream in STREAMS)
        assert 20 in done.waits
    with box() as sandbox:
        sandbox.faults.add(Fault.parse("tikpay:429:retry-after=40000:path=/v1"))
        done = run(sandbox)
        assert asked(sandbox) == [LIST]
        assert done.of("RECORD") == []


def test_a_spent_quota_leaves_other_providers_alone() -> None:
    with box() as sandbox:
        sandbox.tikpay.access.spend("main", 20)
        done = sync(sandbox, config(sandbox) | sandbox.config("spacivox"))
        assert done.failed is None
        assert done.records("spacivox_payment_transactions")


def test_several_windows_are_asked_for_where_the_span_is_long() -> None:
    with box() as sandbox:
        chosen = only("tikpay_taps", sandbox, start="2026-03-17", window_days=2)
        done = sync(sandbox, **chosen)
        assert done.failed is None
        assert [job["endTime"] for job in started(sandbox)] == [
            "2026-03-19T11:00:00",
            "2026-03-20T12:00:00",
        ]
        assert len(done.states) == 3
