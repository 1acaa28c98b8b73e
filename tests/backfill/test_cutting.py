from __future__ import annotations

import itertools
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from tap_payments.backfill.cutting import Cut, pieces
from tap_payments.windows.instants import DAY

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


lengths = st.integers(1, 2000 * 86400).map(lambda seconds: timedelta(seconds=seconds))


@given(lengths, st.integers(1, 400), st.none() | st.integers(1, 10))
def test_shards_are_never_more_than_asked_for(
    length: timedelta, shards: int, at_most: int | None
) -> None:
    step = Cut(shards=shards).step(length, at_most=at_most)
    assert step % DAY == timedelta(0)
    most = min(shards, at_most or shards)
    assert len(cut(START, START + length, step)) <= most
    if step > DAY:
        assert len(cut(START, START + length, step - DAY)) > most, "no wider than it must be"


@given(lengths, st.integers(1, 10**12), st.integers(1, 10))
def test_a_quota_widens_shards_of_days(length: timedelta, each: int, at_most: int) -> None:
    free = Cut(days=each).step(length)
    assert free == min(each, -(-length // DAY)) * DAY
    bound = Cut(days=each).step(length, at_most=at_most)
    assert len(cut(START, START + length, bound)) <= at_most
    if len(cut(START, START + length, free)) <= at_most:
        assert bound == free
