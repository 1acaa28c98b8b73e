"""`read` delivers what the tap delivers, in Airbyte's words, and says what each stream does."""

from __future__ import annotations

import json
import subprocess
import typing as t
from itertools import pairwise

import pytest

from tap_payments.sandbox import Clock, Sandbox
from tests.airbyte.runs import TAP, Platform, blob, in_order, name_of, secrets_of

if t.TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.airbyte.runs import Message, Run, Warm

STREAMS = (
    "zimpler_transactions",
    "zimpler_current_balance",
    "spacivox_payment_transactions",
    "spacivox_teams",
)


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory, warm: Warm) -> Iterator[Run]:
    """One read of all streams, for all who only look at it."""
    with Sandbox(days=6, clock=Clock(frozen=True)) as box:
        config = box.config("zimpler", "spacivox")
        yield Platform(tmp_path_factory.mktemp("whole"), config, warm).read(*STREAMS)


def tapped(platform: Platform, *more: str) -> list[Message]:
    """What the tap itself writes with the same settings."""
    line = [*TAP, "--config", platform.file("config", platform.config), *more]
    done = subprocess.run(line, capture_output=True, timeout=120, check=True)
    return [json.loads(each) for each in done.stdout.splitlines()]


def without_instant(rows: list[Message]) -> list[Message]:
    return [{name: value for name, value in row.items() if name != "_observed_at"} for row in rows]


def spoken_of(message: Message) -> list[str]:
    """The stream that a RECORD, a STATE or a STREAM_STATUS is about."""
    if message["type"] == "RECORD":
        return [message["record"]["stream"]]
    if message["type"] == "STATE":
        return [name_of(message["state"]["stream"])]
    status = message.get("trace", {}).get("stream_status")
    return [name_of(status)] if status else []


def assert_whole(run: Run, *streams: str) -> None:
    """Each stream starts, runs and completes, and no row lies outside of that."""
    for stream in streams:
        assert run.statuses(stream) == ["STARTED", "RUNNING", "COMPLETE"], stream
        told = [message for message in run.messages if stream in spoken_of(message)]
        ends = [told[0]["trace"]["stream_status"], told[-1]["trace"]["stream_status"]]
        assert [each["status"] for each in ends] == ["STARTED", "COMPLETE"]


def test_a_stream_that_the_tap_does_not_read_by_default_is_read_where_it_is_chosen(
    platform: Platform,
) -> None:
    run = platform.read("spacivox_jobs", "spacivox_call_records")
    assert run.code == 0
    assert_whole(run, "spacivox_jobs", "spacivox_call_records")
    told = [each["record"] for each in run.messages if each["type"] == "RECORD"]
    assert {each["stream"] for each in told} == {"spacivox_jobs", "spacivox_call_records"}
    assert all(each["data"]["id"] for each in told)


def test_the_rows_and_states_are_the_taps_own(platform: Platform) -> None:
    singer = tapped(platform)
    run = platform.read(*STREAMS)
    assert run.code == 0
    assert_whole(run, *STREAMS)
    for stream in STREAMS:
        rows = [
            each["record"] for each in singer if each.get("stream") == stream and "record" in each
        ]
        assert rows
        # Accounts are read at the same time: their rows alternate as they come.
        assert in_order(without_instant(run.records(stream))) == in_order(without_instant(rows))
    states = [each["value"] for each in singer if each["type"] == "STATE"]
    for partition in states[-1]["bookmarks"]["spacivox_payment_transactions"]["partitions"]:
        partition.pop("replication_key_value")  # the horizon of another run
    told = run.singer_state
    for partition in told["bookmarks"]["spacivox_payment_transactions"]["partitions"]:
        partition.pop("replication_key_value")
    for state in (told, states[-1]):
        for bookmark in state["bookmarks"].values():
            bookmark["partitions"] = in_order(bookmark["partitions"])
    assert told == states[-1]


def test_the_counts_add_up_and_have_a_decimal_point(whole: Run) -> None:
    for stream in STREAMS:
        counts = [state["sourceStats"]["recordCount"] for state in whole.states(stream)]
        assert sum(counts) == len(whole.records(stream)) > 0
        lines = [line for line in whole.lines if line.startswith('{"type":"STATE"')]
        assert all('"recordCount":' in line and ".0}" in line for line in lines)
    # Each count is that of the rows since the stream's previous state.
    since = dict.fromkeys(STREAMS, 0)
    for message in whole.messages:
        if message["type"] == "RECORD":
            since[message["record"]["stream"]] += 1
        elif message["type"] == "STATE":
            name = name_of(message["state"]["stream"])
            assert message["state"]["sourceStats"]["recordCount"] == since[name]
            since[name] = 0
    assert set(since.values()) == {0}


def test_the_last_state_of_a_stream_covers_its_last_row(whole: Run) -> None:
    for stream in STREAMS:
        kinds = [
            message["type"]
            for message in whole.messages
            if message["type"] in ("RECORD", "STATE") and stream in spoken_of(message)
        ]
        assert kinds[-1] == "STATE"


def test_watermarks_never_move_back(whole: Run) -> None:
    values = [
        blob(state)["partitions"][0]["replication_key_value"]
        for state in whole.states("spacivox_payment_transactions")
    ]
    assert len(values) > 3
    assert all(before <= after for before, after in pairwise(values))


def test_a_stream_without_state_says_so(whole: Run) -> None:
    (state,) = whole.states("spacivox_teams")
    assert blob(state) == {"__ab_no_cursor_state_message": True}


def test_rows_of_sync_windows_come_while_other_streams_run(platform: Platform) -> None:
    platform.config["sync_windows"] = True
    run = platform.read(*STREAMS, "sync_windows")
    assert run.code == 0
    assert_whole(run, *STREAMS, "sync_windows")
    rows = run.records("sync_windows")
    assert {row["stream"] for row in rows} == {
        "zimpler_transactions",
        "spacivox_payment_transactions",
    }
    assert run.messages[-1]["trace"]["stream_status"]["stream_descriptor"] == {
        "name": "sync_windows"
    }


def test_only_the_streams_of_the_catalog_are_asked_for(platform: Platform, box: Sandbox) -> None:
    run = platform.read("spacivox_teams")
    assert {record["stream"] for record in run.of("RECORD")} == {"spacivox_teams"}
    assert {each.path for each in box.journal} == {"/j/teams"}
    assert not platform.read().of("RECORD")


def test_logs_are_messages_and_hold_no_secret(platform: Platform, box: Sandbox) -> None:
    platform = platform.given(box.config())
    run = platform.read(*platform.discover())
    assert run.code == 0
    said = "\n".join(run.lines)
    assert not [secret for secret in secrets_of(box) if secret in said]
    assert box.downloads_url not in said
    assert any(
        "sandbox_wallet" in log["message"] and log["level"] == "WARN" for log in run.of("LOG")
    )
    assert not [log for log in run.of("LOG") if "METRIC" in log["message"]]


@pytest.mark.parametrize("mode", ["hash", "drop"])
def test_personal_data_leaves_in_no_message(platform: Platform, box: Sandbox, mode: str) -> None:
    config = {**box.config("begateway"), "personal_data": mode, "personal_data_key": "k" * 12}
    run = platform.given(config).read("begateway_transactions")
    assert run.code == 0
    emails = {
        row["customer"]["email"]
        for row in box.begateway.rows("main", box.clock.now())
        if row.get("customer")
    }
    assert emails
    said = "\n".join(run.lines)
    assert not [email for email in emails if email and email in said]


def test_records_that_pass_through_the_sdk_are_the_same(platform: Platform) -> None:
    quick = platform.read("zimpler_transactions").records("zimpler_transactions")
    platform.config["fast_records"] = False
    through = platform.read("zimpler_transactions").records("zimpler_transactions")
    assert in_order(through) == in_order(quick) != []
