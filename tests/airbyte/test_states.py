"""What a platform keeps of one read is where the next begins, and the tap understands it too."""

from __future__ import annotations

import json
import re
import subprocess
import typing as t
from datetime import UTC, datetime, timedelta

import pytest

from tap_payments.sandbox import Clock, Sandbox
from tests.airbyte.runs import TAP, Platform, blob, in_order, name_of, watermarks

if t.TYPE_CHECKING:
    from tests.airbyte.runs import Message, Run

ZIMPLER = "zimpler_transactions"
SPACIVOX = "spacivox_payment_transactions"
INCREMENTAL = (ZIMPLER, SPACIVOX)
CURSORS = {ZIMPLER: "approved_at", SPACIVOX: "timestamp"}


def keys(rows: list[Message]) -> set[tuple[str, ...]]:
    return {(row["_account"], row["id"], row.get("type", "")) for row in rows}


def since(box: Sandbox, stream: str) -> list[str]:
    """From which instants a stream was asked for, since the journal was cleared."""
    path, name = {
        ZIMPLER: ("/v4/transactions", "from_date"),
        SPACIVOX: ("/j/payment_transactions", "start"),
    }[stream]
    return [each.query[name] for each in box.journal if each.path == path]


def as_platforms_send_it(state: Message) -> Message:
    """A state as PyAirbyte hands it over: with the members that it has not."""
    state["stream"]["stream_descriptor"]["namespace"] = None
    return {**state, "global_": None, "data": None, "destinationStats": None}


def test_two_reads_in_a_row_deliver_what_is_new_and_the_lookback(platform: Platform) -> None:
    with Sandbox(days=6, clock=Clock(offset=-timedelta(hours=20), frozen=True)) as box:
        platform = platform.given(box.config("zimpler", "spacivox"))
        first = platform.read(*INCREMENTAL)
        box.clock.advance(hours=20)
        box.journal.clear()
        second = platform.read(*INCREMENTAL, state=first.last_states)
        truth = {
            ZIMPLER: [
                {"_account": account, **row}
                for account in ("main", "shop2")
                for row in box.zimpler.rows(account)
            ],
            SPACIVOX: [{"_account": "default", **row} for row in box.spacivox.rows("main")],
        }
        assert second.code == 0
        for stream, lookback in {ZIMPLER: 1, SPACIVOX: 3}.items():
            assert 0 < len(second.records(stream)) < len(first.records(stream))
            assert second.statuses(stream) == ["STARTED", "RUNNING", "COMPLETE"]
            before = watermarks(first.states(stream)[-1])
            after = watermarks(second.states(stream)[-1])
            assert all(after[account] >= before[account] for account in before)
            earliest = datetime.fromisoformat(min(since(box, stream))).replace(tzinfo=UTC)
            reach = datetime.fromisoformat(min(before.values()))
            assert timedelta(0) <= reach - earliest <= timedelta(days=lookback)
            assert keys(first.records(stream)) < keys(truth[stream])
            both = keys(first.records(stream)) | keys(second.records(stream))
            assert both <= keys(truth[stream])
            missed = [row for row in truth[stream] if not keys([row]) <= both]
            # What is younger than the settling time is left for a later read.
            young = [row for row in missed if row[CURSORS[stream]] > min(after.values())]
            assert missed == young


@pytest.mark.parametrize("stream", INCREMENTAL)
def test_from_each_checkpoint_nothing_is_lost(platform: Platform, stream: str) -> None:
    platform.config |= {"zimpler": {**platform.config["zimpler"], "window_days": 2}}
    first = platform.read(stream)
    checkpoints = first.states(stream)
    assert len(checkpoints) >= 4
    everything = keys(first.records(stream))
    for index in range(0, len(checkpoints), max(1, len(checkpoints) // 4)):
        checkpoint, before = checkpoints[index], []
        for message in first.messages:
            if message.get("state") == checkpoint:
                break
            if message["type"] == "RECORD":
                before.append(message["record"]["data"])
        rest = platform.read(stream, state=[as_platforms_send_it(checkpoint)])
        assert rest.code == 0
        assert keys(before) | keys(rest.records(stream)) == everything


def test_a_state_from_the_future_stays_and_only_the_lookback_is_read(
    platform: Platform, box: Sandbox
) -> None:
    first = platform.read(*INCREMENTAL)
    states = json.loads(re.sub(r'"20\d\d-\d\d-\d\d', '"2099-01-01', json.dumps(first.last_states)))
    assert "2099-" in json.dumps(states)
    box.journal.clear()
    run = platform.read(*INCREMENTAL, state=states)
    assert run.code == 0
    for stream in INCREMENTAL:
        assert len(run.records(stream)) < len(first.records(stream))
        given = next(each for each in states if name_of(each["stream"]) == stream)
        assert blob(run.states(stream)[-1]) == blob(given)


def test_a_state_goes_to_the_tap_and_back(platform: Platform, box: Sandbox) -> None:
    first = platform.read(*INCREMENTAL)
    state = platform.file("state", first.singer_state)
    box.journal.clear()
    line = [*TAP, "--config", platform.file("config", platform.config), "--state", state]
    done = subprocess.run(line, capture_output=True, timeout=120, check=True)
    messages = [json.loads(each) for each in done.stdout.splitlines()]
    rows = [each for each in messages if each.get("stream") == ZIMPLER and "record" in each]
    assert 0 < len(rows) < len(first.records(ZIMPLER))
    singer = [each["value"] for each in messages if each["type"] == "STATE"][-1]
    wrapped = [
        {
            "type": "STREAM",
            "stream": {"stream_descriptor": {"name": name}, "stream_state": bookmark},
        }
        for name, bookmark in singer["bookmarks"].items()
    ]
    by_list = platform.read(*INCREMENTAL, state=wrapped)
    as_it_is = platform.read(*INCREMENTAL, state=singer)
    for stream in INCREMENTAL:
        assert in_order(by_list.records(stream)) == in_order(as_it_is.records(stream))
        assert len(by_list.records(stream)) < len(first.records(stream))
    assert len(by_list.records(ZIMPLER)) == len(rows)


def test_what_a_state_holds_beyond_this_version_is_kept(platform: Platform) -> None:
    (state,) = platform.read(ZIMPLER).last_states
    blob(state)["later"] = {"exact": 1.1}
    gone = {"context": {"_account": "closed"}, "replication_key_value": "2025-01-01T00:00:00Z"}
    blob(state)["partitions"].append(gone)
    text = json.dumps([state]).replace('"exact": 1.1', '"exact": 1.10')
    run = platform.read(ZIMPLER, state=text)
    assert run.code == 0
    assert run.states(ZIMPLER)
    for each in run.states(ZIMPLER):
        assert gone in blob(each)["partitions"]
    assert all('"later":{"exact":1.10}' in line for line in run.lines if '"STATE"' in line)


def test_two_full_refreshes_are_equal_and_ignore_a_state(platform: Platform) -> None:
    streams = (*INCREMENTAL, "spacivox_teams")
    states = platform.read(*INCREMENTAL).last_states
    first = platform.read(*streams, mode="full_refresh")
    second = platform.read(*streams, mode="full_refresh", state=states)
    assert first.code == second.code == 0
    for stream in streams:
        assert in_order(first.records(stream)) == in_order(second.records(stream)) != []
        assert [blob(state) for state in second.states(stream)] == [
            {"__ab_no_cursor_state_message": True}
        ]


@pytest.mark.parametrize(
    "state",
    [
        [],
        "",
        "null",
        {},
        [{"type": "STREAM", "stream": None, "global": None, "global_": None, "data": None}],
        [{"type": "LEGACY", "data": {}}],
        [
            {
                "type": "STREAM",
                "stream": {
                    "stream_descriptor": {"name": SPACIVOX},
                    "stream_state": {"__ab_no_cursor_state_message": True},
                },
            },
            {
                "type": "STREAM",
                "stream": {"stream_descriptor": {"name": "of another time"}, "stream_state": 7},
            },
        ],
    ],
    ids=["list", "empty", "null", "object", "nulls", "legacy", "sentinel"],
)
def test_a_state_that_says_nothing_is_none(platform: Platform, state: t.Any) -> None:
    run = platform.read(SPACIVOX, "spacivox_teams", state=state, more=("--debug",))
    assert run.code == 0
    assert len(run.states(SPACIVOX)) > 3
    assert all(set(blob(each)) == {"partitions"} for each in run.states(SPACIVOX))
    assert_all_complete(run)


def assert_all_complete(run: Run) -> None:
    for stream in (SPACIVOX, "spacivox_teams"):
        assert run.statuses(stream)[-1] == "COMPLETE"
