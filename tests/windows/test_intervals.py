"""Sets of instants, held against plain sets of hours."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tap_payments.windows.intervals import Interval, Intervals, twice

START = datetime(2026, 3, 1, tzinfo=UTC)
HOURS = 12
PAIRS = st.lists(st.tuples(st.integers(0, HOURS), st.integers(0, HOURS)), max_size=5)


def at(hour: int) -> datetime:
    return START + timedelta(hours=hour)


def made(pairs: list[tuple[int, int]]) -> Intervals:
    return Intervals.of(*((at(since), at(until)) for since, until in pairs))


def hours(intervals: Intervals) -> set[int]:
    """Each hour that is in the set, by its number."""
    return {
        hour
        for hour in range(HOURS)
        for since, until in intervals
        if since <= at(hour) and at(hour + 1) <= until
    }


def plain(pairs: list[tuple[int, int]]) -> set[int]:
    return {hour for since, until in pairs for hour in range(since, until)}


@given(PAIRS)
def test_parts_are_in_order_and_neither_overlap_nor_touch(pairs: list[tuple[int, int]]) -> None:
    intervals = made(pairs)
    assert hours(intervals) == plain(pairs)
    assert all(since < until for since, until in intervals)
    assert all(one.until < two.since for one, two in itertools.pairwise(intervals))
    assert bool(intervals) is bool(plain(pairs))


@given(PAIRS, PAIRS)
def test_sums_differences_and_what_both_have(
    one: list[tuple[int, int]], two: list[tuple[int, int]]
) -> None:
    first, second = made(one), made(two)
    assert hours(first.union(second)) == plain(one) | plain(two)
    assert hours(first.without(second)) == plain(one) - plain(two)
    assert hours(first.within(second)) == plain(one) & plain(two)
    assert first.without(second) == made([(hour, hour + 1) for hour in plain(one) - plain(two)])


@given(PAIRS, st.integers(0, HOURS))
def test_how_far_it_is_whole_from_an_instant(pairs: list[tuple[int, int]], hour: int) -> None:
    covered, end = plain(pairs), hour
    while end in covered:
        end += 1
    assert made(pairs).whole_from(at(hour)) == at(end)


@given(st.lists(PAIRS, max_size=4))
def test_what_at_least_two_of_several_have(sets: list[list[tuple[int, int]]]) -> None:
    counted = [hour for pairs in sets for hour in plain(pairs)]
    assert hours(twice(map(made, sets))) == {hour for hour in counted if counted.count(hour) > 1}


def test_a_set_is_a_value() -> None:
    assert made([(0, 2), (2, 3)]) == made([(0, 3)]) == Intervals((Interval(at(0), at(3)),))
    assert hash(made([(0, 3)])) == hash(made([(1, 3), (0, 1)]))
    with pytest.raises(AttributeError):
        made([]).parts = ()  # type: ignore[misc]  # that is what the test is about
