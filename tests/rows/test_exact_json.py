from __future__ import annotations

import copy
import json
import typing as t

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import Raw

from tap_payments.rows.exact_json import dumps, loads, parse_object, spell

NUMBERS = [
    "0",
    "-0",
    "12",
    "-7",
    "12.10",
    "-0.0",
    "1e3",
    "1E+3",
    "1e-7",
    "0.1",
    "12345678901234567.89",
    "123456789012345678901234567890",
    "0.1000000000000000055511151231257827021181583404541015625",
    "1e400",
    "-1.5E-400",
    "99999999999999999999.99999999999999999999",
    "7" * 5000,
]

texts = st.text(st.characters(exclude_categories=()), max_size=8)
values = st.recursive(
    st.none() | st.booleans() | st.integers() | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=10,
)


@pytest.mark.parametrize("number", NUMBERS)
def test_a_number_is_written_with_the_digits_that_it_came_with(number: str) -> None:
    assert dumps(loads(number)) == number.encode()
    assert dumps({"a": [loads(number)]}) == f'{{"a":[{number}]}}'.encode()


@given(st.from_regex(r"\A-?(0|[1-9][0-9]{0,30})\.[0-9]{1,30}([eE][+-]?[0-9]{1,3})?\Z"))
def test_no_decimal_is_ever_rounded(number: str) -> None:
    assert dumps(loads(number)) == number.encode()


def test_a_copy_of_a_number_keeps_its_digits() -> None:
    assert dumps(copy.deepcopy(loads('{"a": 12.10}'))) == b'{"a":12.10}'
    assert str(loads("1e3")) == "1e3"
    assert loads("1e3") == 1000


@given(values)
def test_what_is_written_is_read_back(value: t.Any) -> None:
    assert loads(dumps(value)) == value
    assert json.loads(dumps(value)) == value


@given(values)
def test_a_line_has_no_line_break_in_it(value: t.Any) -> None:
    assert b"\n" not in dumps(value)
    assert b"\r" not in dumps(value)


@pytest.mark.parametrize("text", [r'"\ud800"', r'"a\udfffb"', r'{"\udc00": "\ud83d"}'])
def test_a_lone_surrogate_is_kept_as_an_escape(text: str) -> None:
    assert json.loads(dumps(loads(text))) == json.loads(text)


def test_a_lone_surrogate_beside_exact_pieces_spoils_none_of_them() -> None:
    value = {"a": "\ud800", "b": Raw(b'{"n": 12.10}'), "c": loads("1e3"), "d": [Raw(b"-0.50")]}
    assert dumps(value) == b'{"a":"\\ud800","b":{"n": 12.10},"c":1e3,"d":[-0.50]}'


@pytest.mark.parametrize(
    "text", ["NaN", "Infinity", "-Infinity", "[1,]", "{'a': 1}", "01", "", "[1", '"\x01"', "nul"]
)
def test_what_is_not_json_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        loads(text)


def test_members_keep_their_spelling() -> None:
    members = parse_object(b'{"a": 12.10, "b" : {"c": [1e3 , 2]}, "d": "\\u00e9", "a": null}')
    assert {name: bytes(value) for name, value in members.items()} == {
        "a": b"null",
        "b": b'{"c": [1e3 , 2]}',
        "d": b'"\\u00e9"',
    }


def test_members_beside_a_lone_surrogate_keep_their_digits() -> None:
    members = parse_object(b'{"a": 12.10, "\\ud800": "\\udc00"}')
    assert {name: bytes(value) for name, value in members.items()} == {
        "a": b"12.10",
        "\ud800": b'"\\udc00"',
    }


@pytest.mark.parametrize(
    "text",
    [
        *(b"[1]", b"1", b'"a"', b"null", b'["\\ud800"]', b"{", b"<html>"),
        *(b'\xef\xbb\xbf["a"]', b"[" * 100_000, b'{"a":' + b"[" * 100_000),
    ],
)
def test_what_is_not_an_object_is_refused(text: bytes) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        parse_object(text)


def test_a_value_is_spelled_as_a_piece_of_json() -> None:
    assert bytes(spell({"a": ["é", 1, None, True]})) == '{"a":["é",1,null,true]}'.encode()


def test_what_json_has_no_word_for_is_no_json() -> None:
    with pytest.raises(TypeError, match="object is not JSON"):
        dumps(object())
