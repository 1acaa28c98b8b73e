"""Row ids: what is the same row, and what is another."""

from __future__ import annotations

import re
import tracemalloc

from hypothesis import given
from hypothesis import strategies as st

from tap_payments.tables.row_ids import RowIds

CELL = st.none() | st.text(st.sampled_from('ab\0|,"é'), max_size=3)
PINNED = (
    "4371a060a0d2245cf4fc772fc26e21a4",
    "d770d19dac9e14fdbc466043a4ee9b7f",
    "1153e7b8b398dc45ac52918f9dd6b8f9",
    "6ae4c226919f156d9d2e253b3f2aa3e9",
    "1744b0fe6ea7515755eeca2982393bdf",
)
NAMES = ("a", "b", "ab", "a_b")
ROW = st.dictionaries(st.sampled_from(NAMES), CELL)
EXTRA = st.none() | st.dictionaries(st.sampled_from(["column_5", "column_6"]), CELL)


def one_id(row: dict[str, str | None], extra: dict[str, str | None] | None = None) -> str:
    return RowIds(tuple(row)).row_id(list(row.values()), extra)


def content(row: dict[str, str | None] | None) -> dict[str, str]:
    return {name: cell for name, cell in (row or {}).items() if cell is not None}


def test_an_id_is_32_hexadecimal_digits() -> None:
    assert re.fullmatch("[0-9a-f]{32}", one_id({"a": "1"}))


def test_an_id_never_changes() -> None:
    """A new release must not give every row in a warehouse a new key."""
    assert one_id({"tapId": "T1", "note": None, "amount": "3.50"}) == PINNED[0]
    assert one_id({"tapId": "T1", "amount": "3.50"}, {"column_3": "x"}) == PINNED[1]
    ids = RowIds(("tapId",))
    assert [ids.row_id(["T1"]) for _ in range(3)] == list(PINNED[2:])


def test_identical_rows_of_a_file_have_different_ids_that_are_the_same_in_the_next_file() -> None:
    rows = [["1"], ["2"], ["1"], ["1"], ["2"]]
    one, two = RowIds(("a",)), RowIds(("a",))
    ids = [one.row_id(row) for row in rows]
    assert len(set(ids)) == 5
    assert [two.row_id(row) for row in rows] == ids


def test_a_row_that_two_overlapping_reports_carry_is_the_same_row() -> None:
    one, two = RowIds(("a", "b")), RowIds(("a", "b"))
    first = {cell: one.row_id([cell, "x"]) for cell in "123"}
    second = {cell: two.row_id([cell, "x"]) for cell in "234"}
    assert (first["2"], first["3"]) == (second["2"], second["3"])
    assert len({*first.values(), *second.values()}) == 4


def test_a_changed_cell_is_a_new_row() -> None:
    assert one_id({"a": "1", "b": "2"}) != one_id({"a": "1", "b": "3"})
    assert one_id({"a": "1"}, {"column_2": "x"}) != one_id({"a": "1"})
    assert one_id({"a": "1", "column_2": "x"}) != one_id({"a": "1"}, {"column_2": "x"})


def test_no_cell_can_pass_for_another_column() -> None:
    assert one_id({"a": "1\0b\x002"}) != one_id({"a": "1", "b": "2"})
    assert one_id({"a": "1\0b\x002", "c": None}) != one_id({"a": "1", "b": "2", "c": None})


@given(ROW)
def test_neither_the_order_of_columns_nor_a_new_empty_one_changes_an_id(
    row: dict[str, str | None],
) -> None:
    names = sorted(row, reverse=True)
    wider = {"new": None, **{name: row[name] for name in names}}
    assert one_id(wider) == one_id(row)
    surplus: dict[str, str | None] = {"column_9": "x", "column_10": "y"}
    assert one_id(row, surplus) == one_id(row, dict(reversed(surplus.items())))
    assert one_id(row, {"column_9": None}) == one_id(row, {}) == one_id(row)


@given(ROW, EXTRA, ROW, EXTRA)
def test_rows_have_the_same_id_if_and_only_if_they_are_the_same(
    one: dict[str, str | None],
    one_extra: dict[str, str | None] | None,
    two: dict[str, str | None],
    two_extra: dict[str, str | None] | None,
) -> None:
    same = (content(one), content(one_extra)) == (content(two), content(two_extra))
    assert (one_id(one, one_extra) == one_id(two, two_extra)) is same


@given(st.lists(st.sampled_from(["1", "2", "3", None]), max_size=30))
def test_ids_of_a_file_are_unique_and_depend_on_the_ordinal_among_equals_only(
    cells: list[str | None],
) -> None:
    ids = RowIds(("a",))
    by_row: dict[str | None, list[str]] = {}
    for cell in cells:
        by_row.setdefault(cell, []).append(ids.row_id([cell]))
    found = [each for group in by_row.values() for each in group]
    assert len(set(found)) == len(cells)
    for cell, group in by_row.items():
        alone = RowIds(("a",))
        assert [alone.row_id([cell]) for _ in group] == group


def test_many_rows_take_little_memory() -> None:
    ids = RowIds(("a", "b"))
    tracemalloc.start()
    for number in range(100_000):
        ids.row_id([str(number), "x"])
    size, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert size < 10_000_000
