from __future__ import annotations

import json
import typing as t
from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st
from privacy_box import hmac_of, rules
from row_box import KEYS, NESTED, ROW, codec_of, lines_of, outcome, page_of, records_of
from vendor_json import EVERYTHING, exactly, row_of


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
    assert (record["rate"], record["_extra"]) == (None, {"rate": hmac_of("12.10")})


@given(data=st.data())
def test_rows_without_personal_values_are_written_as_without_rules(data: st.DataObject) -> None:
    row = data.draw(row_of(NESTED["properties"], KEYS))
    body = f'{{"rows":[{row}]}}'
    ruled = codec_with("hash", "nowhere", "*.nothing")
    expected = outcome(lambda: records_of(codec_of(NESTED), body))
    assert outcome(lambda: records_of(ruled, body)) == expected


RULED = ("text", "part.text", "part.inner.* - minor", "*.email", "*.account_number")
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
PLACES = ["{}", '{{"part":{}}}', '{{"part":{{"inner":{}}}}}', '{{"empty":{{"deep":[{}]}}}}']
BY_RULES = codec_with("hash", *RULED)
BY_RULES_WITH_CARE = codec_with("hash", *RULED, only_careful=True)


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("value", [*EVERYTHING, *SPELLED, '{"email":"canary"}'])
def test_both_ways_replace_the_same_wherever_it_lies(place: str, value: str) -> None:
    names = [*NESTED["properties"], *NESTED["properties"]["part"]["properties"], "email", "new"]
    for field in names:
        inner = place.format(f'{{"{field}":{value}}}')
        body = page_of([f"{{{ROW},{inner[1:]}"])
        quick = outcome(partial(records_of, BY_RULES, body))
        assert quick == outcome(partial(records_of, BY_RULES_WITH_CARE, body)), field


@given(data=st.data())
def test_both_ways_replace_the_same_in_any_rows(data: st.DataObject) -> None:
    body = page_of(data.draw(st.lists(row_of(NESTED["properties"], KEYS), min_size=1, max_size=3)))
    quick = outcome(lambda: records_of(BY_RULES, body))
    assert quick == outcome(lambda: records_of(BY_RULES_WITH_CARE, body))


def test_rows_with_personal_texts_take_the_quick_way() -> None:
    body = f'{{{ROW},"text":"x","part":{{"text":"y"}}}}'
    rows = BY_RULES.rows_of(BY_RULES.decode(page_of([body]).encode()))
    assert [batch.careful for batch in BY_RULES.batches(rows)] == [False]
    record = records_of(BY_RULES, page_of([body]))[0]
    assert (record["text"], record["part"]["text"]) == (hmac_of("x"), hmac_of("y"))
