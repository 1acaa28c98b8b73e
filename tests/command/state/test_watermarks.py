"""State: its shape, what is passed through, and what a watermark may and may not do."""

from __future__ import annotations

import typing as t
from copy import deepcopy
from datetime import timedelta

import pytest

from tap_payments.sandbox import Clock, Sandbox
from tests.support.clock import NOW
from tests.support.state_box import ENDS, SPACIVOX, STREAMS, ZIMPLER, asked_from, both, box
from tests.support.taps import Row, settings, state_of, sync, watermarks


def test_the_shape_is_that_of_the_sdk_with_a_partition_for_each_account() -> None:
    with Sandbox(seed=4, days=8, clock=Clock(NOW, frozen=True)) as sandbox:
        state = sync(sandbox, sandbox.config("zimpler", "spacivox")).state
        # Accounts are read at the same time: any of them may commit first.
        state["bookmarks"][ZIMPLER]["partitions"].sort(key=lambda each: each["context"]["_account"])
        assert state == {
            "bookmarks": {
                SPACIVOX: {
                    "partitions": [
                        {
                            "context": {"_account": "default"},
                            "replication_key": "timestamp",
                            "replication_key_value": ENDS["spacivox"],
                        }
                    ]
                },
                ZIMPLER: {
                    "partitions": [
                        {
                            "context": {"_account": account},
                            "replication_key": "approved_at",
                            "replication_key_value": ENDS["zimpler"],
                        }
                        for account in ("main", "shop2")
                    ]
                },
            }
        }


@both
def test_state_follows_the_last_record_of_the_window_that_it_covers(provider: str) -> None:
    stream = STREAMS[provider]
    cursor = {"zimpler": "approved_at", "spacivox": "timestamp"}[provider]
    with box() as sandbox:
        run = sync(sandbox, settings(sandbox, provider, window_days=2))
        delivered: list[Row] = []
        marks: list[str] = []
        for message in run.messages:
            if message["type"] == "RECORD" and message["stream"] == stream:
                delivered.append(message["record"])
            if message["type"] == "STATE":
                marks.append(watermarks(message["value"], stream)["default"])
                before = [
                    row for row in sandbox.apis[provider].rows("main") if row[cursor] < marks[-1]
                ]
                assert {row["id"] for row in before} <= {row["id"] for row in delivered}
        if marks[-1:] == marks[-2:-1]:  # rows without a watermark followed the last one
            marks.pop()
        assert marks == sorted(set(marks))
        assert len(marks) >= 4
        assert marks[-1] == ENDS[provider]


STRANGE: Row = {
    "version": 2,
    "currently_syncing": None,
    "singer_state": {"a": [1.5, {"b": None}]},
    "bookmarks": {
        "gone_stream": {"partitions": [{"context": {"x": 1}, "replication_key_value": 5}], "y": 1},
        "empty_stream": {},
        "zimpler_current_balance": {},
        ZIMPLER: {
            "note": "kept",
            "replication_key_value": "2020-01-01",
            "partitions": [
                {
                    "context": {"_account": "closed shop"},
                    "replication_key": "approved_at",
                    "replication_key_value": "2026-02-01T00:00:00.000000Z",
                    "extra": [1],
                },
                {
                    "context": {"_account": "default"},
                    "replication_key": "approved_at",
                    "replication_key_value": "2026-03-18T00:00:00.000000Z",
                    "mine": {"a": 1},
                },
                {"context": {"_account": "default", "team": 3}, "replication_key_value": "?"},
                {"context": {}},
            ],
        },
    },
}


def test_everything_that_the_tap_does_not_know_is_in_every_state() -> None:
    with box() as sandbox:
        run = sync(sandbox, settings(sandbox, "zimpler", window_days=1), state=STRANGE)
        assert run.failed is None
        assert run.states[0] == STRANGE
        expected = deepcopy(STRANGE)
        (mine,) = [
            each
            for each in expected["bookmarks"][ZIMPLER]["partitions"]
            if each["context"] == {"_account": "default"}
        ]
        for state, day in zip(run.states[1:], (19, 20), strict=True):
            mine["replication_key_value"] = f"2026-03-{day}T00:00:00.000000Z"
            assert state == expected
        assert asked_from(sandbox, "zimpler") == "2026-03-17"


@pytest.mark.parametrize(
    "value",
    ["yesterday", "", " ", "2026-13-01", "2026-03-18T25:00:00Z", 5, 1.5, True, [], {}, ["x"]],
)
@both
def test_a_watermark_that_is_no_instant_fails_its_stream_by_name(
    provider: str, value: t.Any
) -> None:
    stream = STREAMS[provider]
    with box() as sandbox:
        state = state_of(stream, value)
        run = sync(sandbox, sandbox.config("zimpler", "spacivox"), state=state)
        assert run.failed is not None
        assert run.failed.startswith(f"{stream} (account 'default'): ")
        assert "not an instant" in run.failed
        assert run.failed.count("account") == 1
        assert run.records(stream) == []
        (other,) = {*STREAMS} - {provider}
        assert watermarks(run.state, STREAMS[other]) == {"default": ENDS[other]}
        assert run.state["bookmarks"][stream] == state["bookmarks"][stream]


@both
def test_a_partition_that_occurs_twice_fails_its_stream_by_name(provider: str) -> None:
    stream = STREAMS[provider]
    with box() as sandbox:
        state = state_of(stream, "2026-03-18T00:00:00.000000Z")
        state["bookmarks"][stream]["partitions"] *= 2
        run = sync(sandbox, settings(sandbox, provider), state=state)
        assert run.failed is not None
        assert f"{stream} (account 'default')" in run.failed
        assert "more than one watermark" in run.failed
        assert run.records(stream) == []


@pytest.mark.parametrize(
    ("value", "day"),
    [
        ("2026-03-18", "2026-03-17"),
        ("2026-03-18T00:00:00Z", "2026-03-17"),
        ("2026-03-18T00:00:00", "2026-03-17"),
        ("2026-03-18T05:00:00+02:00", "2026-03-17"),
        ("2026-03-18T01:00:00+02:00", "2026-03-16"),
        ("2026-03-18T23:59:59.999999Z", "2026-03-17"),
        (None, "2026-03-12"),
    ],
)
def test_an_instant_may_be_spelled_in_other_ways(value: t.Any, day: str) -> None:
    with box() as sandbox:
        run = sync(sandbox, settings(sandbox, "zimpler"), state=state_of(ZIMPLER, value))
        assert asked_from(sandbox, "zimpler") == day
        assert watermarks(run.state, ZIMPLER) == {"default": ENDS["zimpler"]}


@both
def test_a_run_that_finds_nothing_new_leaves_the_state_as_it_was(provider: str) -> None:
    with box() as sandbox:
        first = sync(sandbox, settings(sandbox, provider))
        second = sync(sandbox, settings(sandbox, provider), state=first.state)
        assert second.states == [first.state]


@both
def test_every_row_arrives_over_days_of_runs_and_no_watermark_moves_back(provider: str) -> None:
    stream = STREAMS[provider]
    with Sandbox(seed=9, days=4, accounts=1, clock=Clock(NOW, frozen=True)) as sandbox:
        config = settings(sandbox, provider, lookback_days=2)
        state: Row = {}
        latest: dict[tuple[str, ...], Row] = {}
        marks: list[str] = []
        for _ in range(8):
            run = sync(sandbox, config, state=state)
            state = run.state
            marks += [watermarks(each, stream)["default"] for each in run.states]
            latest |= {(row["id"], row.get("type", "")): row for row in run.rows(stream)}
            sandbox.clock.advance(hours=17)
        assert marks == sorted(marks)
        settled = sandbox.clock.now() - timedelta(hours=17)
        cursor = {"zimpler": "approved_at", "spacivox": "timestamp"}[provider]
        truth = [
            row for row in sandbox.apis[provider].rows("main", settled) if row[cursor] < marks[-1]
        ]
        assert len(truth) > 100
        for row in truth:
            assert latest[row["id"], row.get("type", "")] == row


def test_states_never_outgrow_the_rows() -> None:
    """Twenty quiet shops close hundreds of windows, and their STATE is thirty kilobytes long."""
    with Sandbox(seed=None, days=6, accounts=20, clock=Clock(NOW, frozen=True)) as sandbox:
        run = sync(sandbox, sandbox.config("begateway"))
    states = [line for line in run.lines if line.startswith(b'{"type":"STATE"')]
    (partitions,) = [bookmark["partitions"] for bookmark in run.state["bookmarks"].values()]
    assert len(partitions) == 20 * 2 * 4
    assert len(states[-1]) > 20_000
    others = sum(map(len, run.lines)) - sum(map(len, states))
    # The short ones at first, one that waited for nothing, and the last line.
    assert sum(map(len, states)) <= others // 10 + 20 * 4096 + 2 * len(states[-1])
