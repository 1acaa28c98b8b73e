"""Both ways of writing rows, and the SDK's, held against each other."""

from __future__ import annotations

import json
import tracemalloc
import typing as t
from datetime import datetime
from decimal import Decimal

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import Raw

from tap_payments.rows.codec import KNOWN
from tap_payments.rows.codec import NESTED_CHUNK as CHUNK
from tap_payments.rows.exact_json import loads
from tests.rows.row_box import (
    FLAT,
    KEYS,
    NESTED,
    ROW,
    by_the_sdk,
    codec_of,
    lines_of,
    outcome,
    page_of,
    records_of,
)
from tests.support.vendor_json import EVERYTHING, exactly, is_kept, row_of

FORMATS = jsonschema.FormatChecker(formats=())


@FORMATS.checks("x-singer.decimal", raises=ArithmeticError)
def is_decimal(value: t.Any) -> bool:
    return not isinstance(value, str) or Decimal(value).is_finite()


@FORMATS.checks("date-time", raises=ValueError)
def is_instant(value: t.Any) -> bool:
    return not isinstance(value, str) or datetime.fromisoformat(value.upper()) is not None


@FORMATS.checks("date", raises=ValueError)
def is_day(value: t.Any) -> bool:
    return not isinstance(value, str) or bool(datetime.strptime(value, "%Y-%m-%d"))  # noqa: DTZ007


# Both ways


USED = {"flat": codec_of(FLAT), "nested": codec_of(NESTED)}
"""Codecs that have read what did not fit, and may have another way since."""
CAREFUL = {
    "flat": codec_of(FLAT, only_careful=True),
    "nested": codec_of(NESTED, only_careful=True),
}
SCHEMAS = {"flat": FLAT, "nested": NESTED}
VALIDATORS = {
    name: jsonschema.Draft202012Validator(schema, format_checker=FORMATS)
    for name, schema in SCHEMAS.items()
}


def hold(name: str, rows: list[str]) -> None:
    """What must hold of any rows: both ways and the SDK write the same, and nothing is lost."""
    body = page_of(rows)
    lines = outcome(lambda: lines_of(codec_of(SCHEMAS[name]), body))
    quick = lines if isinstance(lines, str) else [exactly(line) for line in lines]
    assert quick == outcome(lambda: records_of(USED[name], body))
    assert quick == outcome(lambda: records_of(CAREFUL[name], body))
    assert quick == outcome(lambda: by_the_sdk(CAREFUL[name], body))
    if isinstance(lines, str):
        assert "key field" in lines
        return
    for spelled, line in zip(rows, lines, strict=True):
        VALIDATORS[name].validate(loads(line))
        record = exactly(line)
        extra = exactly(record["_extra"] or "{}")
        assert record["_account"] == "main"
        assert set(record) == set(SCHEMAS[name]["properties"])
        for field, value in exactly(spelled).items():
            own = None if field.startswith("_") else record.get(field)
            assert is_kept(value, own, extra.get(field)), field


@pytest.mark.parametrize("name", SCHEMAS)
@given(data=st.data())
def test_both_ways_and_the_sdk_write_the_same_and_lose_nothing(
    name: str, data: st.DataObject
) -> None:
    rows = row_of(SCHEMAS[name]["properties"], KEYS)
    hold(name, data.draw(st.lists(rows, min_size=1, max_size=2)))


PATHS = [
    ("flat", "{}"),
    ("nested", "{}"),
    ("nested", '{{"part":{}}}'),
    ("nested", '{{"part":{{"inner":{}}}}}'),
    ("nested", '{{"plain":{}}}'),
    ("nested", '{{"plain":{{"inner":{}}}}}'),
]


@pytest.mark.parametrize(("name", "around"), PATHS)
@pytest.mark.parametrize("value", EVERYTHING)
def test_every_value_in_every_field_is_read_alike_and_kept(
    name: str, around: str, value: str
) -> None:
    for field in {**NESTED["properties"], **NESTED["properties"]["part"]["properties"]}:
        inner = around.format(f'{{"{field}":{value}}}')
        hold(name, [f"{{{ROW},{inner[1:]}"])


@pytest.mark.parametrize("schema", [FLAT, NESTED], ids=["flat", "nested"])
def test_rows_that_fit_take_the_quick_way(schema: t.Any) -> None:
    codec = codec_of(schema)
    rows = codec.rows_of(codec.decode(b'{"rows":[{"id":"a","number":1,"at":null}]}'))
    assert [batch.careful for batch in codec.batches(rows)] == [False]


def test_one_odd_row_takes_only_its_part_of_the_page_along() -> None:
    rows = [f'{{"id":"{n}","number":{n}}}' for n in range(3 * CHUNK)]
    rows[CHUNK] = '{"id":"x","number":7,"new":1}'
    codec = codec_of(NESTED)
    page = codec.decode(page_of(rows).encode())
    assert [batch.careful for batch in codec.batches(codec.rows_of(page))] == [False, True, False]
    assert len(lines_of(codec, page_of(rows))) == len(rows)


@pytest.mark.parametrize("value", ['"x y"', "1.50", '{"a": [1, 2]}', "null"])
@pytest.mark.parametrize("schema", [FLAT, NESTED], ids=["flat", "nested"])
def test_an_undeclared_field_costs_the_careful_way_once(schema: t.Any, value: str) -> None:
    codec = codec_of(schema)
    with_it, without = f'{{{ROW},"of the vendor":{value}}}', f"{{{ROW}}}"
    kinds, lines = [], []
    for rows in ([with_it], [with_it, without], [without, with_it, with_it], [without]):
        page = codec.decode(page_of(rows).encode())
        kinds += [batch.careful for batch in codec.batches(codec.rows_of(page))]
        lines += lines_of(codec, page_of(rows))
    assert kinds == [True, False, False, False]
    spelled = value.replace(": ", ":").replace("1, 2", "1,2").join(('{"of the vendor":', "}"))
    extras = [json.loads(line)["_extra"] for line in lines]
    assert extras == [spelled, spelled, None, None, spelled, spelled, None]


def test_several_undeclared_fields_are_in_the_order_of_their_names() -> None:
    codec = codec_of(FLAT)
    fields = ['"z":1', '"a":"é"', '"m":{}']
    for _ in range(2):
        for order in (fields, fields[::-1]):
            (line,) = lines_of(codec, page_of([f"{{{ROW},{','.join(order)}}}"]))
            assert json.loads(line)["_extra"] == '{"a":"é","m":{},"z":1}'


def test_whoever_makes_up_names_is_read_with_care() -> None:
    codec = codec_of(FLAT)
    for number in range(KNOWN + 2):
        (line,) = lines_of(codec, page_of([f'{{{ROW},"n{number}":{number}}}']))
        assert json.loads(line)["_extra"] == f'{{"n{number}":{number}}}'
    page = codec.decode(page_of([f'{{{ROW},"n{KNOWN}":0}}']).encode())
    assert [batch.careful for batch in codec.batches(codec.rows_of(page))] == [True]


@pytest.mark.parametrize("begin", ["", "\ufeff"])
@pytest.mark.parametrize("text", ['"a"', '"\\ud800"', '"\ud800"'])
def test_a_page_that_waits_takes_the_memory_of_its_body(begin: str, text: str) -> None:
    row = f'{{"id":{text},"number":1,"text":"{"x" * 2000}"}}'
    body = (begin + page_of([row] * 1000)).encode("utf-8", "surrogatepass")
    codec = codec_of(FLAT)
    tracemalloc.start()
    try:
        page = codec.decode(body)
        held, _peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert {type(row) for row in codec.rows_of(page)} == {Raw}
    assert held < 1.2 * len(body)
    assert [json.loads(line)["number"] for line in lines_of(codec, body)] == [1] * 1000
