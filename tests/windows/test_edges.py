from __future__ import annotations

import typing as t
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tap_payments.windows.edges import MARGIN, Edges
from tap_payments.windows.instants import to_instant
from tap_payments.windows.window import Window

if t.TYPE_CHECKING:
    from datetime import datetime

START = to_instant("2026-01-01")
HOUR = timedelta(hours=1)
FIRST, SECOND, THIRD = (Window(START + n * HOUR, START + (n + 1) * HOUR) for n in range(3))
SEAM = FIRST.until
SECOND_LONG = timedelta(seconds=1)

Row = tuple[str, str | None]
"""An id and a cursor."""


def spelled(instant: datetime, offset_hours: int = 0, zone: str = "Z") -> str:
    return f"{instant + timedelta(hours=offset_hours):%Y-%m-%dT%H:%M:%S}{zone}"


def deduplicate(edges: Edges, window: Window, *rows: Row) -> list[str]:
    """The ids of the rows that pass."""
    edges.enter(window)
    cursors = [cursor for _, cursor in rows]
    return [
        name for name, _ in edges.deduplicate(list(rows), cursors, lambda row: repr(row).encode())
    ]


def test_a_record_that_both_neighbours_return_passes_once() -> None:
    edges, row = Edges(), ("a", spelled(SEAM))
    assert deduplicate(edges, FIRST, row) == ["a"]
    assert deduplicate(edges, SECOND, row) == []


def test_a_record_that_has_changed_in_between_passes_again() -> None:
    edges = Edges()
    assert deduplicate(edges, FIRST, ("a", spelled(SEAM))) == ["a"]
    assert deduplicate(edges, SECOND, ("b", spelled(SEAM))) == ["b"]


def test_windows_that_are_no_neighbours_forget_each_other() -> None:
    edges, row = Edges(), ("a", spelled(SEAM))
    assert deduplicate(edges, FIRST, row) == ["a"]
    assert deduplicate(edges, SECOND) == []
    assert deduplicate(edges, THIRD, row) == ["a"]


def test_a_record_that_every_one_of_many_windows_returns_passes_once() -> None:
    edges, row = Edges(), ("a", None)
    windows = [Window(START + n * HOUR, START + (n + 1) * HOUR) for n in range(7)]
    assert [deduplicate(edges, window, row) for window in windows] == [["a"], *[[]] * 6]


def test_the_pages_of_one_window_remember_each_other() -> None:
    edges, row = Edges(), ("a", spelled(SEAM))
    assert deduplicate(edges, FIRST, row) == ["a"]
    assert deduplicate(edges, FIRST, row, ("b", spelled(SEAM))) == ["b"]
    assert deduplicate(edges, SECOND, row, ("b", spelled(SEAM))) == []


@pytest.mark.parametrize(
    "cursor",
    [
        spelled(SEAM - SECOND_LONG),
        spelled(SEAM - MARGIN),
        spelled(SEAM)[:-1] + ".250Z",
        spelled(SEAM + MARGIN - SECOND_LONG),
        spelled(SEAM).replace("T", " "),
        spelled(SEAM)[:-1],
        spelled(SEAM, 2, "+02:00"),
        spelled(SEAM, -8, "-08:00"),
        spelled(SEAM - 30 * SECOND_LONG, 5, "+05:00"),
        "2026-01-01",
        "2030-01-01T00:00:00Z",
        "1999-01-01T00:00:00Z",
        "",
        None,
    ],
)
def test_what_lies_near_the_seam_or_nobody_knows_where_is_remembered(cursor: str | None) -> None:
    edges, row = Edges(), ("a", cursor)
    assert deduplicate(edges, FIRST, row, ("x", spelled(START + HOUR / 2))) == ["a", "x"]
    assert deduplicate(edges, SECOND, row) == []


def test_a_long_window_remembers_rows_whose_zone_moves_them_inside() -> None:
    days = [Window(START + n * 24 * HOUR, START + (n + 1) * 24 * HOUR) for n in range(2)]
    edges, row = Edges(), ("a", spelled(days[0].until, -5, "-05:00"))
    assert deduplicate(edges, days[0], row) == ["a"]
    assert deduplicate(edges, days[1], row) == []


def test_rows_in_the_middle_pass_without_being_spelled() -> None:
    edges = Edges()
    edges.enter(FIRST)

    def spell(row: Row) -> t.NoReturn:
        raise AssertionError(row)

    rows: list[Row] = [("a", spelled(START + MARGIN)), ("b", spelled(START + HOUR / 2))] * 2
    assert edges.deduplicate(rows, [cursor for _, cursor in rows], spell) == rows


def test_of_a_page_only_the_rows_at_the_edge_are_spelled() -> None:
    edges, asked = Edges(), []
    edges.enter(FIRST)

    def spell(row: Row) -> bytes:
        asked.append(row[0])
        return repr(row).encode()

    rows: list[Row] = [("a", spelled(START)), ("b", spelled(START + HOUR / 2)), ("c", None)]
    assert edges.deduplicate(rows, [cursor for _, cursor in rows], spell) == rows
    assert asked == ["a", "c"]


def test_no_rows_are_no_rows() -> None:
    assert deduplicate(Edges(), FIRST) == []


def test_a_window_that_is_shorter_than_two_margins_is_all_edge() -> None:
    short = [Window(START + n * MARGIN, START + (n + 1) * MARGIN) for n in range(2)]
    edges, row = Edges(), ("a", spelled(START + MARGIN / 2))
    assert deduplicate(edges, short[0], row) == ["a"]
    assert deduplicate(edges, short[1], row) == []


@given(st.lists(st.integers(0, 3 * 60 * 60), max_size=30), st.integers(0, 59))
def test_each_record_passes_once_however_far_bounds_are_read(
    seconds: list[int], reach: int
) -> None:
    rows: list[Row] = [
        (f"{number}", spelled(START + second * SECOND_LONG))
        for number, second in enumerate(seconds)
    ]
    edges, passed = Edges(), []
    for window in (FIRST, SECOND, THIRD):
        low = spelled(window.since - reach * SECOND_LONG)
        high = spelled(window.until + reach * SECOND_LONG)
        passed += deduplicate(
            edges, window, *[row for row in rows if low <= (row[1] or "") <= high]
        )
    assert sorted(passed) == sorted(name for name, _ in rows)
