from __future__ import annotations

import typing as t

import pytest

from tap_payments.errors import StreamFailed
from tap_payments.windows.instants import to_instant
from tap_payments.windows.watermarks import Watermarks, state_problem

STREAM = "zimpler_transactions"
MARK = "2026-01-31T04:00:00.000000Z"
MAIN = {"_account": "main"}


def partition(value: t.Any, **context: t.Any) -> dict[str, t.Any]:
    return {
        "context": {"_account": "main"} | context,
        "replication_key": "approved_at",
        "replication_key_value": value,
    }


def state(*partitions: dict[str, t.Any], stream: str = STREAM) -> dict[str, t.Any]:
    return {"bookmarks": {stream: {"partitions": list(partitions)}}}


def test_the_watermark_of_a_context_is_its_own() -> None:
    found = state(
        partition("2026-01-01T00:00:00.000000Z", _account="other"),
        partition(MARK),
        partition("2026-01-02T00:00:00.000000Z", team=7),
    )
    assert Watermarks(found).of(STREAM, MAIN) == to_instant(MARK)
    assert Watermarks(found).of(STREAM, MAIN | {"team": 7}) == to_instant("2026-01-02")


@pytest.mark.parametrize(
    "found",
    [
        {},
        {"bookmarks": {}},
        {"value": 5, "singer_state": {"of": "another tap"}},
        {"bookmarks": {}, "value": {"bookmarks": {}}},
        {"bookmarks": {STREAM: {}}},
        {"bookmarks": {STREAM: {"partitions": []}}},
        state(partition(MARK, _account="other")),
        state(partition(MARK, team=7)),
        state(partition(MARK), stream="spacivox_teams"),
        state(partition(None)),
        state({"context": {"_account": "main"}}),
    ],
)
def test_without_one_nothing_was_delivered_yet(found: dict[str, t.Any]) -> None:
    assert Watermarks(found).of(STREAM, MAIN) is None


@pytest.mark.parametrize("spelled", ["2026-01-31T04:00:00Z", "2026-01-31T05:00+01:00"])
def test_any_spelling_of_an_instant_is_one(spelled: str) -> None:
    assert Watermarks(state(partition(spelled))).of(STREAM, MAIN) == to_instant(MARK)


@pytest.mark.parametrize(
    "value",
    [
        "",
        " ",
        "soon",
        "2026-13-01",
        0,
        1769832000,
        1.5,
        True,
        False,
        [MARK],
        {"at": MARK},
        "0001-01-01T00:00:00+05:00",
        "9999-12-31T23:59:59-05:00",
    ],
)
def test_what_is_no_instant_is_an_error_and_not_a_first_run(value: t.Any) -> None:
    with pytest.raises(StreamFailed, match="not an instant") as failure:
        Watermarks(state(partition(value))).of(STREAM, MAIN)
    assert failure.value.kind == "config"


def test_two_watermarks_for_one_context_are_an_error() -> None:
    with pytest.raises(StreamFailed, match="more than one") as failure:
        Watermarks(state(partition(MARK), partition("2026-01-01"))).of(STREAM, MAIN)
    assert failure.value.kind == "config"


@pytest.mark.parametrize(
    "found",
    [
        {},
        {"bookmarks": {}},
        {"bookmarks": {"stream_of_another_tap": {"replication_key_value": 5}}},
        {"bookmarks": {STREAM: {"unknown": [1], "partitions": []}}, "version": 3},
        state(partition("not an instant"), partition(None)),
    ],
)
def test_a_state_may_hold_more_than_this_tap_knows(found: dict[str, t.Any]) -> None:
    assert state_problem(found) is None


@pytest.mark.parametrize(
    ("found", "problem"),
    [
        ([], "it is not a JSON object"),
        (None, "it is not a JSON object"),
        ("{}", "it is not a JSON object"),
        ({"type": "STATE", "value": {"bookmarks": {}}}, "what is in its value is the state"),
        ({"singer_state": {"bookmarks": {}}}, "what is in its singer_state is the state"),
        ({"bookmarks": []}, "bookmarks is not an object"),
        ({"bookmarks": {STREAM: MARK}}, f"the bookmark of {STREAM} is not an object"),
        ({"bookmarks": {STREAM: {"partitions": {}}}}, f"the partitions of {STREAM}"),
        ({"bookmarks": {STREAM: {"partitions": [1]}}}, f"the partitions of {STREAM}"),
        ({"bookmarks": {STREAM: {"partitions": [{}]}}}, f"the partitions of {STREAM}"),
        (
            {"bookmarks": {STREAM: {"partitions": [{"context": "main"}]}}},
            f"the partitions of {STREAM}",
        ),
    ],
)
def test_what_is_no_state_is_named(found: t.Any, problem: str) -> None:
    assert (state_problem(found) or "").startswith(problem)
