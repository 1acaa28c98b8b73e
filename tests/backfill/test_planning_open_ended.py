"""Streams that are planned only where they are named, and one whose API takes no end."""

from __future__ import annotations

import typing as t

from tests.backfill.box import day, records
from tests.support import taps

if t.TYPE_CHECKING:
    from tests.backfill.box import Box

CALLS, JOBS = "spacivox_call_records", "spacivox_jobs"
NAMED = ("--streams", f"{CALLS},{JOBS}")


def test_a_stream_that_is_not_read_by_default_is_planned_where_it_is_named(box: Box) -> None:
    usual = box.make_plan("--shards", "1")
    assert not {CALLS, JOBS} & {each["stream"] for each in usual["shards"]}
    notes = [f"{name} is planned only where --streams names it" for name in (CALLS, JOBS)]
    assert set(notes) <= set(usual["notes"])
    named = box.make_plan("--shards", "1", *NAMED)
    assert {each["stream"] for each in named["shards"]} == {CALLS, JOBS}
    assert named["notes"] == []


def test_what_has_no_end_is_one_shard_and_one_request(box: Box) -> None:
    plan = box.make_plan("--shard-days", "2", *NAMED)
    (jobs,) = (each for each in plan["shards"] if each["stream"] == JOBS)
    assert (jobs["since"], jobs["until"]) == (f"{day(10)}T00:00:00.000000Z", plan["until"])
    assert jobs["expected_requests"] == 1
    assert len(plan["shards"]) == 1 + 6


def test_shards_are_what_a_run_that_selects_them_delivers(box: Box) -> None:
    plan = box.make_plan("--shard-days", "3", *NAMED)
    found: list[str] = []
    for shard in plan["shards"]:
        done = box.run(shard)
        assert done.code == 0, done.stderr
        assert box.read(shard)["complete"] is True
        assert box.read(shard)["contexts"] == [{"_account": "default"}]
        found += records(done)
    config = box.config | {"start_date": day(10)}
    whole = taps.sync(box.sandbox, config, catalog=taps.selecting(config, CALLS, JOBS))
    assert sorted(found) == records(whole.lines)
    assert {each for each in found if JOBS in each}
    state, _ = box.merge()
    assert {name: taps.watermarks(state, name) for name in state["bookmarks"]} == {
        name: {"default": plan["until"]} for name in (CALLS, JOBS)
    }
