from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from tap_payments.backfill.arguments import parse_arguments

PLAN = ["plan", "--config", "c.json", "--since", "2026-01-01", "--output", "plan.json"]
MERGE = ["merge-state", "--plan", "plan.json", "--output", "state.json"]


def test_a_plans_options() -> None:
    found = parse_arguments([*PLAN, "--shard-days", "7", "--streams", "a, b"])
    assert found.since == datetime(2026, 1, 1, tzinfo=UTC)
    assert (found.until, found.shard_days, found.shards) == (None, 7, None)
    assert (found.streams, found.accounts) == (["a", "b"], None)


def test_results_may_stand_before_and_behind_options() -> None:
    found = parse_arguments([MERGE[0], "a.json", *MERGE[1:], "b.json", "--meltano", "c.json"])
    assert sorted(found.results) == [Path("a.json"), Path("b.json"), Path("c.json")]
    assert found.meltano


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ([*PLAN, "--shard-days", "0"], "not a whole number of 1 or more"),
        ([*PLAN, "--shard-days", "²"], "not a whole number of 1 or more"),
        ([*PLAN, "--shard-days", "1", "--shards", "2"], "not allowed with"),
        (PLAN, "one of the arguments --shard-days --shards is required"),
        ([*PLAN, "--shards", "2", "--until", "tomorrow"], "not a date or date-time"),
        ([*PLAN, "--shards", "2", "rest"], "unrecognized arguments: rest"),
        ([*MERGE, "--melt"], "unrecognized arguments: --melt"),
        (["run", "--plan", "p", "--result", "r", "--shard", "s"], "required: --config"),
    ],
)
def test_what_is_wrong_with_a_call_is_said(
    arguments: list[str], words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        parse_arguments(arguments)
    assert ended.value.code == 2
    assert words in capsys.readouterr().err
