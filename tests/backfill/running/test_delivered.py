from __future__ import annotations

import json

from tests.backfill.box import Box, Json, day, records

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
