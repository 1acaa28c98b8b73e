"""Lists that are read page by page, by offset and by cursor."""

from __future__ import annotations

import msgspec
import pytest

from tap_payments.errors import StreamFailed
from tap_payments.streams.pagination import (
    READINGS,
    Counts,
    CursorPage,
    Cursors,
    cursor_pages,
    keys_of,
)
from tests.streams.listing import Listing, Outcome

# Lists that stand still


@pytest.mark.parametrize("counts", ["total", "page", None])
@pytest.mark.parametrize("cap", [1, 2, 3, 5, 100])
def test_every_row_is_read_once_whatever_the_count_means(counts: str | None, cap: int) -> None:
    for rows in range(25):
        for limit in range(1, 12):
            listing = Listing(rows, cap=cap, counts=counts)
            assert listing.read(limit) == Outcome(listing.rows, is_done=True, warnings=[])


@pytest.mark.parametrize(
    ("rows", "counts", "asked"),
    [
        (0, "total", [0]),
        (0, None, [0]),
        (1, "total", [0, 0, 1]),
        (2, "total", [0, 1]),
        (3, "total", [0, 2]),
        (4, "total", [0, 2]),
        (5, "total", [0, 2, 4]),
        (7, "total", [0, 2, 4, 6]),
        (8, "total", [0, 2, 4, 6]),
        (2, "page", [0, 1, 2]),
        (7, "page", [0, 2, 4, 6, 7]),
        (7, None, [0, 2, 4, 6, 7]),
    ],
)
def test_pages_share_a_row_and_end_at_the_total_or_at_an_empty_page(
    rows: int, counts: str | None, asked: list[int]
) -> None:
    listing = Listing(rows, counts=counts)
    listing.read()
    assert listing.asked == asked


@pytest.mark.parametrize(("counts", "asked"), [("total", [0, 1, 2, 3]), (None, [0, 1, 2, 3])])
def test_pages_of_one_row_share_none(counts: str | None, asked: list[int]) -> None:
    listing = Listing(3, counts=counts)
    assert listing.read(limit=1).rows == listing.rows
    assert listing.asked == asked


def test_a_count_that_is_known_as_the_total_ends_later_lists_at_once() -> None:
    counts = Counts()
    Listing(7).read(counts=counts)
    for rows in range(3):
        later = Listing(rows)
        assert later.read(counts=counts).rows == later.rows
        assert later.asked == [0]


def test_a_page_that_is_capped_is_no_end() -> None:
    listing = Listing(9, cap=4, counts=None)
    assert listing.read(limit=10).rows == listing.rows
    assert listing.asked == [0, 3, 6, 8, 9]


# What the count may be


@pytest.mark.parametrize("constant", [-1, 0, 1, 2, 3, 5, 9])
def test_a_count_that_a_page_disproves_is_no_total(constant: int) -> None:
    counts = Counts()
    listing = Listing(10, counts=constant)
    assert listing.read(counts=counts) == Outcome(listing.rows, is_done=True, warnings=[])
    assert not counts.are_totals


@pytest.mark.parametrize("rows", [0, 2, 3, 7])
def test_a_count_that_is_never_reached_is_a_warning_after_three_readings(rows: int) -> None:
    listing = Listing(rows, counts=1000)
    outcome = listing.read()
    assert (outcome.rows, outcome.is_done) == (listing.rows, True)
    assert listing.asked.count(0) == READINGS
    (warning,) = outcome.warnings
    assert f"3 readings had the same {rows} different rows, but the API counts 1000" in warning


def test_rows_that_the_api_repeats_are_a_warning_after_three_readings() -> None:
    repeated = [(0, "a"), (1, "b"), (2, "c"), (3, "b"), (4, "d")]
    listing = Listing(repeated)
    outcome = listing.read()
    assert (outcome.rows, outcome.is_done) == (repeated, True)
    assert "4 different rows, but the API counts 5" in outcome.warnings[0]


def test_a_count_that_echoes_the_limit_ends_no_list() -> None:
    counts = Counts()
    Listing(2, counts=3).read(counts=counts)  # larger than its page's rows: a total, it seems
    listing = Listing(8, counts=3)
    assert listing.read(counts=counts).rows == listing.rows


# What tells rows from one another


def test_a_row_is_known_by_its_key_whatever_else_changed() -> None:
    raw = [msgspec.Raw(b'{"id":"a","type":"in","x":1.10}'), msgspec.Raw(b'{"id":7,"type":null}')]
    changed = [{"type": "in", "id": "a", "x": 2}, {"id": 7, "type": None}]
    assert keys_of(raw, "id", "type") == keys_of(changed, "id", "type")
    assert len({*keys_of(raw, "id", "type"), *keys_of([{"id": "a", "type": "out"}], "id")}) == 3


@pytest.mark.parametrize("odd", [{"type": "in"}, {"id": ["a"]}, {"id": "\ud800"}, 5, None])
def test_a_row_whose_key_cannot_be_read_is_known_by_its_spelling(odd: object) -> None:
    assert keys_of([odd, odd], "id")[0] == keys_of([odd], "id")[0]
    assert keys_of([odd], "id") != keys_of([{"id": "other"}], "id")


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


def test_each_page_is_asked_for_with_the_cursor_of_the_page_before() -> None:
    answers = {
        None: CursorPage([{"id": 1}, {"id": 2}], 0, has_more=True),
        0: CursorPage([], "b", has_more=True),
        "b": CursorPage([{"id": 3}], None, has_more=False),
    }
    asked: list[int | str | None] = []

    def ask(cursor: int | str | None) -> CursorPage:
        asked.append(cursor)
        return answers[cursor]

    pages = list(cursor_pages(ask))
    assert asked == [None, 0, "b"]
    assert [page.rows for page in pages] == [[{"id": 1}, {"id": 2}], [], [{"id": 3}]]


def test_a_page_that_is_sent_again_is_never_an_end() -> None:
    cursors = iter("abc")
    pages = cursor_pages(lambda _cursor: CursorPage([{"id": 1}], next(cursors), has_more=True))
    assert next(pages).rows == [{"id": 1}]
    with pytest.raises(StreamFailed, match="the same page for two different cursors"):
        next(pages)
