"""A read in which anything failed is never told as a success; what can be read still is."""

from __future__ import annotations

import json
import typing as t

import pytest

from tests.airbyte.runs import Platform, configured, name_of

if t.TYPE_CHECKING:
    from tap_payments.sandbox import Sandbox
    from tests.airbyte.runs import Message, Run, Warm

ZIMPLER = "zimpler_transactions"
SPACIVOX = "spacivox_payment_transactions"


def assert_failed(run: Run, stream: str, failure_type: str, *words: str) -> None:
    """The stream is INCOMPLETE with an ERROR of its own, before its end; the exit code says so."""
    assert run.code == 1
    errors = [each for each in run.errors if name_of(each) == stream]
    assert errors
    for error in errors:
        assert error["failure_type"] == failure_type
        for word in words:
            assert word in error["message"]
    assert run.statuses(stream)[-1] == "INCOMPLETE"
    assert "COMPLETE" not in run.statuses(stream)


def assert_delivered(run: Run, stream: str) -> None:
    assert run.records(stream)
    assert run.statuses(stream) == ["STARTED", "RUNNING", "COMPLETE"]


@pytest.mark.parametrize(
    ("fault", "failure_type", "word"),
    [
        ("spacivox:500:path=/j/payment:after=2:times=99", "transient_error", "500"),
        ("spacivox:drop:path=/j/payment:after=2:times=99", "transient_error", "connection"),
        ("spacivox:truncate:path=/j/payment:after=2:times=99", "transient_error", "cut off"),
        ("spacivox:halfjson:path=/j/payment:after=2:times=99", "transient_error", "unusable"),
        ("spacivox:429:path=/j/payment:after=2:times=99", "transient_error", "429"),
        ("spacivox:401:path=/j/payment:after=2:times=99", "config_error", "access_token"),
        ("spacivox:403:path=/j/payment:after=2:times=99", "config_error", "access_token"),
        ("spacivox:404:path=/j/payment:after=2:times=99", "system_error", "404"),
    ],
    ids=["500", "drop", "truncate", "halfjson", "429", "401", "403", "404"],
)
def test_a_provider_that_dies_half_way(
    platform: Platform, box: Sandbox, fault: str, failure_type: str, word: str
) -> None:
    platform.config["spacivox"]["concurrency"] = 1
    box.faults.add(fault)
    run = platform.read(SPACIVOX, "spacivox_teams", "zimpler_current_balance")
    assert_failed(run, SPACIVOX, failure_type, "account 'default'", word)
    # What was delivered before stays covered by its states, and no more.
    assert len(run.states(SPACIVOX)) == 2
    assert_delivered(run, "spacivox_teams")
    assert_delivered(run, "zimpler_current_balance")
    box.faults.clear()
    rest = platform.read(SPACIVOX, state=run.last_states)
    assert rest.code == 0
    ids = {row["id"] for each in (run, rest) for row in each.records(SPACIVOX)}
    assert ids == {row["id"] for row in platform.read(SPACIVOX).records(SPACIVOX)}


def test_one_account_of_two_fails(platform: Platform, box: Sandbox) -> None:
    platform.config["zimpler"]["accounts"][0]["api_key"] = "wrong"
    run = platform.read(ZIMPLER, "spacivox_teams")
    assert_failed(run, ZIMPLER, "config_error", "account 'main'", "zimpler.api_key")
    assert [error["internal_message"] for error in run.errors] == ["HTTP status 401"]
    assert {row["_account"] for row in run.records(ZIMPLER)} == {"shop2"}
    assert_delivered(run, "spacivox_teams")
    assert box.config("zimpler")["zimpler"]["accounts"][1]["api_key"] not in "".join(run.lines)


def test_a_stream_that_does_not_exist(platform: Platform) -> None:
    run = platform.read("zimpler_refunds", "spacivox_teams")
    assert_failed(run, "zimpler_refunds", "config_error", "zimpler_refunds")
    assert_delivered(run, "spacivox_teams")


def test_a_sync_mode_that_does_not_exist(platform: Platform) -> None:
    catalog = configured("spacivox_teams", "zimpler_current_balance")
    catalog["streams"][0]["sync_mode"] = "INVALID"
    run = platform.run("read", catalog=catalog)
    assert_failed(run, "spacivox_teams", "config_error", "sync_mode")
    assert_delivered(run, "zimpler_current_balance")


def in_state(bookmark: t.Any) -> list[Message]:
    stream = {"stream_descriptor": {"name": SPACIVOX}, "stream_state": bookmark}
    return [{"type": "STREAM", "stream": stream}]


@pytest.mark.parametrize(
    "bookmark",
    [
        "2026-01-01",
        {"partitions": "2026-01-01"},
        {"partitions": [{"replication_key_value": "2026-01-01"}]},
        {"partitions": [{"context": {"_account": "default"}, "replication_key_value": "canary"}]},
        {"partitions": [{"context": {"_account": "default"}, "replication_key_value": 1}] * 2},
    ],
    ids=["text", "text in it", "no context", "no instant", "twice"],
)
def test_a_state_that_cannot_be_read(platform: Platform, bookmark: t.Any) -> None:
    run = platform.read(SPACIVOX, "spacivox_teams", state=in_state(bookmark))
    assert_failed(run, SPACIVOX, "config_error", SPACIVOX)
    assert not run.records(SPACIVOX)
    assert not run.states(SPACIVOX)
    assert "canary" not in "".join(run.lines)
    assert_delivered(run, "spacivox_teams")


@pytest.mark.parametrize(
    ("catalog", "state", "word"),
    [
        ([], [], "catalog"),
        ({"streams": [{"sync_mode": "incremental"}]}, [], "catalog"),
        ("{", [], "catalog"),
        (configured("spacivox_teams"), "{", "state"),
        (configured("spacivox_teams"), [1], "state"),
        (configured("spacivox_teams"), {"a": 1}, "state"),
        (configured("spacivox_teams"), in_state({"a": 1}) + in_state({"a": 2}), "two different"),
    ],
    ids=["list", "no name", "no json", "state", "number", "foreign", "two"],
)
def test_files_that_cannot_be_read(
    platform: Platform, box: Sandbox, catalog: t.Any, state: t.Any, word: str
) -> None:
    run = platform.run("read", catalog=catalog, state=state)
    assert run.code == 1
    (error,) = run.errors
    assert error["failure_type"] == "config_error"
    assert word in error["message"]
    assert not list(box.journal)


def test_refused_settings(platform: Platform, box: Sandbox) -> None:
    platform.config["zimpler"]["page_size"] = 0
    platform.config["spacivox"]["access_token"] = 123456789
    run = platform.read(ZIMPLER)
    assert run.code == 1
    (error,) = run.errors
    assert error["failure_type"] == "config_error"
    assert "zimpler.page_size" in error["message"]
    assert "spacivox.access_token" in error["message"]
    assert "123456789" not in "".join(run.lines)
    assert not list(box.journal)


def test_a_missing_start_date(platform: Platform) -> None:
    del platform.config["start_date"]
    run = platform.read(SPACIVOX, "spacivox_teams")
    assert run.code == 1
    assert [(each["failure_type"], "start_date" in each["message"]) for each in run.errors] == [
        ("config_error", True)
    ]
    assert platform.read("spacivox_teams").code == 0


def test_a_row_that_the_schema_cannot_hold(platform: Platform, box: Sandbox) -> None:
    row = box.spacivox.rows("main")[0]
    box.spacivox.put("main", {**row, "id": None})
    run = platform.read(SPACIVOX, "spacivox_teams")
    assert_failed(run, SPACIVOX, "transient_error", "key field 'id'")
    assert_delivered(run, "spacivox_teams")


@pytest.mark.parametrize("line", [["read"], ["write"], [], ["check", "--conf", "x"]])
def test_a_wrong_call_is_no_success(warm: Warm, line: list[str]) -> None:
    run = warm.run(line)
    assert run.code == 2
    assert not run.lines
    assert "usage: source-payments" in run.stderr


def test_every_message_of_a_failure_is_told_once(platform: Platform) -> None:
    platform.config["zimpler"]["accounts"][0]["api_key"] = "wrong"
    platform.config["zimpler"]["accounts"][1]["api_key"] = "wrong"
    run = platform.read(ZIMPLER)
    accounts = [json.dumps(error).count("account '") for error in run.errors]
    assert accounts == [1, 1]


def test_the_record_of_windows_ends_well_where_another_stream_fails(
    platform: Platform, box: Sandbox
) -> None:
    platform.config["sync_windows"] = True
    platform.config["spacivox"]["concurrency"] = 1
    box.faults.add("spacivox:500:path=/j/payment:after=2:times=99")
    run = platform.read(SPACIVOX, "sync_windows")
    assert_failed(run, SPACIVOX, "transient_error", "500")
    assert_delivered(run, "sync_windows")
    assert len(run.records("sync_windows")) == 2
    (state,) = run.states("sync_windows")
    assert state["sourceStats"]["recordCount"] == 2
