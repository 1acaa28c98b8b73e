"""Accounts and streams do not wait for one another, and nothing is lost while they overlap."""

from __future__ import annotations

import json
import random
import signal
import threading
import typing as t
from datetime import timedelta

import pytest

from tap_payments.runtime import OPEN_REQUESTS
from tap_payments.sandbox import Clock as SandboxClock
from tap_payments.sandbox import Sandbox
from tests.support.clock import NOW, Clock
from tests.support.taps import Run, discover, settings, sync, watermarks, written
from tests.sync.shops import STREAM, Shops

if t.TYPE_CHECKING:
    from pathlib import Path

    from tests.support.commands import Commands


REPORTS = {"tikpay_customers", "tikpay_payments", "tikpay_taps", "tikpay_trips"}


def ids(run: Run) -> list[str]:
    return [row["id"] for row in run.records(STREAM)]


def test_fifty_accounts_of_which_three_are_dead_and_one_allows_a_request_a_second(
    commands: Commands, tmp_path: Path
) -> None:
    shops = Shops(50, days=3, seed=11, dead=3, slow=True)
    with shops.server:
        config = written(tmp_path, "config.json", shops.settings(concurrency=3))
        done = commands("--config", config)
        assert done.code == 1
        run = done.run
        assert sorted(ids(run)) == sorted(shops.truth())
        assert max(shops.most_at_once.values()) <= 3
        assert 3 < shops.most_in_all <= OPEN_REQUESTS
        for name in shops.names:
            told = f"{STREAM} (account '{name}')" in done.last_line
            assert told == (name in shops.dead), name
        ends = {
            each["context"]["_account"] for each in run.state["bookmarks"][STREAM]["partitions"]
        }
        assert ends == set(shops.names) - shops.dead


@pytest.mark.parametrize("seed", range(3))
def test_killed_at_random_and_resumed_the_union_is_what_the_server_has(
    seed: int, commands: Commands, tmp_path: Path
) -> None:
    dice = random.Random(seed)
    shops = Shops(12, days=6, seed=seed, slow=True)
    got: set[str] = set()
    state = None
    with shops.server:
        written(tmp_path, "config.json", shops.settings(concurrency=2))
        for attempt in range(8):
            arguments: list[str | Path] = ["--config", tmp_path / "config.json"]
            if state is not None:
                arguments += ["--state", written(tmp_path, "state.json", state)]
            with commands.started(*arguments) as process:
                death = threading.Timer(dice.uniform(0.1, 0.6), process.send, [signal.SIGKILL])
                if attempt < 7:
                    death.start()
                lines = process.stdout.read().split(b"\n")[:-1]
                death.cancel()  # before another process has its number
                code = process.wait()
            since: set[str] = set()
            for message in map(json.loads, lines):
                if message["type"] == "RECORD" and message["stream"] == STREAM:
                    since.add(message["record"]["id"])
                if message["type"] == "STATE":
                    # What a target keeps for certain is what came before a STATE.
                    state, got, since = message["value"], got | since, set()
            if code == 0:
                break
        assert code == 0
    assert got == shops.truth()


def test_others_are_delivered_at_once_while_reports_are_made(
    commands: Commands, tmp_path: Path
) -> None:
    """Tikpay comes before Zimpler in the alphabet; its reports are ready once those are there."""
    with Sandbox(seed=3, days=2, clock=SandboxClock(NOW, frozen=True)) as sandbox:
        sandbox.tikpay.job_seconds = 3600
        config = sandbox.config()
        config["tikpay"] |= {"poll_interval": 1, "max_wait": 120}
        awaited = {"begateway_transactions", STREAM, "zimpler_transactions"}
        found = set[str]()
        file = written(tmp_path, "c.json", config)
        with commands.started("--config", file, now=NOW) as process:
            for message in map(json.loads, process.stdout):
                if message["type"] == "RECORD":
                    found.add(message["stream"])
                if awaited and awaited <= found:
                    sandbox.tikpay.job_seconds = 0  # of those that are still to be started
                    sandbox.clock.advance(hours=2)
                    awaited = set()
            assert process.wait() == 0, process.stderr
        assert found >= REPORTS


def test_a_stream_of_a_provider_that_is_not_configured_fails_alone() -> None:
    with Sandbox(seed=3, days=2) as sandbox:
        catalog = discover(sandbox.config("zimpler", "spacivox"))
        done = sync(sandbox, settings(sandbox, "zimpler"), catalog=catalog)
        assert done.failed is not None
        assert "spacivox_teams" in done.failed
        assert "spacivox is not configured" in done.failed
        assert len(done.records("zimpler_transactions")) > 0
        for entry in catalog["streams"]:
            root = next(each for each in entry["metadata"] if not each["breadcrumb"])
            root["metadata"]["selected"] = entry["tap_stream_id"].startswith("zimpler_")
        assert sync(sandbox, settings(sandbox, "zimpler"), catalog=catalog).failed is None


@pytest.mark.parametrize("days", [1, 2])
def test_a_clock_that_is_ahead_commits_by_the_providers_time(days: int) -> None:
    with Sandbox(seed=3, days=6, clock=SandboxClock(NOW, frozen=True)) as sandbox:
        ahead = Clock(NOW + timedelta(days=days))
        done = sync(ahead, settings(sandbox, "spacivox"))
        assert done.failed is None
        assert len(done.logged("WARNING", "ahead")) >= 1
        assert watermarks(done.state, STREAM) == {"default": "2026-03-20T11:55:00.000000Z"}
        right = sync(Clock(NOW), settings(sandbox, "spacivox"), state=done.state)
        assert watermarks(right.state, STREAM) == {"default": "2026-03-20T11:55:00.000000Z"}
