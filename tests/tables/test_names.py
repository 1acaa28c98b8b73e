from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tap_payments.tables.names import name_columns, to_name, without_suffix

NAMES = st.lists(st.sampled_from(["a", "a_2", "a 2", "", "column_1", "column_2", "_id", "é", "A"]))


@pytest.mark.parametrize(
    ("header", "names"),
    [
        (["Card No.", "card no"], ("Card_No_", "card_no")),
        (["a", "a", "a"], ("a", "a_2", "a_3")),
        (["a", "a", "a_2"], ("a", "a_3", "a_2")),  # the vendor's own spelling comes first
        (["", "x", ""], ("column_1", "x", "column_3")),
        (["", "column_1"], ("column_1_2", "column_1")),
        (["_id", "x"], ("_id_2", "x")),
    ],
)
def test_names_of_a_header(header: list[str], names: tuple[str, ...]) -> None:
    assert name_columns(header, {"_id"}) == names


@given(NAMES)
def test_names_are_clean_and_each_is_there_once(header: list[str]) -> None:
    names = name_columns(header, {"_id"})
    assert len(set(names)) == len(names) == len(header)
    assert "_id" not in names
    assert all(re.fullmatch("[A-Za-z0-9_]+", name) for name in names)
    own = {name for name in map(to_name, header) if name and name != "_id"}
    assert own <= set(names)


@pytest.mark.parametrize(
    ("name", "base"), [("a_2", "a"), ("a_10", "a"), ("a_1", "a_1"), ("a_02", "a_02"), ("a", "a")]
)
def test_a_suffix_is_one_that_the_tap_gives(name: str, base: str) -> None:
    assert without_suffix(name) == base
