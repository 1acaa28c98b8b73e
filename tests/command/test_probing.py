"""`--test`: each account is asked once for each stream that is selected, and nothing is written."""

from __future__ import annotations

import typing as t

import pytest

from tap_payments.sandbox import Clock, Sandbox
from tests.support.clock import NOW
from tests.support.taps import Row, discover, written

if t.TYPE_CHECKING:
    from pathlib import Path

    from tests.support.commands import Commands


def test_the_test_asks_each_account_once_per_stream_and_writes_nothing(
    commands: Commands, tmp_path: Path
) -> None:
    with Sandbox(seed=None, days=3, clock=Clock(NOW, frozen=True)) as sandbox:
        config = sandbox.config("zimpler", "spacivox")
        done = commands("--test", "--config", written(tmp_path, "c.json", config), now=NOW)
        assert done.code == 0
        assert done.stdout == b""
        paths = sorted(one.path for one in sandbox.journal)
        assert paths == [
            *("/j/payment_transactions", "/j/teams"),
            *["/v4/current_balance"] * 2,
            *["/v4/transactions"] * 2,
        ]
        for one in sandbox.journal.of("zimpler", "/v4/transactions"):
            assert one.query["to_date"] == f"{NOW:%Y-%m-%d}"
        for account, stream in (
            ("main", "zimpler_transactions"),
            ("shop2", "zimpler_current_balance"),
            ("default", "spacivox_teams"),
        ):
            assert f"{stream} (account '{account}'): ok" in done.stderr


def test_the_test_names_who_refuses_and_why(commands: Commands, tmp_path: Path) -> None:
    with Sandbox(seed=None, days=3) as sandbox:
        config = sandbox.config("zimpler", "spacivox")
        config["zimpler"]["accounts"][1]["api_key"] = "canary"
        done = commands("--test", "--config", written(tmp_path, "c.json", config))
        assert done.code == 1
        for stream in ("zimpler_transactions", "zimpler_current_balance"):
            assert f"{stream} (account 'shop2')" in done.last_line
        assert done.last_line.count("answered 401") == 1
        assert len([one for one in sandbox.journal.of("zimpler") if one.status == 401]) == 1
        assert "answered 401" in done.last_line
        assert "zimpler.api_key" in done.last_line
        assert "'main'" not in done.last_line
        assert done.stderr.count("tap-payments-doctor finds out") == 1
        assert "canary" not in done.stderr
        assert done.is_quiet


@pytest.mark.parametrize("start", [{}, {"start_date": "2020-01-01"}, {"end_date": "2020-01-02"}])
def test_the_test_asks_whatever_the_dates(
    commands: Commands, sandbox: Sandbox, tmp_path: Path, start: Row
) -> None:
    config = sandbox.config("spacivox", "zimpler")
    del config["start_date"]
    done = commands("--test", "--config", written(tmp_path, "c.json", config | start))
    assert done.code == 0
    assert len(sandbox.journal) == 4


def test_the_test_of_schemas_asks_nobody(
    commands: Commands, config: Path, sandbox: Sandbox
) -> None:
    done = commands("--test=schema", "--config", config)
    assert done.code == 0
    streams = discover(sandbox.config("zimpler", "spacivox"))["streams"]
    assert [each["stream"] for each in done.run.messages] == [each["stream"] for each in streams]
    assert len(sandbox.journal) == 0
