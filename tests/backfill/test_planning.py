from __future__ import annotations

import json
import typing as t
from datetime import timedelta

import pytest

from tests.backfill.box import Box, Json, call, day
from tests.support.taps import written

if t.TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


def bounds(plan: Json, stream: str, account: str) -> list[tuple[str, str]]:
    return [
        (shard["since"], shard["until"])
        for shard in plan["shards"]
        if (shard["stream"], shard["account"]) == (stream, account)
    ]


def midnight(ago: int) -> str:
    return f"{day(ago)}T00:00:00.000000Z"


def test_days_are_cut_for_every_stream_and_account(box: Box) -> None:
    plan = box.make_plan("--shard-days", "4", "--until", day(1))
    expected = [(midnight(10), midnight(6)), (midnight(6), midnight(2)), (midnight(2), midnight(1))]
    series = {(shard["stream"], shard["account"]) for shard in plan["shards"]}
    assert series == {
        ("zimpler_transactions", "main"),
        ("zimpler_transactions", "shop2"),
        ("begateway_transactions", "default"),
        ("spacivox_payment_transactions", "default"),
    }
    for each in series:
        assert bounds(plan, *each) == expected
    assert plan["version"] == 1
    assert plan["until"] == midnight(1)


def test_the_fields_of_a_plan(box: Box) -> None:
    plan = box.make_plan("--shards", "2")
    assert {"version", "created_at", "until", "settings_digest", "shards"} <= set(plan)
    for shard in plan["shards"]:
        names = {"id", "stream", "account", "since", "until", "expected_requests"}
        assert set(shard) == names
    assert len({shard["id"] for shard in plan["shards"]}) == len(plan["shards"])


def test_without_an_end_the_plan_is_frozen_and_days_are_whole(box: Box) -> None:
    plan = box.make_plan("--shards", "3")
    settled = plan["until"]
    assert plan["created_at"] > settled
    assert bounds(plan, "zimpler_transactions", "main")[-1][1] == settled[:10] + "T00:00:00.000000Z"
    assert bounds(plan, "spacivox_payment_transactions", "default")[-1][1] == settled
    assert bounds(plan, "begateway_transactions", "default")[-1][1] == settled


def test_the_same_call_gives_the_same_plan(box: Box) -> None:
    first = box.make_plan("--shards", "3", "--until", day(1))
    box.now += timedelta(hours=1)
    again = box.make_plan("--shards", "3", "--until", day(1))
    assert first.pop("created_at") < again.pop("created_at")
    assert first == again


@pytest.mark.parametrize("shards", [1, 3, 7, 1000])
def test_shards_are_a_limit_for_each_stream_and_account(box: Box, shards: int) -> None:
    plan = box.make_plan("--shards", str(shards), "--until", day(1))
    for stream, account in {(each["stream"], each["account"]) for each in plan["shards"]}:
        found = bounds(plan, stream, account)
        assert 1 <= len(found) <= shards
        if shards == 7:
            assert len(found) == 5  # two days each


def test_streams_and_accounts_are_chosen(box: Box) -> None:
    plan = box.make_plan(
        "--shards", "1", "--streams", "zimpler_transactions, begateway_transactions",
        "--accounts", "shop2,default",
    )  # fmt: skip
    assert {(each["stream"], each["account"]) for each in plan["shards"]} == {
        ("zimpler_transactions", "shop2"),
        ("begateway_transactions", "default"),
    }


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--streams", "zimpler_payments"], "no stream zimpler_payments"),
        (["--streams", "zimpler_transactions,"], "there is no stream "),
        (["--streams", "tikpay_taps"], "no stream tikpay_taps"),
        (["--accounts", "main,shop3"], "no account shop3"),
        (["--streams", "zimpler_current_balance"], "zimpler_current_balance is a full table"),
        (["--streams", "spacivox_payment_transactions", "--accounts", "main"], "nothing to plan"),
        (["--until", day(-1)], "has not settled"),
        (["--until", day(10)], "nothing lies between"),
        (["--until", day(20)], "nothing lies between"),
    ],
)
def test_what_cannot_be_planned_is_refused_by_name(
    box: Box, arguments: list[str], words: str
) -> None:
    done = box.try_plan("--shards", "2", *arguments)
    assert done.code == 1
    assert words in done.last_line
    assert not box.plan.exists()


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["--shards", "2", "--shard-days", "2"],
        ["--shards", "0"],
        ["--shard-days", "-1"],
        ["--shards", "two"],
        ["--shards", "2", "--until", "yesterday"],
        ["--shards", "2", "--surprise"],
    ],
)
def test_a_wrong_call_is_explained(box: Box, arguments: list[str]) -> None:
    done = box.try_plan(*arguments)
    assert done.code == 2
    assert "error: " in done.last_line


def test_full_tables_are_not_planned_beside_others(box: Box) -> None:
    plan = box.make_plan(
        "--shards", "1", "--streams", "zimpler_transactions,zimpler_current_balance"
    )
    assert {each["stream"] for each in plan["shards"]} == {"zimpler_transactions"}
    assert "zimpler_current_balance" in "".join(plan["notes"])


def refused(box: Box, folder: Path, config: str) -> Callable[..., str]:
    file = written(folder, "other.json", config)

    def attempt(*arguments: str) -> str:
        done = call("plan", "--config", file, "--since", day(3), "--shards", "1", *arguments)
        assert done.code == 1
        assert "Traceback" not in done.stderr
        return done.last_line

    return attempt


@pytest.mark.parametrize(
    ("config", "words"),
    [
        ("{", "is not JSON"),
        ("[]", "is not a JSON object"),
        ("{}", "no provider is configured"),
        ('{"zimpler": {"merchant_id": "m", "api_key": 7}}', "zimpler.api_key: must be a text"),
    ],
)
def test_settings_are_refused_as_the_tap_does(
    box: Box, tmp_path: Path, config: str, words: str
) -> None:
    attempt = refused(box, tmp_path, config)
    assert words in attempt("--output", str(tmp_path / "p.json"))


def test_the_settings_come_from_the_environment_too(
    box: Box, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TAP_PAYMENTS_SPACIVOX", json.dumps(box.config["spacivox"]))
    output = tmp_path / "p.json"
    common = ("--since", day(3), "--shards", "1", "--output", output)
    assert call("plan", "--config", "ENV", *common).code == 0
    assert {each["stream"] for each in json.loads(output.read_text())["shards"]} == {
        "spacivox_payment_transactions"
    }


def test_a_plan_goes_where_it_can_be_written(box: Box, tmp_path: Path) -> None:
    common = ("plan", "--config", box.config_file, "--since", day(3), "--shards", "1")
    for output in (tmp_path / "no" / "plan.json", tmp_path):
        done = call(*common, "--output", output)
        assert done.code == 1
        assert str(output) in done.last_line
