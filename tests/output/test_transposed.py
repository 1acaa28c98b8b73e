"""Columns hold what the lines of the same rows say."""

from __future__ import annotations

import typing as t

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import Raw

from tap_payments.errors import StreamFailed
from tap_payments.output.transposed import columns_of, kind_of
from tap_payments.rows.batch import Batch
from tests.rows.privacy_box import rules
from tests.rows.row_box import FLAT, KEYS, NESTED, ROW, codec_of, page_of
from tests.support.batches import cell_of
from tests.support.vendor_json import EVERYTHING, exactly, row_of

if t.TYPE_CHECKING:
    from tap_payments.rows.codec import RowCodec

SCHEMAS = {"flat": FLAT, "nested": NESTED}
OPTIONS: dict[str, dict[str, t.Any]] = {
    "kept": {},
    "hashed": {"rules": rules("hash", "text", "part.text", "*.email")},
    "dropped": {"rules": rules("drop", "text", "part.*")},
    "selected": {"selected": lambda name: name not in {"money", "part", "_extra"}},
}


def hold(codec: RowCodec, schema: t.Any, body: str) -> None:
    """Each column of a page has what the page's lines have of it."""
    try:
        batches = list(codec.batches(codec.rows_of(codec.decode(body.encode()))))
    except StreamFailed:
        return
    spelled = [Batch(list(map(Raw, codec.spellings(batch))), careful=False) for batch in batches]
    for batch in (*batches, *spelled):
        records = [exactly(line) for line in codec.encode(batch).splitlines()[1:]]
        fields = {name: each for name, each in schema["properties"].items() if name in records[0]}
        kinds = {name: kind_of(field) for name, field in fields.items()}
        for name, values in zip(kinds, columns_of(codec, batch, kinds), strict=True):
            expected = [record[name] for record in records]
            assert [cell_of(value, kinds[name]) for value in expected] == [
                exactly(value) if kinds[name] == "json" and value is not None else value
                for value in values
            ], name


@pytest.mark.parametrize("only_careful", [False, True])
@pytest.mark.parametrize("options", OPTIONS.values(), ids=OPTIONS)
@settings(max_examples=40)
@given(data=st.data(), name=st.sampled_from(sorted(SCHEMAS)))
def test_columns_have_what_the_lines_have(
    options: dict[str, t.Any], only_careful: bool, data: st.DataObject, name: str
) -> None:
    rows = data.draw(st.lists(row_of(SCHEMAS[name]["properties"], KEYS), min_size=1, max_size=3))
    codec = codec_of(SCHEMAS[name], only_careful=only_careful, **options)
    hold(codec, SCHEMAS[name], page_of(rows))


@pytest.mark.parametrize("value", EVERYTHING)
def test_every_value_in_every_field(value: str) -> None:
    for field in NESTED["properties"]:
        hold(codec_of(NESTED), NESTED, page_of([f'{{{ROW},"{field}":{value}}}']))
        hold(codec_of(NESTED), NESTED, page_of([f'{{{ROW},"part":{{"{field}":{value}}}}}']))


def test_kinds() -> None:
    found = {name: kind_of(field) for name, field in NESTED["properties"].items()}
    assert {name: kind for name, kind in found.items() if kind != "text"} == {
        "number": "integer",
        "minor": "integer",
        "flag": "boolean",
        "part": "json",
        "plain": "json",
        "empty": "json",
    }
