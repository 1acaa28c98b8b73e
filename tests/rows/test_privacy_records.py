from __future__ import annotations

import json
import typing as t

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tap_payments.errors import StreamFailed
from tests.rows.privacy_box import hmac_of, rules
from tests.rows.row_box import (
    KEYS,
    NESTED,
    ROW,
    codec_of,
    extra_of,
    lines_of,
    outcome,
    page_of,
    records_of,
)
from tests.support.vendor_json import EVERYTHING, exactly, row_of


def codec_with(mode: str, *paths: str, **options: t.Any) -> t.Any:
    return codec_of(NESTED, rules=rules(mode, *paths), **options)


@pytest.mark.parametrize(
    "members",
    [
        '"text":"canary"',
        '"text":{"name":"canary"}',
        '"text":["canary"]',
        '"part":{"text":"canary"}',
        '"part":"canary"',
        '"part":["canary"]',
        '"part":{"inner":{"email":"canary"}}',
        '"empty":{"account_number":"canary"}',
        '"empty":"{\\"account_number\\":\\"canary\\"}"',
        '"new":{"deep":[{"email":"canary"}]}',
        '"_extra":{"email":"canary"}',
        '"email":"canary"',
        '"\\u0065mail":"canary"',
        '"text":"x","text":"canary"',
    ],
)
@pytest.mark.parametrize("mode", ["hash", "drop"])
def test_no_personal_value_is_written_wherever_it_arrives(members: str, mode: str) -> None:
    codec = codec_with(mode, "text", "part.* - minor", "*.email", "*.account_number")
    lines = lines_of(codec, f'{{"rows":[{{{ROW},{members}}}]}}')
    assert b"canary" not in lines[0]


def test_the_hash_is_in_the_column_and_the_rest_keeps_its_digits() -> None:
    codec = codec_with("hash", "text", "part.text")
    body = f'{{"rows":[{{{ROW},"text":"é","rate":12.10,"part":{{"text":7,"rate":1e3}}}}]}}'
    record = records_of(codec, body)[0]
    assert record["text"] == hmac_of("é")
    assert record["part"]["text"] == hmac_of("7")
    assert (record["rate"], record["part"]["rate"]) == tuple(exactly("[12.10,1e3]"))
    assert record["_extra"] is None


def test_a_hash_where_a_number_should_be_fits_the_schema_all_the_same() -> None:
    record = records_of(codec_with("hash", "rate"), f'{{"rows":[{{{ROW},"rate":12.10}}]}}')[0]
    assert (record["rate"], extra_of(record)) == (None, {"rate": hmac_of("12.10")})


def concealed(value: t.Any) -> t.Any:
    """What `_extra` holds, with a hash for each text."""
    if isinstance(value, dict):
        return {name: concealed(item) for name, item in value.items()}
    if isinstance(value, list):
        return [concealed(item) for item in value]
    return hmac_of(value) if isinstance(value, str) else value


@given(data=st.data())
def test_rows_without_personal_values_differ_from_those_without_rules_only_in_extra(
    data: st.DataObject,
) -> None:
    row = data.draw(row_of(NESTED["properties"], KEYS))
    body = f'{{"rows":[{row}]}}'
    ruled = codec_with("hash", "nowhere", "*.nothing")
    found = outcome(lambda: records_of(ruled, body))
    expected = outcome(lambda: records_of(codec_of(NESTED), body))
    if isinstance(found, str) or isinstance(expected, str):
        assert found == expected
        return
    assert extra_of(found[0]) == concealed(extra_of(expected[0]))
    assert {**found[0], "_extra": None} == {**expected[0], "_extra": None}


@pytest.mark.parametrize("careful", [False, True])
@pytest.mark.parametrize(
    ("members", "extra"),
    [
        ('"new":"canary"', '{"new":TEXT}'),
        (
            '"new":{"a":["canary",1.50,true,null],"b":{}}',
            '{"new":{"a":[TEXT,1.50,true,null],"b":{}}}',
        ),
        ('"new":1e3', '{"new":1e3}'),
        ('"new":{"email":7}', '{"new":{"email":SEVEN}}'),
        ('"minor":"canary"', '{"minor":TEXT}'),
        ('"money":"canary"', '{"money":TEXT}'),
        ('"part":{"minor":"canary","rate":"canary"}', '{"part":{"minor":TEXT,"rate":TEXT}}'),
        ('"part":{"rate":1.50,"minor":"canary"}', '{"part":{"minor":TEXT,"rate":RATE}}'),
        ('"part":["canary"]', '{"part":[TEXT]}'),
        ('"_account":"main"', '{"_account":MAIN}'),
    ],
)
@pytest.mark.parametrize("mode", ["hash", "drop"])
def test_every_text_in_extra_is_replaced_once_and_numbers_stay(
    members: str, extra: str, mode: str, *, careful: bool
) -> None:
    names = {"TEXT": "canary", "SEVEN": "7", "RATE": "1.50", "MAIN": "main"}
    for name, text in names.items():
        extra = extra.replace(name, f'"{hmac_of(text)}"' if mode == "hash" else "null")
    if mode == "drop":
        extra = extra.replace(',"rate":null', "") if "1.50" in members else extra
    codec = codec_with(mode, "part.rate", "*.email", only_careful=careful)
    body = page_of([f"{{{ROW},{members}}}"])
    for _ in range(2):  # the second time, structs are compiled for what came
        (record,) = records_of(codec, body)
        assert extra_of(record) == exactly(extra)


@pytest.mark.parametrize("mode", ["hash", "drop"])
def test_a_stream_without_personal_columns_keeps_no_text_in_extra_either(mode: str) -> None:
    codec = codec_of(NESTED, rules=rules(mode, "nowhere"))
    for _ in range(2):
        (line,) = lines_of(codec, page_of([f'{{{ROW},"text":"kept","new":"canary"}}']))
        assert b"canary" not in line
        assert b"kept" in line


@pytest.mark.parametrize("where", ['"new":', '"empty":'])
def test_what_is_nested_too_deeply_to_be_searched_is_an_error_that_names_the_field(
    where: str,
) -> None:
    deep = '{"email":' * 900 + '"canary"' + "}" * 900
    field = where.strip('":')
    with pytest.raises(StreamFailed, match=f"field '{field}' of a row is nested too deeply"):
        lines_of(codec_with("drop", "*.email"), page_of([f"{{{ROW},{where}{deep}}}"]))


RULED = (
    "text",
    *("part.text", "part.inner.* - minor", "plain.text", "plain.inner.* - minor"),
    *("*.email", "*.account_number"),
)
TEXTS = (
    '{"email":"canary"}',
    '{ "email" : "canary"}',
    '{\n  "account_number": "canary"\n}',
    '\t[ {\r\n"x": {"email": "canary"}}]',
    '{"x": "{\\"email\\": \\"canary\\"}"}',
    "{canary",
    "{}",
)
SPELLED = [json.dumps(text) for text in TEXTS] + [
    json.dumps(TEXTS[0]).replace("{", "\\u007b"),
    json.dumps(TEXTS[1]).replace("{", "\\u007B").replace('\\"', "\\u0022"),
    json.dumps(TEXTS[0]).replace('\\"', "\\u0022"),
]
PLACES = [
    "{}",
    *('{{"part":{}}}', '{{"part":{{"inner":{}}}}}', '{{"plain":{}}}', '{{"plain":{{"inner":{}}}}}'),
    '{{"empty":{{"deep":[{}]}}}}',
]
USED = codec_with("hash", *RULED)
"""A codec that has read what did not fit, and may have another way since."""
CAREFUL = codec_with("hash", *RULED, only_careful=True)
FIELDS = [*NESTED["properties"], *NESTED["properties"]["part"]["properties"], "email", "new"]


def replaced_alike(rows: list[str]) -> bool:
    """Whether both ways replace the same in these rows, at first and later on."""
    body = page_of(rows)
    quick = outcome(lambda: records_of(codec_with("hash", *RULED), body))
    careful = outcome(lambda: records_of(CAREFUL, body))
    return quick == careful == outcome(lambda: records_of(USED, body))


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("value", [*EVERYTHING[::4], *SPELLED, '{"email":"canary"}'])
def test_both_ways_replace_the_same_wherever_it_lies(place: str, value: str) -> None:
    for field in set(FIELDS):
        inner = place.format(f'{{"{field}":{value}}}')
        assert replaced_alike([f"{{{ROW},{inner[1:]}"]), field


@given(data=st.data())
def test_both_ways_replace_the_same_in_any_rows(data: st.DataObject) -> None:
    rows = row_of(NESTED["properties"], KEYS)
    assert replaced_alike(data.draw(st.lists(rows, min_size=1, max_size=3)))


@pytest.mark.parametrize("more", ["", ',"of the vendor":"w"'], ids=["closed", "open"])
def test_rows_with_personal_texts_take_the_quick_way(more: str) -> None:
    body = (
        f'{{{ROW},"text":"x","part":{{"text":"y"}},'
        f'"plain":{{"text":"z","minor":1,"inner":{{"text":"é","minor":2}}{more}}}}}'
    )
    codec = codec_with("hash", *RULED)
    rows = codec.rows_of(codec.decode(page_of([body]).encode()))
    assert [batch.careful for batch in codec.batches(rows)] == [False]
    record = records_of(codec_with("hash", *RULED), page_of([body]))[0]
    assert (record["text"], record["part"]["text"]) == (hmac_of("x"), hmac_of("y"))
    assert record["plain"] == ({"of the vendor": "w"} if more else {}) | {
        "text": hmac_of("z"),
        "minor": exactly("1"),
        "inner": {"text": hmac_of("é"), "minor": exactly("2")},
    }
