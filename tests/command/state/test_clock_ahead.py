"""A machine whose clock is ahead of a provider's commits nothing that is still to come."""

from __future__ import annotations

import json
import typing as t
from datetime import UTC, datetime, timedelta

import pytest

from tap_payments.sandbox import Clock, Sandbox
from tests.support.taps import state_of, written

if t.TYPE_CHECKING:
    from pathlib import Path

    from tests.support.commands import Commands
    from tests.support.taps import Row

NOW = datetime(2026, 3, 20, 12, tzinfo=UTC)
AHEAD = timedelta(days=2, minutes=1)
CURSORS = {
    "zimpler_transactions": "approved_at",
    "begateway_transactions": "created_at",
    "spacivox_payment_transactions": "timestamp",
}


@pytest.fixture
def sandbox() -> t.Iterator[Sandbox]:
    with Sandbox(seed=6, days=3, accounts=1, clock=Clock(NOW)) as serving:
        yield serving


def instants(state: Row) -> list[datetime]:
    """All watermarks of a state."""
    return [
        datetime.fromisoformat(partition["replication_key_value"])
        for bookmark in state["bookmarks"].values()
        for partition in bookmark["partitions"]
    ]


def test_windows_are_committed_by_the_providers_clock_and_nothing_is_lost(
    commands: Commands, sandbox: Sandbox, tmp_path: Path
) -> None:
    config = sandbox.config("zimpler", "begateway", "spacivox")
    for name in ("zimpler", "begateway", "spacivox"):
        config[name]["lookback_days"] = 0
    file = written(tmp_path, "config.json", config)
    first = commands("--config", file, now=NOW + AHEAD)
    assert first.code == 0, first.stderr
    for name in ("Zimpler", "beGateway", "Spacivox"):
        (line,) = [
            each for each in first.stderr.splitlines() if "clock is" in each and name in each
        ]
        assert "2 days" in line
        assert "ahead of the provider's" in line
    state = first.run.messages[-1]["value"]
    assert len(instants(state)) == 1 + 1 + 2 * 4
    assert max(instants(state)) <= NOW - timedelta(minutes=4)
    assert min(instants(state)) >= NOW.replace(hour=0)

    sandbox.clock.advance(days=1)
    resume = written(tmp_path, "state.json", json.dumps(state))
    second = commands("--config", file, "--state", resume, now=NOW + timedelta(days=1))
    assert second.code == 0, second.stderr
    assert "clock is" not in second.stderr
    for stream, cursor in CURSORS.items():
        seen = {
            (row.get("uid") or row["id"], row.get("type"))
            for run in (first.run, second.run)
            for row in run.rows(stream)
        }
        new = [
            row
            for row in sandbox.apis[stream.partition("_")[0]].rows("main")
            if f"{NOW:%Y-%m-%dT%H:%M:%SZ}" <= row[cursor] < f"{NOW:%Y-%m-21T11:50:00Z}"
        ]
        assert new
        assert [
            row for row in new if (row.get("uid") or row["id"], row.get("type")) not in seen
        ] == []


def test_a_state_with_a_watermark_in_the_future_is_warned_of(
    commands: Commands, sandbox: Sandbox, tmp_path: Path
) -> None:
    stream = "spacivox_payment_transactions"
    file = written(tmp_path, "config.json", sandbox.config("spacivox"))
    state = written(tmp_path, "state.json", state_of(stream, "2027-01-01T00:00:00.000000Z"))
    done = commands("--config", file, "--state", state, now=NOW)
    assert done.code == 0
    assert f"{stream}: its watermark 2027-01-01T00:00:00.000000Z in the state lies" in done.stderr


def test_a_bookmark_in_another_shape_is_warned_of_and_kept(
    commands: Commands, sandbox: Sandbox, tmp_path: Path
) -> None:
    stream = "spacivox_payment_transactions"
    file = written(tmp_path, "config.json", sandbox.config("spacivox"))
    bookmark = {"replication_key": "timestamp", "replication_key_value": "2026-03-19T00:00:00Z"}
    state = written(tmp_path, "state.json", {"bookmarks": {stream: bookmark}})
    done = commands("--config", file, "--state", state, now=NOW)
    assert done.code == 0
    assert f"{stream}: its bookmark in the state has no partitions" in done.stderr
    assert done.run.messages[-1]["value"]["bookmarks"][stream].items() >= bookmark.items()
