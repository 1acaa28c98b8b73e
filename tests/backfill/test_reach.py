"""What an API can be asked for: where its intervals begin, and what they cost."""

from __future__ import annotations

import json

from tests.backfill.box import Box, Json, day


def bounds(plan: Json, stream: str, account: str) -> list[tuple[str, str]]:
    return [
        (shard["since"], shard["until"])
        for shard in plan["shards"]
        if (shard["stream"], shard["account"]) == (stream, account)
    ]


def midnight(ago: int) -> str:
    return f"{day(ago)}T00:00:00.000000Z"


def test_an_end_within_a_day_is_rounded_down_where_the_api_has_days(box: Box) -> None:
    since, until = f"{day(9)}T18:30:00", f"{day(2)}T06:15:00.9"
    plan = box.make_plan("--shards", "3", "--until", until, since=since)
    zimpler = bounds(plan, "zimpler_transactions", "main")
    assert (zimpler[0][0], zimpler[-1][1]) == (midnight(9), midnight(2))
    spacivox = bounds(plan, "spacivox_payment_transactions", "default")
    assert spacivox[0][0] == f"{day(9)}T18:30:00.000000Z"
    assert spacivox[-1][1] == f"{day(2)}T06:15:00.000000Z"


def test_windows_are_the_requests_that_are_expected_at_least(box: Box) -> None:
    box.config["zimpler"]["window_days"] = 2
    done = box.try_plan("--shard-days", "9", "--until", day(1))
    plan = json.loads(box.plan.read_text())
    found = {each["stream"]: each["expected_requests"] for each in plan["shards"]}
    assert found == {
        "zimpler_transactions": 5,
        "spacivox_payment_transactions": 9,
        "begateway_transactions": 18,  # two payment method types
    }
    assert done.stdout.decode().splitlines()[-1] == "4 shards, at least 37 requests"


def test_the_turn_of_2021_takes_a_request_more(box: Box) -> None:
    streams = ("--streams", "zimpler_transactions", "--accounts", "main")
    plan = box.make_plan("--shards", "1", *streams, "--until", "2021-01-03", since="2020-12-30")
    assert [each["expected_requests"] for each in plan["shards"]] == [2]


def test_update_passes_begin_where_the_plan_ends(box: Box) -> None:
    until = f"{day(2)}T06:15:00.000000Z"
    plan = box.make_plan("--shards", "1", "--until", until, "--streams", "begateway_transactions")
    (series,) = plan["series"]
    assert [each["pass"] for each in series["contexts"]] == ["created", "created"]
    found = {
        (each["context"]["payment_method_type"], each["context"]["pass"]): each["watermark"]
        for each in series["beginnings"]
    }
    assert found == {
        (method, name): midnight(2) if name == "settled" else until
        for method in ("credit_card", "alternative")
        for name in ("paid", "settled", "corrected")
    }
    box.config["begateway"]["track_updates"] = False
    plan = box.make_plan("--shards", "1", "--until", until, "--streams", "begateway_transactions")
    assert plan["series"][0]["beginnings"] == []


def test_teams_are_partitions_of_one_shard(box: Box) -> None:
    box.config["spacivox"]["teams"] = [7, 1]
    plan = box.make_plan("--shards", "1", "--streams", "spacivox_payment_transactions")
    assert [each["team"] for each in plan["series"][0]["contexts"]] == [7, 1]
    assert len(plan["shards"]) == 1
