"""Shards that are refused before a request goes out."""

from __future__ import annotations

import typing as t

import pytest

from tests.backfill.box import Box, Json, call, day

if t.TYPE_CHECKING:
    from pathlib import Path


ZIMPLER = ("--streams", "zimpler_transactions", "--accounts", "main")


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
