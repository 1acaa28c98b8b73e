from __future__ import annotations

import json
import typing as t

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.rows.privacy_box import hmac_of, rules
from tests.rows.row_box import KEYS, NESTED, ROW, codec_of, lines_of, outcome, page_of, records_of
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
    assert (record["rate"], record["_extra"]) == (None, {"rate": hmac_of("12.10")})


@given(data=st.data())
def test_rows_without_personal_values_are_written_as_without_rules(data: st.DataObject) -> None:
    row = data.draw(row_of(NESTED["properties"], KEYS))
    body = f'{{"rows":[{row}]}}'
    ruled = codec_with("hash", "nowhere", "*.nothing")
    expected = outcome(lambda: records_of(codec_of(NESTED), body))
    assert outcome(lambda: records_of(ruled, body)) == expected


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
