from __future__ import annotations

import itertools
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tap_payments.errors import StreamFailed
from tap_payments.streams.pagination import RESTARTS, Cursors, Offsets


class Listing:
    """A vendor's list of rows, of which a page is taken at an offset."""

    def __init__(self, rows: int, *, cap: int = 10**9, count: str = "total") -> None:
        self.rows = [f"row {number}" for number in range(rows)]
        self.cap = cap
        self.count = count

    def page(self, offset: int, limit: int) -> tuple[list[str], int | None]:
        """The rows of a page, and what the vendor takes for the count."""
        rows = self.rows[offset : offset + min(limit, self.cap)]
        return rows, {"total": len(self.rows), "page": len(rows), "none": None}[self.count]


class Reader:
    """Reads a list as a stream does; `after_page` may change it meanwhile."""

    def __init__(self, listing: Listing, limit: int = 3) -> None:
        self.listing = listing
        self.limit = limit
        self.warnings: list[str] = []
        self.asked: list[int] = []

    def after_page(self, number: int) -> None:
        """Nothing changes."""

    def read(self) -> list[str]:
        """All rows that were kept."""
        offsets = Offsets(self.limit, warn=self.warnings.append)
        kept: list[str] = []
        while offsets.has_more:
            self.asked.append(offsets.next)
            assert len(self.asked) < 200, "it does not end"
            rows, count = self.listing.page(offsets.next, self.limit)
            if offsets.take(repr(rows).encode(), len(rows), count):
                kept += rows
            else:
                kept.clear()
            self.after_page(len(self.asked))
        return kept


# Offsets


@pytest.mark.parametrize("count", ["total", "page", "none"])
def test_every_row_is_read_once_whatever_the_count_means(count: str) -> None:
    for rows, limit in itertools.product(range(30), range(1, 12)):
        reader = Reader(Listing(rows, count=count), limit)
        assert reader.read() == reader.listing.rows, (rows, limit)
        assert reader.warnings == []


@pytest.mark.parametrize("cap", range(1, 9))
def test_pages_below_the_asked_limit_are_gone_on_from_where_a_total_says_that_there_is_more(
    cap: int,
) -> None:
    for rows, limit in itertools.product(range(30), range(1, 12)):
        reader = Reader(Listing(rows, cap=cap), limit)
        assert reader.read() == reader.listing.rows, (rows, limit)


@pytest.mark.parametrize(
    ("rows", "count", "asked"),
    [
        (0, "none", [0]),
        (2, "none", [0]),
        (3, "none", [0, 3]),
        (6, "none", [0, 3, 6]),
        (7, "none", [0, 3, 6]),
        (7, "total", [0, 3, 6]),
        (6, "page", [0, 3, 6]),
    ],
)
def test_a_short_page_ends_the_list_and_a_full_one_does_not(
    rows: int, count: str, asked: list[int]
) -> None:
    reader = Reader(Listing(rows, count=count))
    reader.read()
    assert reader.asked == asked


def test_an_empty_page_ends_the_list_with_a_warning_where_the_count_says_more() -> None:
    warnings: list[str] = []
    offsets = Offsets(3, warn=warnings.append)
    assert offsets.take(b"a", 3, 10)
    assert offsets.take(b"", 0, 10)
    assert not offsets.has_more
    assert warnings == [
        "the API counts 10 rows but its pages end after 3: the count is taken as wrong"
    ]


@pytest.mark.parametrize("after", [1, 2])
@pytest.mark.parametrize("victim", [0, 3, 6])
def test_a_row_that_is_removed_while_the_list_is_read_costs_no_other(
    after: int, victim: int
) -> None:
    class Shrinking(Reader):
        def after_page(self, number: int) -> None:
            if number == after:
                del self.listing.rows[victim]

    reader = Shrinking(Listing(8))
    assert reader.read() == reader.listing.rows
    assert reader.asked.count(0) == 2


def test_a_row_that_is_added_at_the_end_is_read_and_starts_nothing_again() -> None:
    class Growing(Reader):
        def after_page(self, number: int) -> None:
            self.listing.rows += [f"late {number}"] if number < 3 else []

    reader = Growing(Listing(8))
    assert reader.read() == reader.listing.rows
    assert reader.asked.count(0) == 1


def test_a_list_that_shrinks_whenever_it_is_read_is_an_error() -> None:
    class Vanishing(Reader):
        def after_page(self, _number: int) -> None:
            self.listing.rows.pop(0)

    reader = Vanishing(Listing(50))
    with pytest.raises(StreamFailed, match=f"rows were removed in each of {RESTARTS + 1}"):
        reader.read()


def test_a_list_that_is_emptied_while_it_is_read_ends() -> None:
    class Emptied(Reader):
        def after_page(self, _number: int) -> None:
            self.listing.rows.clear()

    reader = Emptied(Listing(6))
    reader.read()
    assert reader.asked == [0, 3]


@pytest.mark.parametrize("cycle", [1, 2, 3])
def test_pages_that_come_again_are_an_error_and_no_endless_list(cycle: int) -> None:
    offsets = Offsets(2, warn=print)
    with pytest.raises(StreamFailed, match="the same page for two different offsets"):  # noqa: PT012 - any of them may raise
        for number in range(10):
            offsets.take(f"page {number % cycle}".encode(), 2, None)
    assert offsets.next == 2 * cycle


def test_after_a_restart_the_same_pages_are_no_repetition() -> None:
    offsets = Offsets(2, warn=print)
    assert offsets.take(b"a", 2, 5)
    assert not offsets.take(b"b", 2, 4)
    assert offsets.next == 0
    assert offsets.take(b"a", 2, 4)
    assert offsets.take(b"b", 2, 4)
    assert offsets.next == 4


@given(st.data())
def test_whatever_is_removed_and_added_no_row_that_stays_is_lost(data: st.DataObject) -> None:
    chance = random.Random(data.draw(st.integers(0, 10_000)))

    class Moving(Reader):
        changes = 3

        def after_page(self, number: int) -> None:
            if self.changes and chance.random() < 0.3:
                self.changes -= 1
                rows = self.listing.rows
                if rows and chance.random() < 0.7:
                    del rows[chance.randrange(len(rows))]
                else:
                    rows.append(f"late {number}")

    reader = Moving(Listing(chance.randrange(12)), chance.randrange(1, 5))
    before = set(reader.listing.rows)
    kept = reader.read()
    assert before & set(reader.listing.rows) <= set(kept)


# Cursors


def test_the_cursor_is_passed_on_exactly_as_it_came() -> None:
    cursors = Cursors()
    given_cursors: list[int | str] = [28861, "028862", 28863]
    for number, cursor in enumerate(given_cursors):
        cursors.take(f"page {number}".encode(), 2, cursor, has_more=True)
        assert cursors.next == cursor
        assert type(cursors.next) is type(cursor)
    cursors.take(b"the last", 1, "28864", has_more=False)
    assert not cursors.has_more


def test_an_empty_page_with_a_new_cursor_goes_on() -> None:
    cursors = Cursors()
    for number in range(1, 4):
        cursors.take(b"", 0, number, has_more=True)
        assert cursors.has_more
        assert cursors.next == number


@pytest.mark.parametrize("cursor", [None, "", [], {"id": 1}, 1.5])
def test_more_without_a_cursor_is_an_error(cursor: object) -> None:
    with pytest.raises(StreamFailed, match="gives no cursor"):
        Cursors().take(b"a", 2, cursor, has_more=True)


@pytest.mark.parametrize(
    "given_cursors",
    [[1, 1], ["1", "1"], [1, "1"], ["1", 1], [1, 2, 1], ["a", "b", "c", "b"], [1, 2, "1"]],
)
def test_a_cursor_that_comes_again_is_an_error(given_cursors: list[int | str]) -> None:
    cursors = Cursors()
    with pytest.raises(StreamFailed, match="the same cursor twice"):  # noqa: PT012 - any of them may raise
        for number, cursor in enumerate(given_cursors):
            cursors.take(f"page {number}".encode(), 2, cursor, has_more=True)


def test_the_same_page_behind_two_cursors_is_an_error() -> None:
    cursors = Cursors()
    cursors.take(b"a", 2, 1, has_more=True)
    with pytest.raises(StreamFailed, match="the same page for two different cursors"):
        cursors.take(b"a", 2, 2, has_more=True)


def test_the_last_page_needs_no_cursor() -> None:
    cursors = Cursors()
    cursors.take(b"a", 2, None, has_more=False)
    assert not cursors.has_more
