"""What earlier jobs cover is taken from them, and what is missing is asked for in the same run."""

from __future__ import annotations

import typing as t

import pytest

from tests.providers.tikpay.box import (
    HORIZON,
    STREAMS,
    asked,
    box,
    config,
    content,
    later,
    only,
    run,
    started,
)
from tests.support.taps import sync, watermarks

if t.TYPE_CHECKING:
    from tap_payments.sandbox import Sandbox
    from tests.support.taps import Run

LIST, START = "GET /v1/report-jobs-list", "POST /v1/generate-report"


def full(sandbox: Sandbox, **own: t.Any) -> dict[str, t.Any]:
    """A catalog that reads the taps as a full table, and settings."""
    chosen = only("tikpay_taps", sandbox, **own)
    for entry in chosen["catalog"]["streams"]:
        entry["replication_method"] = "FULL_TABLE"
    return chosen


def distinct(*runs: Run) -> set[t.Any]:
    return {content(row) for done in runs for row in done.records("tikpay_taps")}


def test_a_full_table_is_whole_whatever_jobs_lie_around() -> None:
    """A stale job covers to its creation, and one of days ago is not taken at all."""
    with box(days=6) as sandbox:
        for hours in (5, 50):
            created = sandbox.clock.now()
            sandbox.clock.advance(-3600 * hours)
            sandbox.tikpay.start_job("main", "TAPS", "2026-03-16T11:00:00", "2026-12-01T00:00:00")
            sandbox.clock.advance(3600 * hours)
            assert sandbox.clock.now() == created
        done = sync(sandbox, **full(sandbox))
        assert done.failed is None
        (job,) = started(sandbox)
        # What the younger job does not cover, and what may have changed since it was made.
        assert job["startTime"] == "2026-03-18T07:00:00"
        assert job["endTime"] == "2026-03-20T12:00:00"
        assert watermarks(done.state, "tikpay_taps") == {}
        sandbox.tikpay.jobs.clear()
        alone = sync(sandbox, **full(sandbox))
        assert distinct(done) == distinct(alone)


@pytest.mark.parametrize(
    ("hours", "end"), [(50, None), (50, "2026-03-18"), (20, None), (20, "2026-03-18")]
)
def test_what_no_later_run_repeats_takes_jobs_of_the_last_day_only(
    hours: int, end: str | None
) -> None:
    with box(days=6) as sandbox:
        chosen = only("tikpay_taps", sandbox) if end else full(sandbox)
        chosen["config"] |= {"end_date": end} if end else {}
        sandbox.clock.advance(-3600 * hours)
        sandbox.tikpay.start_job("main", "TAPS", "2026-03-16T11:00:00", "2026-03-18T11:00:00")
        sandbox.clock.advance(3600 * hours)
        assert sync(sandbox, **chosen).failed is None
        begins = [job["startTime"] for job in started(sandbox)]
        assert ("2026-03-16T11:00:00" in begins) == (hours == 50)


def test_a_job_that_was_left_is_known_to_be_ours_whatever_zone_it_was_created_in() -> None:
    """The state remembers when it was asked for: `createdAt` might be eleven hours earlier."""
    with box() as sandbox:
        sandbox.tikpay.created_at_zone = "utc"
        chosen = only("tikpay_taps", sandbox, max_wait=60)
        first = sync(sandbox, **chosen)
        sandbox.tikpay.job_seconds = 7000
        later(sandbox, hours=3)
        second = sync(sandbox, **chosen, state=first.state)
        assert len(started(sandbox)) == 1
        (partition,) = second.state["bookmarks"]["tikpay_taps"]["partitions"]
        assert set(partition["report_jobs"]) == {job.id for job in sandbox.tikpay.jobs}
        later(sandbox, hours=3)
        third = sync(sandbox, **chosen, state=second.state)
        assert third.records("tikpay_taps")
        assert watermarks(third.state, "tikpay_taps")["default"] > HORIZON
        # What came since, and what may have changed.
        assert "2026-03-18T15" in str(started(sandbox)[0]["startTime"])


def test_jobs_are_remembered_until_they_expire() -> None:
    with box() as sandbox:
        chosen = only("tikpay_taps", sandbox)
        done = sync(sandbox, **chosen)
        for day in range(1, 9):
            later(sandbox, days=1)
            done = sync(sandbox, **chosen, state=done.state)
            (partition,) = done.state["bookmarks"]["tikpay_taps"]["partitions"]
            assert len(partition["report_jobs"]) == min(day + 1, 7)


def test_a_state_that_remembers_garbage_is_read_all_the_same() -> None:
    with box() as sandbox:
        chosen = only("tikpay_taps", sandbox)
        nothings: list[t.Any] = [[], "x", {"JOB": 5, "JOB2": "soon", "JOB3": None}]
        for garbage in nothings:
            partition = {"context": {"_account": "default"}, "report_jobs": garbage}
            state = {"bookmarks": {"tikpay_taps": {"partitions": [partition]}}}
            done = sync(sandbox, **chosen, state=state)
            assert done.failed is None
            assert watermarks(done.state, "tikpay_taps") == {"default": HORIZON}


def test_a_run_over_yesterdays_jobs_reaches_the_last_full_hour_in_nine_requests() -> None:
    with box() as sandbox:
        sandbox.tikpay.job_seconds = 4000
        first = run(sandbox)
        assert len(first.logged("WARNING", "left for the next run")) == 4
        assert len(first.logged("WARNING", "is delivered,")) == 4
        sandbox.tikpay.job_seconds = 100
        later(sandbox, hours=22)
        second = run(sandbox, first.state)
        assert len(asked(sandbox)) <= 9
        assert not second.logged("WARNING")
        for stream in STREAMS:
            assert watermarks(second.state, stream) == {"default": "2026-03-20T23:00:00.000000Z"}


def test_an_adopted_job_that_fails_costs_one_request_and_not_all_the_later_windows() -> None:
    with box() as sandbox:
        chosen = only("tikpay_taps", sandbox, start="2026-03-12", window_days=2)
        sandbox.tikpay.job_seconds = {"TAPS": 400}
        sandbox.tikpay.outcomes = ["FAILED"]
        for start, end in (("12", "14"), ("14", "16"), ("16", "18"), ("18", "20")):
            bounds = (f"2026-03-{start}T11:00:00", f"2026-03-{end}T11:00:00")
            sandbox.tikpay.start_job("main", "TAPS", *bounds)
        sandbox.clock.advance(60)
        done = sync(sandbox, **chosen)
        assert done.failed is None
        (job, *rest) = started(sandbox)
        assert len(rest) <= 2, "the hour since the last window, and the lookback before it"
        assert watermarks(done.state, "tikpay_taps") == {"default": HORIZON}
        assert any("2026-03-12T11" in each["startTime"] for each in (job, *rest))


@pytest.mark.parametrize("zone", ["UTC", "America/New_York", "Asia/Kathmandu"])
@pytest.mark.parametrize("seconds", [0, 100, 1000])
def test_a_first_run_in_a_wrong_time_zone_takes_at_most_ten_requests(
    zone: str, seconds: int
) -> None:
    with box() as sandbox:
        sandbox.tikpay.job_seconds = seconds
        done = run(sandbox, timezone=zone)
        assert len(asked(sandbox)) <= 10
        assert len(started(sandbox)) <= 5, "one shows the zone, and what it does not cover"
        assert done.logged("WARNING", "Australia/Sydney", "not in")
        for stream in STREAMS:
            assert watermarks(done.state, stream)["default"] >= HORIZON


def test_a_job_that_hangs_is_not_waited_for_after_a_day() -> None:
    with box() as sandbox:
        chosen = only("tikpay_taps", sandbox, max_wait=60)
        sandbox.tikpay.outcomes = ["IN_PROGRESS"]
        first = sync(sandbox, **chosen)
        later(sandbox, hours=20)
        second = sync(sandbox, **chosen, state=first.state)
        assert second.records("tikpay_taps") == []
        later(sandbox, hours=5)
        third = sync(sandbox, **chosen, state=second.state)
        assert third.records("tikpay_taps")
        assert third.logged("INFO", "has been in progress for more than a day")
        assert watermarks(third.state, "tikpay_taps")["default"] > HORIZON


def test_accounts_that_share_a_key_share_its_quota() -> None:
    """Two brokers that each assumed twenty requests would meet with a refusal."""
    with box(accounts={"tikpay": ["main"]}) as sandbox:
        keys = config(sandbox)
        keys["tikpay"]["accounts"] = [{"account": "a"}, {"account": "b"}]
        keys["tikpay"]["daily_request_limit"] = 7
        sandbox.tikpay.daily_limit = 7
        done = sync(sandbox, keys)
        assert done.failed is None
        # By which account comes first, one request may be left that is of no use to the other.
        assert len(asked(sandbox)) in (6, 7)
        assert 429 not in {request.status for request in sandbox.journal.of("tikpay")}
        assert done.logged("WARNING", "the quota of 7 requests")
