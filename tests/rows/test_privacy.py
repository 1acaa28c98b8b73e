from __future__ import annotations

import json
import typing as t

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tap_payments.rows.exact_json import loads
from tap_payments.rows.privacy import replacement
from tests.rows.privacy_box import CANARY, KEY, applied, hmac_of, rules

# What replaces a value


def test_keep_replaces_nothing() -> None:
    assert replacement("keep", None) is None


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("jane@example.com", "jane@example.com"),
        ("", ""),
        ("é😀", "é😀"),
        ("7", "7"),
        (7, "7"),
        (True, "true"),
        (False, "false"),
    ],
)
def test_hash_is_hmac_sha256_of_key_and_value_as_utf_8_in_lower_case_hex(
    value: t.Any, text: str
) -> None:
    replace = replacement("hash", KEY)
    assert replace is not None
    assert replace(value) == hmac_of(text)


@pytest.mark.parametrize("number", ["12.10", "1e3", "1e-7", "12345678901234567.89", "7"])
def test_a_number_is_hashed_as_it_is_spelled(number: str) -> None:
    replace = replacement("hash", KEY)
    assert replace is not None
    assert replace(loads(number)) == hmac_of(number)


def test_a_lone_surrogate_can_be_hashed() -> None:
    replace = replacement("hash", KEY)
    assert replace is not None
    assert len(replace("\ud800")) == 64


def test_drop_leaves_null() -> None:
    replace = replacement("drop", None)
    assert replace is not None
    assert replace("anything") is None


# Where


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ({"reference": "x"}, {"reference": hmac_of("x")}),
        ({"reference": None}, {"reference": None}),
        ({"other": "x"}, {"other": "x"}),
        ({"card": {"holder": "x", "brand": "v"}}, {"card": {"holder": hmac_of("x"), "brand": "v"}}),
        ({"card": {"holder": None}}, {"card": {"holder": None}}),
        ({"card": None}, {"card": None}),
        (
            {"address": {"city": "x", "country": "BY", "zip": "1", "phone": None}},
            {"address": {"city": hmac_of("x"), "country": "BY", "zip": "1", "phone": None}},
        ),
        (
            {"address": {"geo": {"lat": 1, "country": "BY"}}},
            {"address": {"geo": {"lat": hmac_of("1"), "country": hmac_of("BY")}}},
        ),
        (
            {"more": {"browser": {"agent": "x", "n": 1}}},
            {"more": {"browser": {"agent": hmac_of("x"), "n": 1}}},
        ),
        ({"more": {"agent": "x"}}, {"more": {"agent": "x"}}),
        ({"erip": {"account_number": "x"}}, {"erip": {"account_number": hmac_of("x")}}),
        ({"a": {"b": [{"c": {"email": "x"}}]}}, {"a": {"b": [{"c": {"email": hmac_of("x")}}]}}),
        (
            {"a": [[{"email": ["x", None, {"y": 1}]}]]},
            {"a": [[{"email": [hmac_of("x"), None, {"y": hmac_of("1")}]}]]},
        ),
        (
            {"card": [{"holder": "x"}, {"brand": "v"}]},
            {"card": [{"holder": hmac_of("x")}, {"brand": "v"}]},
        ),
        (
            {"address": [{"city": "x", "country": "BY"}]},
            {"address": [{"city": hmac_of("x"), "country": "BY"}]},
        ),
        (
            {"reference": {"id": "x", "list": [1, "y"]}},
            {"reference": {"id": hmac_of("x"), "list": [hmac_of("1"), hmac_of("y")]}},
        ),
        ({"email": "x"}, {"email": hmac_of("x")}),
        ({"account_number": {"iban": "x"}}, {"account_number": {"iban": hmac_of("x")}}),
    ],
)
def test_what_is_personal_is_replaced_wherever_it_lies(
    row: dict[str, t.Any], expected: dict[str, t.Any]
) -> None:
    assert applied(row) == expected


@pytest.mark.parametrize("field", ["card", "address", "more"])
@pytest.mark.parametrize("value", ["x", 7, True, ["x"]])
def test_a_value_where_a_personal_section_should_be_is_replaced_whole(
    field: str, value: t.Any
) -> None:
    hidden = hmac_of(value) if isinstance(value, str) else hmac_of(json.dumps(value))
    expected = [hmac_of("x")] if isinstance(value, list) else hidden
    assert applied({field: value}) == {field: expected}


@pytest.mark.parametrize(
    "value",
    [
        '{"account_number": "canary"}',
        ' [{"email": "canary"}]',
        '{"a": {"\\u0065mail": "canary"}}',
        json.dumps(json.dumps({"email": "canary"})),
    ],
)
@pytest.mark.parametrize("around", [lambda text: text, lambda text: {"in": [text]}])
def test_a_section_that_arrives_as_a_text_does_not_hide_what_is_personal_in_it(
    value: str, around: t.Callable[[str], t.Any]
) -> None:
    assert CANARY not in json.dumps(applied({"erip": around(value)}))


@pytest.mark.parametrize(
    "value", ["about email", "{email", "[1]", '{"mail": "x"}', '{"email": null}', "{}"]
)
def test_a_text_that_holds_nothing_personal_stays_as_it_is(value: str) -> None:
    assert applied({"erip": value, "message": {"text": value}}) == {
        "erip": value,
        "message": {"text": value},
    }


def test_a_name_that_is_spelled_with_escapes_is_the_same_name() -> None:
    row = b'{"n":{"\\u0065mail":"canary"}}'
    assert rules().touches("x", row)
    assert rules().apply("x", loads(row)) == {"n": {"email": hmac_of(CANARY)}}


@pytest.mark.parametrize(
    ("field", "spelled"),
    [
        ("other", b'"about email"'),
        ("other", b"12.10"),
        ("other", b"null"),
        ("other", b'{"name":"x"}'),
        ("other", b'["\\n"]'),
        ("holder", b'"x"'),
    ],
)
def test_what_can_hold_nothing_personal_need_not_be_read(field: str, spelled: bytes) -> None:
    assert not rules().touches(field, spelled)
    assert not rules("hash", "card.holder").touches(field, b'{"\\u0065mail":"x"}')


def test_drop_leaves_null_in_every_place() -> None:
    row = {"reference": "x", "card": {"holder": 7}, "erip": {"email": ["x"]}, "address": "x"}
    assert applied(row, "drop") == {
        "reference": None,
        "card": {"holder": None},
        "erip": {"email": [None]},
        "address": None,
    }


@given(
    st.recursive(
        st.just(CANARY) | st.none() | st.integers(),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(st.sampled_from(["email", "x", "account_number"]), inner)
        ),
        max_leaves=8,
    )
)
def test_only_names_that_are_not_personal_still_lead_to_a_value(value: t.Any) -> None:
    def canaries(node: t.Any) -> int:
        if isinstance(node, dict):
            return sum(
                canaries(item)
                for name, item in node.items()
                if name not in ("email", "account_number")
            )
        return sum(map(canaries, node)) if isinstance(node, list) else node == CANARY

    assert json.dumps(applied({"x": value})).count(CANARY) == canaries(value)
