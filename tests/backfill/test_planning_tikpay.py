"""Tikpay: reports by whole hours of the operator, under a quota of requests."""

from __future__ import annotations

import json
import typing as t
from datetime import datetime

import pytest

from tests.backfill.box import Box, Json, day, frozen_sandbox, records

if t.TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tap_payments.sandbox import Sandbox

TAPS = ("--streams", "tikpay_taps")


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with frozen_sandbox(days=12) as serving:
        serving.tikpay.job_seconds = 0
        yield serving


@pytest.fixture
def box(sandbox: Sandbox, tmp_path: Path) -> Box:
    return Box(sandbox, tmp_path, sandbox.config("tikpay"))


def count(plan: Json, stream: str) -> int:
    return sum(shard["stream"] == stream for shard in plan["shards"])


@pytest.mark.parametrize("size", [("--shards", "50"), ("--shard-days", "1")])
def test_streams_share_the_accounts_quota(box: Box, size: tuple[str, str]) -> None:
    plan = box.make_plan(*size, "--until", day(1))
    assert len(plan["shards"]) == 4
    assert "20 requests in 24 hours" in "".join(plan["notes"])
    assert all(shard["expected_requests"] == 3 for shard in plan["shards"])
    plan = box.make_plan(*size, *TAPS, "--until", day(1))
    assert 1 < len(plan["shards"]) <= 20
    assert sum(shard["expected_requests"] for shard in plan["shards"]) <= 20
    box.config["tikpay"]["daily_request_limit"] = 1000
    assert len(box.make_plan(*size, *TAPS, "--until", day(1))["shards"]) == 9


def test_fewer_shards_than_the_quota_allows_stay_as_they_are(box: Box) -> None:
    plan = box.make_plan(*TAPS, "--shard-days", "7", "--until", day(1))
    assert [shard["until"][:10] for shard in plan["shards"]] == [day(3), day(1)]


def test_each_account_has_a_quota_of_its_own(box: Box) -> None:
    keys = box.config["tikpay"]
    box.config["tikpay"] |= {
        "accounts": [{"account": "a"}, {"account": "b", "daily_request_limit": 40}],
        "api_key": keys["api_key"],
    }
    plan = box.make_plan(*TAPS, "--shards", "50", "--until", day(1))
    found = [shard["account"] for shard in plan["shards"]]
    assert (found.count("a"), found.count("b")) == (3, 5)


def test_a_quota_that_is_too_small_for_all_streams_is_refused(box: Box) -> None:
    box.config["tikpay"]["daily_request_limit"] = 3
    done = box.try_plan("--shards", "1", "--until", day(1))
    assert done.code == 1
    assert "daily_request_limit 3 is not enough" in done.last_line
    assert len(box.make_plan("--shards", "9", *TAPS, "--until", day(1))["shards"]) == 1


def test_years_take_more_than_a_days_quota_and_the_plan_says_so(box: Box) -> None:
    plan = box.make_plan("--shards", "1", "--until", day(1), since="2021-02-01")
    assert {shard["expected_requests"] for shard in plan["shards"]} == {8}
    assert "4 shards take at least 32 requests" in plan["notes"][-1]


@pytest.mark.parametrize("zone", ["Australia/Sydney", "Australia/Adelaide", "Asia/Kathmandu"])
def test_bounds_are_on_full_hours_of_the_operator(box: Box, zone: str) -> None:
    box.config["tikpay"]["timezone"] = zone
    plan = box.make_plan(*TAPS, "--shards", "1", since=f"{day(5)}T10:50:00")
    (shard,) = plan["shards"]
    minutes = {"Australia/Sydney": 0, "Australia/Adelaide": 30, "Asia/Kathmandu": 15}[zone]
    for name in ("since", "until"):
        assert datetime.fromisoformat(shard[name]).minute == minutes
    assert shard["since"] <= f"{day(5)}T10:50:00"
    assert shard["until"] <= plan["until"]


@pytest.mark.parametrize("zone", ["Australia/Sydney", "Australia/Adelaide"])
def test_a_shard_delivers_its_interval_at_once(box: Box, zone: str) -> None:
    """Also the last one, whose end is minutes ago."""
    box.config["tikpay"]["timezone"] = box.sandbox.tikpay.timezone = zone
    plan = box.make_plan(*TAPS, "--shards", "2")
    for shard in plan["shards"]:
        done = box.run(shard)
        assert done.code == 0, done.stderr
        assert box.read(shard)["complete"] is True
        assert box.read(shard)["requests"] >= shard["expected_requests"]
    state, done = box.merge("--require-complete")
    assert done.code == 0
    (partition,) = state["bookmarks"]["tikpay_taps"]["partitions"]
    assert partition["replication_key_value"] == plan["shards"][-1]["until"]


def test_shards_together_are_what_a_single_run_delivers(box: Box) -> None:
    plan = box.make_plan(
        "--shards", "3", "--streams", "tikpay_taps,tikpay_trips", "--until", day(2)
    )
    assert len(plan["shards"]) == 4
    found: set[str] = set()
    for shard in plan["shards"]:
        done = box.run(shard)
        assert done.code == 0, done.stderr
        found |= ids(records(done))
    box.sandbox.tikpay.jobs.clear()
    box.sandbox.tikpay.daily_limit = 1000
    single = box.tap(start_date=day(10), end_date=day(2))
    assert found == {
        each for each in ids(single) if each.startswith(("tikpay_taps", "tikpay_trips"))
    }


def ids(found: list[str]) -> set[str]:
    return {f"{name} {record.get('_row_id')}" for name, record in map(json.loads, found)}


def test_a_quota_that_defers_a_shard_leaves_it_incomplete(box: Box) -> None:
    plan = box.make_plan(*TAPS, "--shards", "1", "--until", day(1))
    box.sandbox.faults.add("tikpay:429:path=/v1/generate-report")
    done = box.run(plan["shards"][0])
    assert done.code == 1
    result = box.read(plan["shards"][0])
    assert (result["complete"], result["contexts"]) == (False, [])
    assert "left for a run after" in result["error"]
    assert result["error"] in done.last_line
    assert box.run(plan["shards"][0]).code == 0


def test_a_job_that_is_not_ready_in_time_leaves_the_shard_incomplete(box: Box) -> None:
    box.config["tikpay"]["max_wait"] = 0
    box.sandbox.tikpay.job_seconds = 3600
    plan = box.make_plan(*TAPS, "--shards", "1", "--until", day(1))
    done = box.run(plan["shards"][0])
    assert done.code == 1
    assert "not everything before" in done.last_line
    box.sandbox.tikpay.job_seconds = 0
    box.sandbox.clock.advance(hours=2)
    assert box.run(plan["shards"][0]).code == 0, "the job of the first try is adopted"
    assert len(box.sandbox.tikpay.jobs) == 1


def test_a_retry_knows_the_job_that_the_first_try_started(box: Box) -> None:
    """Also where `createdAt` may be read as hours before the end of the shard."""
    box.config["tikpay"]["max_wait"] = 0
    box.sandbox.tikpay.created_at_zone = "utc"
    box.sandbox.tikpay.job_seconds = 3600
    (shard,) = box.make_plan(*TAPS, "--shards", "1")["shards"]
    for _ in range(3):
        assert box.run(shard).code == 1
        (job,) = box.sandbox.tikpay.jobs
        assert set(box.read(shard)["report_jobs"]) == {job.id}
        box.sandbox.clock.advance(minutes=10)
    box.sandbox.clock.advance(hours=2)
    assert box.run(shard).code == 0
    assert len(box.sandbox.tikpay.jobs) == 1


def test_a_job_that_covers_only_a_part_of_the_shard_is_not_enough(box: Box) -> None:
    start = f"{day(11)}T00:00:00"
    box.sandbox.tikpay.start_job("main", "TAPS", start, f"{day(6)}T00:00:00")
    plan = box.make_plan(*TAPS, "--shards", "1", "--until", day(1))
    assert box.run(plan["shards"][0]).code == 0
    assert box.read(plan["shards"][0])["complete"] is True
