from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import Raw

from tap_payments.rows.formats import all_suit, decimal_texts, suits

FORMATS = ["x-singer.decimal", "date-time", "date"]
PIECES = st.sampled_from(["", "-", "--", "1", "23", ".", "1.0", "-1.5", "+1", "e5", "\n", "٣"])


@given(st.lists(st.lists(PIECES, max_size=3).map("".join), min_size=1, max_size=3))
def test_many_decimals_suit_where_each_of_them_does(texts: list[str]) -> None:
    every = all(suits(text, "x-singer.decimal") for text in texts)
    assert all_suit(texts, "x-singer.decimal") is every


@pytest.mark.parametrize("format_", FORMATS)
def test_many_texts_suit_a_format_where_each_of_them_does(format_: str) -> None:
    texts = [
        *["", "1", "-12.10", "+.5", "5.", ".", "1e3", "1e", "e3", "nan", "inf", "1_0", " 1", "1\n"],
        *["٣", "0x1", "1,5", "1e400", "--1", "2026-01-31", "2026-01-31T04:00:00Z", "20260131"],
        *["2026-01-31t04:00:00z", "2026-01-31 04:00:00", "2026-02-30", "2026-01-31T04:00", "soon"],
        *["2026-01-31T04:00:00,5Z", "2026-W05-1", "2026-01-31T04:00:00+02:00", "\ud800"],
    ]
    for text in texts:
        assert all_suit([text], format_) == suits(text, format_), text
    good = [text for text in texts if suits(text, format_)]
    assert good
    assert all_suit(good, format_)
    assert all_suit([], format_)
    assert not all_suit([*good, "no"], format_)


SPELLED = ["0.0", "12.10", "-7", "1e3", "1E-7", "-0", "null", '"12.10"', '"1e3"', '"+.5"', None]
NO_DECIMALS = ['"n/a"', '""', "true", "{}", "[1]", '"1\\n"']


def texts_of(values: list[str | None]) -> list[str | None]:
    return decimal_texts([None if value is None else Raw(value.encode()) for value in values])


@given(st.lists(st.sampled_from(SPELLED), min_size=1, max_size=4))
def test_decimals_keep_their_digits_however_they_came(values: list[str | None]) -> None:
    expected = [
        None if value in (None, "null") else json.loads(value) if value[0] == '"' else value
        for value in values
    ]
    assert texts_of(values) == expected


@pytest.mark.parametrize("value", NO_DECIMALS)
def test_what_is_no_decimal_is_refused(value: str) -> None:
    many: list[list[str | None]] = [[value], ["1.50", value], [None, value]]
    for values in many:
        with pytest.raises(ValueError, match=r"\w"):
            texts_of(values)
