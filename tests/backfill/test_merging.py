from __future__ import annotations

import copy
import typing as t
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tap_payments.backfill.merging import merge_state
from tap_payments.backfill.shards import Beginning, Plan, Series, Shard, ShardResult
from tap_payments.errors import Refused
from tap_payments.windows.instants import DAY, format_instant

SINCE = datetime(2026, 1, 1, tzinfo=UTC)
STREAM = "begateway_transactions"
SHARDS = 6
CONTEXTS = [
    {"_account": "main", "payment_method_type": method, "pass": "created"}
    for method in ("credit_card", "alternative")
]
PAID = {**CONTEXTS[0], "pass": "paid"}
BEGINNING = Beginning(PAID, SINCE + 20 * DAY)

State = dict[str, t.Any]


def make_plan(shards: int = SHARDS, **changes: t.Any) -> Plan:
    fields = {
        "created_at": SINCE + 30 * DAY,
        "until": SINCE + shards * DAY,
        "settings_digest": "x",
        "notes": [],
        "series": [Series(STREAM, "main", "created_at", CONTEXTS, [BEGINNING])],
        "shards": [
            Shard(f"s{n}", STREAM, "main", SINCE + n * DAY, SINCE + (n + 1) * DAY, 1)
            for n in range(shards)
        ],
    }
    return Plan(**{**fields, **changes})


PLAN = make_plan()


def result(n: int, **changes: t.Any) -> ShardResult:
    shard = PLAN.shards[n]
    fields = {
        "plan": PLAN.digest,
        "shard": shard.id,
        "stream": shard.stream,
        "account": shard.account,
        "since": shard.since,
        "until": shard.until,
        "complete": True,
        "contexts": CONTEXTS,
        "rows": 1,
        "requests": 1,
        "seconds": 1.0,
    }
    return ShardResult(**{**fields, **changes})


def state_of(*marks: tuple[State, float | str | None], **more: t.Any) -> State:
    """A state with watermarks at so many days after SINCE, or word for word."""
    partitions = [
        {
            "context": context,
            "replication_key": "created_at",
            "replication_key_value": mark
            if isinstance(mark, str | None)
            else format_instant(SINCE + mark * DAY),
        }
        for context, mark in marks
    ]
    return {"bookmarks": {STREAM: {"partitions": partitions}}, **more}


def watermarks(state: State) -> dict[str, str]:
    """Day by payment method type, of the `created` passes; and of the update pass."""
    return {
        f"{each['context']['payment_method_type']}/{each['context']['pass']}": each[
            "replication_key_value"
        ]
        for each in state.get("bookmarks", {}).get(STREAM, {}).get("partitions", [])
    }


def mark(days: float) -> str:
    return format_instant(SINCE + days * DAY)


def merged(*numbers: int, state: State | None = None) -> State:
    return merge_state(PLAN, [result(n) for n in numbers], state or {}).state


def gaps(*numbers: int, state: State | None = None) -> list[tuple[float, float]]:
    found = merge_state(PLAN, [result(n) for n in numbers], state or {}).gaps
    return [((gap.since - SINCE) / DAY, (gap.until - SINCE) / DAY) for gap in found]


@given(
    st.lists(st.tuples(st.integers(0, SHARDS - 1), st.booleans()), max_size=12),
    st.none() | st.integers(-2, SHARDS + 2),
    st.integers(0, 9),
)
def test_the_watermark_ends_the_completed_prefix_and_never_moves_back(
    outcomes: list[tuple[int, bool]], known: int | None, seed: int
) -> None:
    results = [result(n, complete=complete) for n, complete in outcomes]
    state = {} if known is None else state_of((CONTEXTS[0], known))
    before = copy.deepcopy(state)
    found = merge_state(PLAN, results, state)
    assert state == before

    done = {n for n, complete in outcomes if complete}
    prefix = next((n for n in range(SHARDS) if n not in done), SHARDS)
    expected = prefix or None
    if known is not None:
        expected = known if known < 0 else max(known, prefix)
    days = watermarks(found.state)
    assert days.get("credit_card/created") == (None if expected is None else mark(expected))
    assert days.get("alternative/created") == (mark(prefix) if prefix else None)

    missing = {
        n for gap in found.gaps for n in range((gap.since - SINCE).days, (gap.until - SINCE).days)
    }
    assert missing == (set(range(SHARDS)) - done) | set(range(min(0, known or 0), 0))
    again = merge_state(PLAN, results[::-1] * 2, found.state)
    assert again.state == found.state


def test_a_gap_ends_the_prefix_and_neighbours_are_one_gap() -> None:
    assert watermarks(merged(0, 1, 4))["credit_card/created"] == mark(2)
    assert gaps(0, 1, 4) == [(2, 4), (5, 6)]
    assert gaps(*range(SHARDS)) == []
    assert gaps() == [(0, 6)]


def test_nothing_complete_leaves_the_state_as_it_is() -> None:
    assert merged() == {}
    kept = {"bookmarks": {"other": {"partitions": [], "extra": 1}}, "top": [1]}
    assert merged(state=kept) == kept


def test_what_is_complete_behind_a_gap_sets_no_watermark() -> None:
    days = watermarks(merged(1, 2))
    assert "credit_card/created" not in days
    assert "alternative/created" not in days


def test_a_context_that_a_result_lacks_makes_it_incomplete() -> None:
    results = [result(0), result(1, contexts=CONTEXTS[:1])]
    assert watermarks(merge_state(PLAN, results, {}).state)["credit_card/created"] == mark(1)


def test_a_state_that_ends_before_the_plan_stays_and_the_gap_is_reported() -> None:
    state = state_of((CONTEXTS[0], -3))
    found = merge_state(PLAN, [result(n) for n in range(SHARDS)], state)
    assert watermarks(found.state)["credit_card/created"] == mark(-3)
    assert watermarks(found.state)["alternative/created"] == mark(6)
    (gap,) = found.gaps
    assert str(gap).startswith(
        f"gap: {STREAM} (account 'main', credit_card, created) {mark(-3)}..{mark(0)}: "
    )


def test_a_state_that_ends_where_the_plan_begins_is_no_gap() -> None:
    state = state_of((CONTEXTS[0], 0))
    found = merge_state(PLAN, [result(0)], state)
    assert watermarks(found.state)["credit_card/created"] == mark(1)


def test_update_passes_begin_at_the_plans_end_and_stay_where_they_are() -> None:
    assert watermarks(merged(0))["credit_card/paid"] == mark(20)
    for known in (3, 30):
        state = state_of((PAID, known))
        assert watermarks(merged(0, state=state))["credit_card/paid"] == mark(known)
    assert watermarks(merged(0, state=state_of((PAID, None))))["credit_card/paid"] == mark(20)


def test_partitions_are_matched_by_context_and_all_else_is_kept() -> None:
    state = state_of((CONTEXTS[1], 2), (CONTEXTS[0], 1), version=3)
    other = {"context": {"_account": "gone"}, "replication_key_value": "x", "more": {"a": 1}}
    partitions = state["bookmarks"][STREAM]["partitions"]
    partitions[0]["context"] = dict(reversed(list(CONTEXTS[1].items())))
    partitions[0]["starting_value"] = "kept"
    partitions.append(other)
    state["bookmarks"][STREAM]["note"] = "kept"
    state["bookmarks"]["zimpler_transactions"] = {"partitions": []}
    found = merged(0, 1, 2, 3, state=state)
    kept = found["bookmarks"][STREAM]["partitions"]
    assert [each["context"] for each in kept] == [CONTEXTS[1], CONTEXTS[0], other["context"], PAID]
    assert kept[0]["starting_value"] == "kept"
    assert [each["replication_key_value"] for each in kept] == [mark(4), mark(4), "x", mark(20)]
    assert kept[2] == other
    assert found["bookmarks"][STREAM]["note"] == "kept"
    assert found["bookmarks"]["zimpler_transactions"] == {"partitions": []}
    assert found["version"] == 3


def test_another_spelling_of_a_watermark_is_understood_and_left() -> None:
    state = state_of((CONTEXTS[0], "2026-01-06T01:00:00+01:00"))
    assert watermarks(merged(0, 1, 2, 3, 4, state=state))["credit_card/created"].endswith("+01:00")
    assert watermarks(merged(*range(6), state=state))["credit_card/created"] == mark(6)


@pytest.mark.parametrize(
    "changes",
    [
        {"plan": "another"},
        {"shard": "s9"},
        {"since": SINCE + timedelta(hours=1)},
        {"until": SINCE + 3 * DAY},
        {"stream": "zimpler_transactions"},
        {"account": "shop2"},
    ],
)
def test_a_result_of_another_plan_is_refused(changes: State) -> None:
    with pytest.raises(Refused, match="of another plan"):
        merge_state(PLAN, [result(0), result(1, **changes)], {})


def test_plans_of_other_settings_bounds_or_shards_have_other_digests() -> None:
    others = [
        make_plan(settings_digest="y"),
        make_plan(until=SINCE + 7 * DAY),
        make_plan(shards=5),
        make_plan(series=[Series(STREAM, "main", "created_at", CONTEXTS, [])]),
    ]
    assert len({PLAN.digest, *(each.digest for each in others)}) == 5
    assert make_plan(created_at=SINCE + 31 * DAY, notes=["x"]).digest == PLAN.digest


@pytest.mark.parametrize(
    ("state", "words"),
    [
        ([], "not a JSON object"),
        ({"bookmarks": []}, "bookmarks is not an object"),
        (state_of((CONTEXTS[0], "soon")), "is not an instant"),
        (state_of((CONTEXTS[0], 1), (CONTEXTS[0], 2)), "more than one watermark"),
    ],
)
def test_a_state_that_is_none_is_refused(state: t.Any, words: str) -> None:
    with pytest.raises(Refused, match=words):
        merge_state(PLAN, [result(0)], state)
