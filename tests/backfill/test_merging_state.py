"""From a plan to a state, and on from there with the tap itself."""

from __future__ import annotations

import json
import os
import shutil
import threading
from datetime import timedelta

import pytest

from tests.backfill.box import Box, Json, call, day
from tests.support.taps import written

SHARDS = ("--shard-days", "3")


def run_all(box: Box, plan: Json, *left_out: str) -> None:
    for shard in plan["shards"]:
        if shard["id"] not in left_out:
            assert box.run(shard).code == 0


def marks(state: Json, stream: str) -> dict[tuple[str, ...], str]:
    return {
        tuple(map(str, each["context"].values())): each["replication_key_value"]
        for each in state["bookmarks"][stream]["partitions"]
    }


def from_state(box: Box, state: Json) -> tuple[list[str], list[str]]:
    """A run of the tap from a state: its records, and the same without what lookback reads."""
    box.config["start_date"] = day(10)
    everything = box.tap(state=state)
    without = {
        provider: {**box.config[provider], "lookback_days": 0}
        for provider in ("zimpler", "begateway", "spacivox")
    }
    return everything, box.tap(state=state, **without)


def of_streams(found: list[str], *names: str) -> list[Json]:
    return [record for name, record in map(json.loads, found) if name in names]


def test_a_run_from_the_merged_state_emits_only_lookback(box: Box) -> None:
    plan = box.make_plan(*SHARDS)
    run_all(box, plan)
    state, done = box.merge("--require-complete")
    assert done.code == 0
    assert done.stdout == b""
    everything, fresh = from_state(box, state)
    assert of_streams(everything, "spacivox_payment_transactions")
    until = plan["until"][:19]
    spacivox = of_streams(fresh, "spacivox_payment_transactions")
    assert all(record["timestamp"] >= until for record in spacivox)
    # Zimpler has days: today is delivered by every run.
    today = plan["until"][:10]
    zimpler = of_streams(fresh, "zimpler_transactions")
    assert all(record["approved_at"].startswith(today) for record in zimpler)
    # beGateway's days of settlement too.
    paid = of_streams(fresh, "begateway_transactions")
    assert all(
        (record["settled_at"] or "") >= today
        or max(record["created_at"], record["paid_at"] or "") >= until
        for record in paid
    )
    later = of_streams(everything, "zimpler_transactions")
    assert all(record["approved_at"][:10] >= day(1) for record in later)


def test_a_gap_is_where_the_next_run_resumes(box: Box) -> None:
    box.config["zimpler"]["lookback_days"] = 0
    plan = box.make_plan(*SHARDS, "--until", day(1), "--streams", "zimpler_transactions")
    main = [shard for shard in plan["shards"] if shard["account"] == "main"]
    run_all(box, plan, main[1]["id"])
    state, done = box.merge("--require-complete")
    assert done.code == 1
    assert done.stdout.decode() == (
        f"gap: zimpler_transactions (account 'main') {main[1]['since']}..{main[1]['until']}: "
        f"1 shard not complete, from {main[1]['id']} on\n"
    )
    assert marks(state, "zimpler_transactions") == {
        ("main",): main[1]["since"],
        ("shop2",): plan["until"],
    }
    everything, _ = from_state(box, state)
    found = of_streams(everything, "zimpler_transactions")
    firsts = {
        account: min(each["approved_at"] for each in found if each["_account"] == account)
        for account in ("main", "shop2")
    }
    assert firsts["main"][:10] < main[1]["until"][:10]
    assert firsts["main"] >= main[1]["since"][:19]
    assert firsts["shop2"] >= plan["until"][:19]
    assert box.run(main[1]).code == 0
    state, done = box.merge("--require-complete", "--state", box.folder / "state.json")
    assert (done.code, done.stdout) == (0, b"")
    assert set(marks(state, "zimpler_transactions").values()) == {plan["until"]}


def test_results_may_be_lost_repeated_and_in_any_order(box: Box) -> None:
    plan = box.make_plan(*SHARDS, "--until", day(1), "--accounts", "main")
    run_all(box, plan)
    whole, _ = box.merge()
    copies = box.folder / "copies"
    shutil.copytree(box.folder / "results", copies)
    files = [box.result(shard) for shard in plan["shards"]]
    again, done = box.merge(*files[::-1], *files, copies)
    assert again == whole
    assert done.stdout == b""
    files[1].unlink()
    shutil.rmtree(copies)
    _, done = box.merge(*files)
    assert done.code == 0
    assert done.stdout.startswith(b"gap: zimpler_transactions (account 'main')")
    assert f"result {files[1]}: is missing" in done.stderr


def test_arguments_may_stand_in_any_order(box: Box) -> None:
    plan = box.make_plan("--shards", "2", "--until", day(8), "--accounts", "main")
    run_all(box, plan)
    whole, _ = box.merge()
    first, second = [box.result(shard) for shard in plan["shards"]]
    output = box.folder / "o.json"
    done = call("merge-state", first, "--output", output, second, "--plan", box.plan)
    assert (done.code, done.stdout) == (0, b"")
    assert json.loads(output.read_text()) == whole
    assert call("merge-state", "--plan", box.plan, "--surprise", "--output", output).code == 2


def test_an_incomplete_result_is_a_gap(box: Box) -> None:
    plan = box.make_plan("--shards", "1", "--until", day(8), "--accounts", "main")
    run_all(box, plan)
    box.write(plan["shards"][0], complete=False)
    state, done = box.merge()
    assert state == {}
    assert done.stdout.startswith(b"gap: ")


def test_a_result_of_another_plan_is_refused(box: Box) -> None:
    plan = box.make_plan("--shards", "1", "--until", day(8), "--accounts", "main")
    run_all(box, plan)
    box.config["zimpler"]["country_code"] = "SE"
    box.make_plan("--shards", "1", "--until", day(8), "--accounts", "main")
    state, done = box.merge()
    assert (state, done.code) == ({}, 1)
    assert "is of another plan" in done.last_line
    assert plan["shards"][0]["id"] in done.last_line


@pytest.mark.parametrize("content", ["", "{", "{}", "[]", '{"plan": 1}'])
def test_a_result_that_is_cut_off_is_refused_by_name(box: Box, content: str) -> None:
    plan = box.make_plan("--shards", "1", "--until", day(8), "--accounts", "main")
    box.result(plan["shards"][0]).write_text(content)
    state, done = box.merge()
    assert (state, done.code) == ({}, 1)
    assert f"result {box.result(plan['shards'][0])}: is not" in done.last_line


def test_meltanos_wrapper_is_written_and_read(box: Box) -> None:
    plan = box.make_plan("--shards", "1", "--until", day(8), "--accounts", "main")
    run_all(box, plan)
    plain, _ = box.merge()
    wrapped, _ = box.merge("--meltano")
    assert wrapped == {"singer_state": plain}
    kept = written(box.folder, "kept.json", {"singer_state": {"bookmarks": {}, "more": 1}})
    assert box.merge("--state", kept)[0] == plain | {"more": 1}


@pytest.mark.parametrize("content", ["", "[]", '{"bookmarks": 1}'])
def test_a_state_that_is_none_is_refused(box: Box, content: str) -> None:
    box.make_plan("--shards", "1", "--until", day(8))
    state, done = box.merge("--state", written(box.folder, "kept.json", content))
    assert (state, done.code) == ({}, 1)
    assert "state" in done.last_line
    assert "Traceback" not in done.stderr


def test_teams_and_methods_have_watermarks_of_their_own(box: Box) -> None:
    box.config["spacivox"]["teams"] = [1, 7]
    until = f"{day(2)}T06:15:00.000000Z"
    run_all(box, box.make_plan("--shards", "2", "--until", until, since=day(4)))
    state, _ = box.merge()
    assert marks(state, "spacivox_payment_transactions") == {
        ("default", "1"): until,
        ("default", "7"): until,
    }
    midnight = f"{day(2)}T00:00:00.000000Z"
    assert marks(state, "begateway_transactions") == {
        ("default", method, name): midnight if name == "settled" else until
        for method in ("credit_card", "alternative")
        for name in ("created", "paid", "settled", "corrected")
    }
    keys = {
        each["replication_key"]
        for stream in state["bookmarks"].values()
        for each in stream["partitions"]
    }
    assert keys == {"approved_at", "created_at", "timestamp"}


def test_what_changed_after_the_plan_is_delivered_by_the_next_run(box: Box) -> None:
    """A row that a shard read is paid afterwards: the update pass finds it."""
    at = box.sandbox.clock.now() - timedelta(minutes=10)
    row = box.sandbox.begateway.example(
        uid="late", created_at=f"{day(9)}T10:00:00Z", status="incomplete", paid_at=None,
        settled_at=None, manually_corrected_at=None,
    )  # fmt: skip
    paid = {"status": "paid", "paid_at": f"{at:%Y-%m-%dT%H:%M:%SZ}"}
    box.sandbox.begateway.put("main", row, changes=[(at, paid)])
    box.sandbox.clock.advance(hours=-1)
    plan = box.make_plan(*SHARDS, "--until", day(1), "--streams", "begateway_transactions")
    run_all(box, plan)
    state, _ = box.merge()
    box.sandbox.clock.advance(hours=1)
    _, fresh = from_state(box, state)
    found = of_streams(fresh, "begateway_transactions")
    assert [each["status"] for each in found if each["uid"] == "late"] == ["paid"]


def test_an_output_that_is_no_file_is_written_to(box: Box) -> None:
    """Such as /dev/null or a pipe, which must not be replaced by a file."""
    plan = box.make_plan("--shards", "1", "--until", day(8), "--accounts", "main")
    run_all(box, plan)
    state, _ = box.merge()
    pipe = box.folder / "pipe"
    os.mkfifo(pipe)
    found: list[str] = []
    reader = threading.Thread(target=lambda: found.append(pipe.read_text()), daemon=True)
    reader.start()
    done = call("merge-state", "--plan", box.plan, "--output", pipe, box.folder / "results")
    assert done.code == 0
    assert pipe.is_fifo()
    reader.join(10)
    assert json.loads(found[0]) == state
