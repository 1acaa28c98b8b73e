from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import UNSET, Raw

from tap_payments.rows.extra import Extra
from tap_payments.rows.privacy import Rules, replacement

PLAIN = Extra(None)
VALUES = st.one_of(
    st.none(), st.booleans(), st.integers(), st.text(), st.lists(st.integers(), max_size=2)
)
ROWS = st.lists(st.dictionaries(st.sampled_from("abc"), VALUES), min_size=1, max_size=4)


@given(ROWS)
def test_many_rows_at_once_are_spelled_as_one_by_one(rows: list[dict[str, object]]) -> None:
    raws = [{name: Raw(json.dumps(value).encode()) for name, value in row.items()} for row in rows]
    columns = {name: [row.get(name, UNSET) for row in raws] for name in "abc"}
    texts = PLAIN.texts(columns)
    assert texts == [PLAIN.text(row) if row else None for row in raws]
    assert [json.loads(text) if text else {} for text in texts] == rows


def test_names_are_in_order_and_numbers_keep_their_digits() -> None:
    fields = {"b": Raw(b"1.10"), "a": Raw(b'{ "x" :\n 2E1 }')}
    text = PLAIN.text(fields)
    assert text.index('"a"') < text.index('"b"')
    assert "1.10" in text
    assert "2E1" in text
    assert "\n" not in text


@pytest.mark.parametrize("mode", ["hash", "drop"])
def test_with_rules_no_text_of_the_vendors_is_in_it(mode: str) -> None:
    replace = replacement(mode, "key")
    assert replace is not None
    extra = Extra(Rules((), replace))
    fields = {"note": Raw(b'"canary"'), "part": Raw(b'{"deep":["canary"]}')}
    assert "canary" not in extra.text(fields)
    assert "canary" not in str(extra.texts({name: [value] for name, value in fields.items()}))


def test_replacements_are_merged_into_what_is_there() -> None:
    text = PLAIN.text({"part": {"a": 1}}, {"part": {"b": 2}, "other": None})
    assert json.loads(text) == {"part": {"a": 1, "b": 2}, "other": None}
