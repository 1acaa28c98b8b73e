from __future__ import annotations

import json
import signal
import time
import typing as t

import pytest

from tests.backfill.box import Box, Json, call, day, records, started

if t.TYPE_CHECKING:
    from pathlib import Path

ZIMPLER = ("--streams", "zimpler_transactions", "--accounts", "main")


def single_run(box: Box, since: str, until: str) -> list[str]:
    """The records of one run of the tap itself over the same interval."""
    snapshots = ("zimpler_current_balance", "spacivox_teams")
    found = box.tap(start_date=since, end_date=until)
    return [each for each in found if json.loads(each)[0] not in snapshots]


def of_shard(expected: list[str], shard: Json) -> list[str]:
    return [
        each
        for each in expected
        if (found := json.loads(each))[0] == shard["stream"]
        and found[1]["_account"] == shard["account"]
    ]


def test_shards_together_are_what_a_single_run_delivers(box: Box) -> None:
    until = f"{day(2)}T00:00:00Z"
    plan = box.make_plan("--shard-days", "3", "--until", until)
    assert len(plan["shards"]) == 12
    found: list[str] = []
    for shard in plan["shards"]:
        done = box.run(shard)
        assert done.code == 0, done.stderr
        assert {json.loads(line)["type"] for line in done.stdout.splitlines()} == {
            "SCHEMA",
            "RECORD",
        }
        found += records(done)
        result = box.read(shard)
        assert result["complete"] is True
        assert result["error"] is None
        assert result["rows"] == len(records(done)) > 0
        assert result["requests"] >= shard["expected_requests"]
        assert {name: result[name] for name in ("stream", "account", "since", "until")} == {
            name: shard[name] for name in ("stream", "account", "since", "until")
        }
    assert sorted(found) == single_run(box, day(10), until)


def test_a_shard_is_what_a_single_run_of_its_bounds_delivers(box: Box) -> None:
    """Also at its edges, where an API returns rows of both neighbours."""
    box.sandbox.spacivox.end_is_inclusive = True
    box.sandbox.begateway.to_is_inclusive = True
    box.config["begateway"]["window_days"] = 2
    until = f"{day(3)}T06:30:00Z"
    plan = box.make_plan("--shards", "1", "--until", until, since=f"{day(6)}T12:00:00Z")
    expected = single_run(box, f"{day(6)}T12:00:00Z", until)
    for shard in plan["shards"]:
        if shard["stream"] != "zimpler_transactions":  # whole days: rounded the other way
            assert records(box.run(shard)) == of_shard(expected, shard)


def test_the_bounds_are_the_shards_whatever_dates_the_settings_have(box: Box) -> None:
    plan = box.make_plan(*ZIMPLER, "--shard-days", "2", "--until", day(2))
    expected = records(box.run(plan["shards"][1]))
    box.config |= {"start_date": day(1), "end_date": f"{day(0)}T00:00:01Z"}
    assert records(box.run(plan["shards"][1])) == expected
    assert box.read(plan["shards"][1])["complete"] is True
    del box.config["start_date"], box.config["end_date"]
    assert records(box.run(plan["shards"][1])) == expected


def test_only_the_shards_account_is_asked(box: Box) -> None:
    plan = box.make_plan("--shards", "1", "--until", day(2))
    shard = next(each for each in plan["shards"] if each["account"] == "shop2")
    box.sandbox.journal.clear()
    assert box.run(shard).code == 0
    asked = {(each.provider, each.path, each.basic) for each in box.sandbox.journal}
    keys = box.sandbox.zimpler.accounts["shop2"]
    assert asked == {("zimpler", "/v4/transactions", (keys["merchant_id"], keys["api_key"]))}
    assert box.read(shard)["requests"] == len(box.sandbox.journal)


def test_quiet_intervals_are_complete(box: Box) -> None:
    plan = box.make_plan(*ZIMPLER, "--shards", "1", "--until", "2020-01-05", since="2020-01-01")
    assert box.run(plan["shards"][0]).code == 0
    assert box.read(plan["shards"][0])["rows"] == 0
    assert box.read(plan["shards"][0])["complete"] is True


def test_the_contexts_of_a_result_are_the_partitions_of_the_state(box: Box) -> None:
    box.config["spacivox"]["teams"] = [1, 7]
    plan = box.make_plan("--shards", "1", "--until", day(8))
    for shard in plan["shards"]:
        assert box.run(shard).code == 0
    contexts = {
        shard["stream"]: box.read(shard)["contexts"]
        for shard in plan["shards"]
        if shard["account"] != "shop2"
    }
    assert contexts == {
        "zimpler_transactions": [{"_account": "main"}],
        "spacivox_payment_transactions": [
            {"_account": "default", "team": 1},
            {"_account": "default", "team": 7},
        ],
        "begateway_transactions": [
            {"_account": "default", "payment_method_type": method, "pass": "created"}
            for method in ("credit_card", "alternative")
        ],
    }


def test_closed_windows_are_recorded_where_the_settings_say_so(box: Box) -> None:
    box.config["sync_windows"] = True
    plan = box.make_plan(*ZIMPLER, "--shards", "1", "--until", day(2), since=day(5))
    done = box.run(plan["shards"][0])
    streams = [json.loads(each)[0] for each in records(done)]
    assert streams.count("sync_windows") == 1
    assert box.read(plan["shards"][0])["rows"] == streams.count("zimpler_transactions")


def test_a_shard_that_fails_says_so(box: Box) -> None:
    box.config |= {"max_retries": 0}
    box.config["zimpler"] |= {"window_days": 1, "concurrency": 1}
    plan = box.make_plan(*ZIMPLER, "--shards", "1", "--until", day(2))
    box.sandbox.faults.add("zimpler:500:after=3")
    done = box.run(plan["shards"][0])
    assert done.code == 1
    assert plan["shards"][0]["id"] in done.last_line
    assert "answered 500" in done.last_line
    result = box.read(plan["shards"][0])
    assert result["complete"] is False
    assert result["contexts"] == []
    assert "answered 500" in result["error"]
    assert result["rows"] == len(records(done)) > 0
    assert result["requests"] == 4


def test_one_context_that_fails_leaves_the_shard_incomplete(box: Box) -> None:
    box.config |= {"max_retries": 0}
    box.config["spacivox"] |= {"teams": [1, 7], "concurrency": 1}
    only = ("--streams", "spacivox_payment_transactions")
    plan = box.make_plan(*only, "--shards", "1", "--until", day(8), since=day(9))
    box.sandbox.faults.add("spacivox:500:after=1")
    assert box.run(plan["shards"][0]).code == 1
    result = box.read(plan["shards"][0])
    assert (result["complete"], result["contexts"]) == (False, [{"_account": "default", "team": 1}])


def test_a_retry_replaces_the_result(box: Box) -> None:
    box.config |= {"max_retries": 0}
    plan = box.make_plan(*ZIMPLER, "--shards", "1", "--until", day(2))
    box.sandbox.faults.add("zimpler:500")
    assert box.run(plan["shards"][0]).code == 1
    assert box.run(plan["shards"][0]).code == 0
    assert box.read(plan["shards"][0])["complete"] is True
    assert [each.name for each in (box.folder / "results").iterdir()] == [
        f"{plan['shards'][0]['id']}.json"
    ]


@pytest.mark.parametrize("signum", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_leaves_an_honest_result(box: Box, signum: signal.Signals) -> None:
    box.config["zimpler"] |= {"window_days": 1, "concurrency": 1}
    plan = box.make_plan(*ZIMPLER, "--shards", "1", "--until", day(2))
    box.sandbox.faults.add("zimpler:stall=20:after=3")
    with started(*box.run_arguments(plan["shards"][0])) as process:
        until_asked(box, 4)
        before = time.monotonic()
        process.send_signal(signum)
        stdout, stderr = process.communicate(timeout=10)
    assert time.monotonic() - before < 5
    assert process.returncode == 128 + signum
    assert b"Traceback" not in stderr
    result = box.read(plan["shards"][0])
    assert result["complete"] is False
    assert signum.name in result["error"]
    assert result["rows"] == len(records(stdout.splitlines())) > 0
    assert b'"STATE"' not in stdout


def test_a_killed_run_leaves_no_result_not_even_an_older_one(box: Box) -> None:
    plan = box.make_plan(*ZIMPLER, "--shards", "1", "--until", day(2))
    assert box.run(plan["shards"][0]).code == 0
    box.sandbox.journal.clear()
    box.sandbox.faults.add("zimpler:stall=20")
    with started(*box.run_arguments(plan["shards"][0])) as process:
        until_asked(box, 1)
        process.kill()
        process.wait()
    assert list((box.folder / "results").iterdir()) == []


def test_a_reader_that_goes_away_leaves_an_honest_result(box: Box) -> None:
    box.config["zimpler"] |= {"window_days": 1, "page_size": 5}
    plan = box.make_plan(*ZIMPLER, "--shards", "1", "--until", day(2))
    with started(*box.run_arguments(plan["shards"][0])) as process:
        assert process.stdout is not None
        process.stdout.readline()
        process.stdout.close()
        assert process.wait(timeout=20) != 0
        assert process.stderr is not None
        assert b"Traceback" not in process.stderr.read()
    assert box.read(plan["shards"][0])["complete"] is False


def until_asked(box: Box, requests: int) -> None:
    deadline = time.monotonic() + 10
    while len(box.sandbox.journal) < requests:
        assert time.monotonic() < deadline
        time.sleep(0.01)


def refusal(box: Box, shard: Json) -> str:
    box.sandbox.journal.clear()
    done = box.run(shard)
    assert done.code == 1
    assert done.stdout == b""
    assert len(box.sandbox.journal) == 0
    assert "Traceback" not in done.stderr
    return done.last_line


def test_a_plan_of_other_settings_is_refused(box: Box) -> None:
    plan = box.make_plan("--shards", "1", "--until", day(2))
    shard = plan["shards"][0]
    assert box.run(shard).code == 0
    box.config["zimpler"]["country_code"] = "SE"
    assert "plan is of other settings" in refusal(box, shard)
    del box.config["zimpler"]["country_code"]
    del box.config["zimpler"]["accounts"][1]
    assert "no account 'shop2'" in refusal(box, shard)
    del box.config["spacivox"]
    assert "plan is of other settings" in refusal(box, shard)
    assert box.read(shard)["complete"] is True, "nothing was run: the older result stays"


def test_a_shard_that_the_plan_does_not_have_is_refused(box: Box) -> None:
    plan = box.make_plan("--shards", "1", "--until", day(2))
    shard = plan["shards"][0] | {"id": "zimpler_transactions.main.x"}
    assert "no shard zimpler_transactions.main.x" in refusal(box, shard)


@pytest.mark.parametrize("content", ["{}", "[", '{"version": 2}', "[]", "null"])
def test_what_is_no_plan_is_refused(box: Box, content: str) -> None:
    plan = box.make_plan("--shards", "1", "--until", day(2))
    box.plan.write_text(content)
    assert f"plan {box.plan}: is not" in refusal(box, plan["shards"][0])


def test_a_result_that_cannot_be_written_is_found_out_before(box: Box, tmp_path: Path) -> None:
    plan = box.make_plan("--shards", "1", "--until", day(2))
    arguments = [*box.run_arguments(plan["shards"][0])][:-1]
    done = call(*arguments, tmp_path / "nowhere" / "result.json")
    assert done.code == 1
    assert "nowhere" in done.last_line
    assert len(box.sandbox.journal) == 0


def test_a_wrong_key_is_reported_without_it(box: Box) -> None:
    plan = box.make_plan(*ZIMPLER, "--shards", "1", "--until", day(2))
    box.config["zimpler"]["accounts"][0]["api_key"] = "canary"
    done = box.run(plan["shards"][0])
    assert done.code == 1
    assert "zimpler.api_key" in done.last_line
    assert "canary" not in done.stderr + box.result(plan["shards"][0]).read_text()
