from __future__ import annotations

import itertools
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tap_payments.backfill.cutting import HOUR, Cut, pieces
from tap_payments.backfill.shards import shard_id
from tap_payments.core.values import DAY

START = datetime(2026, 1, 1, tzinfo=UTC)
instants = st.integers(0, 86400 * 400).map(lambda seconds: START + timedelta(seconds=seconds))


def cut(since: datetime, until: datetime, step: timedelta) -> list[tuple[datetime, datetime]]:
    return list(pieces(since, until, step))


@given(instants, st.integers(1, 10**7), st.integers(1, 10**7))
def test_pieces_have_neither_gap_nor_overlap(since: datetime, length: int, step: int) -> None:
    until = since + timedelta(seconds=length)
    found = cut(since, until, timedelta(seconds=max(step, length // 500)))
    assert (found[0][0], found[-1][1]) == (since, until)
    assert all(low < high for low, high in found)
    assert all(one[1] == two[0] for one, two in itertools.pairwise(found))


@given(st.integers(1, 2000), st.integers(1, 400), st.booleans(), st.none() | st.integers(1, 10))
def test_shards_are_never_more_than_asked_for(
    days: int, shards: int, whole: bool, at_most: int | None
) -> None:
    length = days * DAY if whole else days * DAY + timedelta(seconds=7)
    step = Cut(shards=shards).step(length, whole_days=whole, at_most=at_most)
    found = cut(START, START + length, step)
    assert len(found) <= min(shards, at_most or shards)
    if whole:
        assert step % DAY == timedelta(0)


@given(st.integers(1, 2000), st.integers(1, 10**12), st.integers(1, 10))
def test_a_quota_widens_shards_of_days(days: int, each: int, at_most: int) -> None:
    free = Cut(days=each).step(days * DAY, whole_days=True)
    assert free == min(each, days) * DAY
    bound = Cut(days=each).step(days * DAY, whole_days=True, at_most=at_most)
    assert len(cut(START, START + days * DAY, bound)) <= at_most
    if len(cut(START, START + days * DAY, free)) <= at_most:
        assert bound == free


def test_a_short_span_is_cut_into_hours_where_the_api_has_instants() -> None:
    assert Cut(shards=4).step(6 * HOUR, whole_days=False) == 2 * HOUR
    assert Cut(shards=4).step(6 * HOUR, whole_days=True) == DAY


@pytest.mark.parametrize("account", ["main", "Größe", "a/b", "../../etc", "a b", "a.b", "a-b", ""])
def test_ids_are_fit_for_file_names(account: str) -> None:
    name = shard_id("zimpler_transactions", account, START, START + DAY)
    assert name.startswith("zimpler_transactions.")
    assert name.endswith(".20260101T000000Z-20260102T000000Z")
    assert set(name) <= set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-")
    assert "/" not in name
    assert ".." not in name.replace("..", "", account == "")


@given(st.text(max_size=6), st.text(max_size=6))
def test_ids_tell_accounts_apart(one: str, two: str) -> None:
    names = [shard_id("s", account, START, START + DAY) for account in (one, two)]
    assert (names[0] == names[1]) is (one == two)
