"""A row has one spelling, whichever way it was read."""

from __future__ import annotations

import typing as t

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import Struct

from tap_payments.rows.canonical import digest_of, text_of
from tests.rows.row_box import FLAT, KEYS, NESTED, ROW, codec_of, outcome, page_of
from tests.support.vendor_json import row_of

if t.TYPE_CHECKING:
    from tap_payments.rows.codec import RowCodec

SCHEMAS = {"flat": FLAT, "nested": NESTED}
ODD = [f'{{{ROW},"minor":"x"}}', f'{{{ROW},"new":1}}', f'{{{ROW},"plain":{{"new":1}}}}']
"""Neighbours that take a row along to the careful way, or to open structs."""


def spellings(codec: RowCodec, rows: list[str]) -> list[bytes]:
    page = codec.decode(page_of(rows).encode())
    return [
        spelled
        for batch in codec.batches(codec.rows_of(page))
        for spelled in codec.spellings(batch)
    ]


@pytest.mark.parametrize("name", SCHEMAS)
@given(data=st.data())
def test_a_row_is_spelled_the_same_alone_with_care_and_among_odd_neighbours(
    name: str, data: st.DataObject
) -> None:
    schema = SCHEMAS[name]
    row = data.draw(row_of(schema["properties"], KEYS))
    alone = outcome(lambda: spellings(codec_of(schema), [row]))
    if isinstance(alone, str):
        return
    assert alone == spellings(codec_of(schema, only_careful=True), [row])
    for odd in ODD:
        assert alone[0] == spellings(codec_of(schema), [odd, row])[1]
        used = codec_of(schema)
        spellings(used, [odd])  # structs are compiled for what came, or held open from now on
        assert alone == spellings(used, [row])


@pytest.mark.parametrize(
    ("members", "way"),
    [
        ('"plain":{"minor":1,"text":"a"}', "closed"),
        ('"plain":{"minor":1,"text":"a","new":2}', "open"),
        ('"minor":"x"', "careful"),
    ],
)
def test_the_spelling_of_a_row_in_a_batch_is_that_of_the_row_alone(members: str, way: str) -> None:
    codec = codec_of(NESTED)
    page = codec.decode(page_of([f"{{{ROW},{members}}}"] * 2).encode())
    (batch,) = codec.batches(codec.rows_of(page))
    assert batch.careful is (way == "careful")
    assert codec.spellings(batch) == [codec.spell(row) for row in batch.rows]


def test_rows_that_differ_are_spelled_differently() -> None:
    rows = [
        f"{{{ROW}{more}}}" for more in ("", ',"text":"a"', ',"minor":0', ',"new":1', ',"new":2')
    ]
    found = {digest_of(each) for row in rows for each in spellings(codec_of(NESTED), [row])}
    assert len(found) == len(rows)


@pytest.mark.parametrize("careful", [False, True])
def test_a_field_is_told_as_a_text_if_it_is_one(*, careful: bool) -> None:
    codec = codec_of(NESTED, only_careful=careful)
    page = codec.decode(page_of([f'{{{ROW},"text":"\\u00e9","minor":7}}']).encode())
    ((row,),) = (batch.rows for batch in codec.batches(codec.rows_of(page)))
    assert isinstance(row, Struct) is not careful
    assert [text_of(row, name) for name in ("text", "minor", "at")] == ["é", None, None]
