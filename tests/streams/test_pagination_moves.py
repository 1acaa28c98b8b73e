"""Lists that move while they are read: a row that stays is delivered, or the list is not done."""

from __future__ import annotations

import typing as t

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tap_payments.streams.pagination import READINGS, Counts, ListPage, RowsMoved, offset_pages
from tests.streams.listing import Listing, Outcome, Row

if t.TYPE_CHECKING:
    import random


def swap(rows: list[Row], one: int, other: int) -> None:
    rows[one], rows[other] = rows[other], rows[one]


def exchange(rows: list[Row], at: int) -> None:
    """The first row goes, and another comes."""
    rows.insert(at, NEW)
    del rows[0]


NEW = (99, "new")
Change = t.Callable[[list[Row], int], object]
MOVES: dict[str, Change] = {
    "one goes before the seam": lambda rows, seam: rows.pop(seam - 1),
    "the seam itself goes": lambda rows, seam: rows.pop(seam),
    "one comes before the seam": lambda rows, seam: rows.insert(seam, NEW),
    "one goes, another comes after the seam": lambda rows, seam: exchange(rows, seam + 2),
    "one goes, another comes at the end": lambda rows, _seam: exchange(rows, len(rows)),
    "equal ones change places over the seam": lambda rows, seam: swap(rows, seam - 1, seam + 1),
    "the seam changes places with an equal one": lambda rows, seam: swap(rows, seam, seam + 1),
    "those behind the first pages go": lambda rows, seam: rows.__delitem__(slice(seam, None)),
    "all go": lambda rows, _seam: rows.clear(),
}


@pytest.mark.parametrize("move", MOVES.values(), ids=MOVES.keys())
@pytest.mark.parametrize("page", [2, 3])
@pytest.mark.parametrize("counts", ["total", "page", None])
def test_a_list_that_moves_once_is_read_again(move: Change, page: int, counts: str | None) -> None:
    def moving(number: int) -> None:
        if number == page:
            move(listing.rows, 2 * (page - 1))

    listing = Listing(8, counts=counts, move=moving)
    outcome = listing.read()
    assert outcome == Outcome(listing.rows, is_done=True, warnings=[])
    assert listing.asked.count(0) == 2


@pytest.mark.parametrize("counts", ["total", "page", None])
def test_one_page_in_another_order_each_time_is_whole_at_once(counts: str | None) -> None:
    listing = Listing(4, counts=counts, move=lambda _number: listing.rows.reverse())
    outcome = listing.read(limit=10)
    assert outcome.is_done
    assert sorted(outcome.rows) == sorted(listing.rows)
    assert listing.asked.count(0) == 1


@pytest.mark.parametrize(
    "rows",
    [
        [(1, "row 1"), (2, "row 2"), (0, "row 0"), NEW],
        [(1, "row 1"), (2, "row 2"), NEW],
        [(0, "row 0"), (1, "row 1")],
    ],
    ids=["one more", "another", "one fewer"],
)
def test_one_page_whose_rows_change_is_read_again(rows: list[Row]) -> None:
    def moving(number: int) -> None:
        if number == 2:
            listing.rows[:] = rows

    listing = Listing(3, counts=None, move=moving)
    outcome = listing.read(limit=10)
    assert outcome == Outcome(rows, is_done=True, warnings=[])
    assert listing.asked.count(0) == 2


def test_a_full_page_in_another_order_is_read_again() -> None:
    """The row that was behind it may be before it now."""

    def moving(number: int) -> None:
        if number == 2:
            listing.rows[:] = [(2, "row 2"), (3, "row 3"), (1, "row 1")]

    listing = Listing(4, counts=None, move=moving)
    outcome = listing.read(limit=3)
    assert outcome == Outcome(listing.rows, is_done=True, warnings=[])
    assert listing.asked.count(0) == 2


def test_rows_that_come_at_the_end_cost_no_reading() -> None:
    def growing(number: int) -> None:
        if number < 5:
            listing.rows.append((number, f"late {number}"))

    listing = Listing(4, counts=None, move=growing)
    assert listing.read() == Outcome(listing.rows, is_done=True, warnings=[])
    assert listing.asked.count(0) == 1


def test_a_list_that_moves_in_every_reading_is_not_done() -> None:
    listing = Listing(40, move=lambda _page: listing.rows.pop(0))
    assert not listing.read().is_done
    assert listing.asked == [0, 2] * READINGS


@pytest.mark.parametrize("size", [1, 2, 3])
@pytest.mark.parametrize("limit", [1, 3])
def test_an_api_that_ignores_the_offset_ends_and_is_not_done(size: int, limit: int) -> None:
    asked: list[int] = []

    def page(offset: int) -> ListPage:
        asked.append(offset)
        rows = [f"row {n}" for n in range(min(size, limit))]
        return ListPage(rows, rows)

    with pytest.raises(RowsMoved, match="in each of 3 readings"):
        list(offset_pages(page, limit=limit, warn=pytest.fail))
    assert len(asked) <= 24


def test_a_row_that_changed_between_two_pages_is_delivered_again() -> None:
    def changing(_page: int) -> None:
        listing.rows[2] = (5, "row 2")

    listing = Listing(5, move=changing)
    outcome = listing.read()
    assert outcome.is_done
    assert outcome.rows[2:4] == [(2, "row 2"), (5, "row 2")]


Move = t.Literal["goes", "comes", "changes places"]


@given(
    chance=st.randoms(use_true_random=False),
    rows=st.integers(0, 14),
    limit=st.integers(2, 6),
    cap=st.integers(2, 8),
    counts=st.sampled_from(["total", "page", None]),
    known=st.booleans(),
    reorders=st.booleans(),
    often=st.sampled_from([0.1, 0.3, 0.7]),
)
def test_whatever_moves_a_row_that_stays_is_delivered_or_the_list_is_not_done(
    chance: random.Random,
    rows: int,
    limit: int,
    cap: int,
    counts: str | None,
    *,
    known: bool,
    reorders: bool,
    often: float,
) -> None:
    """A list moves by rows that come and go, or by equal ones that change places."""
    number = iter(range(1000))

    def move(_page: int) -> None:
        while chance.random() < often:
            if reorders:
                one = chance.randrange(14)
                here = [at for at, (when, _) in enumerate(listing.rows) if when == one]
                names = [listing.rows[at] for at in here]
                chance.shuffle(names)
                for at, row in zip(here, names, strict=True):
                    listing.rows[at] = row
            elif listing.rows and chance.random() < 0.5:
                stayed.discard(listing.rows.pop(chance.randrange(len(listing.rows))))
            else:
                at = chance.randrange(len(listing.rows) + 1)
                listing.rows.insert(at, (0, f"new {next(number)}"))

    some = sorted((chance.randrange(4), f"row {n}") for n in range(rows))
    listing = Listing(some, cap=cap, counts=counts, move=move)
    stayed = set(listing.rows)
    learned = Counts()
    if known and counts == "total":
        learned.are_totals = True
    outcome = listing.read(limit, learned)
    assert not outcome.is_done or stayed <= set(outcome.rows)
