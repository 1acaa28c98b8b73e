from __future__ import annotations

import json
import typing as t

import pytest
from msgspec import Raw

from tap_payments.errors import StreamFailed
from tap_payments.rows import fields
from tap_payments.rows.columns import Column, kind_of
from tap_payments.rows.exact_json import dumps


def fit(schema: dict[str, t.Any], spelled: str, *, key: bool = False) -> tuple[str, str | None]:
    """The spellings of what goes into the column, and of what is left (None: nothing)."""
    value, left = Column("f", schema, key=key).fit(Raw(spelled.encode()))
    return bytes(value).decode(), None if left is None else dumps(left).decode()


@pytest.mark.parametrize(
    ("spelled", "kind"),
    [
        ('"a"', "string"),
        ("{}", "object"),
        ("[1]", "array"),
        ("true", "boolean"),
        ("false", "boolean"),
        ("null", "null"),
        ("0", "integer"),
        ("-0", "integer"),
        ("123456789012345678901234567890", "integer"),
        ("1.0", "number"),
        ("1e3", "number"),
        ("-0.5", "number"),
    ],
)
def test_the_kind_of_a_spelling(spelled: str, kind: str) -> None:
    assert kind_of(spelled.encode()) == kind


TEXT, MONEY, MINOR = fields.text(""), fields.money(""), fields.minor_units("")
NUMBER, FLAG, INSTANT, DAY = (
    fields.number(""),
    fields.flag(""),
    fields.instant(""),
    fields.day(""),
)
SECTION = fields.section("", a=fields.integer(""), b=fields.text(""))
LISTING = fields.listing("", fields.text(""))


@pytest.mark.parametrize(
    ("schema", "spelled"),
    [
        (TEXT, '"a"'),
        (TEXT, '""'),
        (TEXT, '"\\ud800 \\/ \\u00e9"'),
        (MONEY, '"12.10"'),
        (MONEY, '"-0.00"'),
        (MONEY, '"1e3"'),
        (MONEY, '"12345678901234567.89"'),
        (MINOR, "1210"),
        (MINOR, "123456789012345678901234567890"),
        (NUMBER, "12.10"),
        (NUMBER, "1e-7"),
        (NUMBER, "7"),
        (FLAG, "true"),
        (INSTANT, '"2026-01-31T04:00:00Z"'),
        (INSTANT, '"2026-01-31T04:00:00.123456789+02:00"'),
        (INSTANT, '"2026-01-31t04:00:00z"'),
        (INSTANT, '"2026-01-31 04:00:00"'),
        (DAY, '"2026-01-31"'),
        (SECTION, '{"a":1,"b":"x"}'),
        (SECTION, '{"a" : null , "unknown": [1.50]}'),
        (LISTING, '["a"]'),
        ({}, '{"any": [1, "thing"]}'),
    ]
    + [
        (schema, "null")
        for schema in (TEXT, MONEY, MINOR, NUMBER, FLAG, INSTANT, DAY, SECTION, LISTING)
    ],
)
def test_a_value_that_fits_stays_as_it_is_spelled(schema: dict[str, t.Any], spelled: str) -> None:
    assert fit(schema, spelled) == (spelled, None)


@pytest.mark.parametrize(
    ("schema", "spelled", "text"),
    [
        (TEXT, "7", "7"),
        (TEXT, "12.10", "12.10"),
        (TEXT, "1e3", "1e3"),
        (TEXT, "true", "true"),
        (TEXT, '{"a": "é"}', '{"a": "é"}'),
        (TEXT, "[1, 2]", "[1, 2]"),
        (MONEY, "12.10", "12.10"),
        (MONEY, "-7", "-7"),
        (MONEY, "1e3", "1e3"),
    ],
)
def test_a_value_of_another_type_becomes_its_text_where_the_column_is_a_string(
    schema: dict[str, t.Any], spelled: str, text: str
) -> None:
    column, left = fit(schema, spelled)
    assert (json.loads(column), left) == (text, None)


@pytest.mark.parametrize(
    ("schema", "spelled"),
    [
        (MONEY, '"n/a"'),
        (MONEY, '""'),
        (MONEY, '"NaN"'),
        (MONEY, '"inf"'),
        (MONEY, '"1_000"'),
        (MONEY, '" 12"'),
        (MONEY, '"12,10"'),
        (MONEY, '"٣"'),
        (MONEY, '"1\\n"'),
        (MONEY, '"\\ud800"'),
        (MONEY, "true"),
        (MONEY, '{"a":1}'),
        (MINOR, '"12"'),
        (MINOR, "12.0"),
        (MINOR, "1e3"),
        (MINOR, "true"),
        (MINOR, "[]"),
        (NUMBER, '"12"'),
        (NUMBER, "false"),
        (FLAG, "1"),
        (FLAG, '"true"'),
        (INSTANT, '"soon"'),
        (INSTANT, '""'),
        (INSTANT, "1769832000"),
        (INSTANT, '"2026-02-30T00:00:00Z"'),
        (INSTANT, '"\\ud800"'),
        (DAY, '"2026-01-31T00:00:00Z"'),
        (DAY, '"20260131"'),
        (DAY, '"2026-02-30"'),
        (DAY, "20260131"),
        (SECTION, '"text"'),
        (SECTION, "[]"),
        (SECTION, "7"),
        (LISTING, '{"0":"a"}'),
        (LISTING, '"a"'),
    ],
)
def test_a_value_that_cannot_fit_leaves_null_and_is_kept_aside(
    schema: dict[str, t.Any], spelled: str
) -> None:
    assert fit(schema, spelled) == ("null", spelled)


@pytest.mark.parametrize("schema", [MINOR, fields.key(MINOR)], ids=["column", "key"])
def test_minus_zero_is_written_as_an_integer_is(schema: dict[str, t.Any]) -> None:
    assert fit(schema, "-0") == ("0", None)
    assert fit(NUMBER, "-0") == ("-0", None)
    assert fit(TEXT, "-0") == ('"-0"', None)


def test_what_does_not_fit_deep_inside_is_kept_aside_alone() -> None:
    schema = fields.section(
        "", a=fields.integer(""), s=fields.section("", at=fields.instant(""), n=fields.text(""))
    )
    column, left = fit(schema, '{"a":"x","s":{"at":"soon","n":7,"u":1.50},"k":[1e3]}')
    assert column == '{"a":null,"s":{"at":null,"n":"7","u":1.50},"k":[1e3]}'
    assert left == '{"a":"x","s":{"at":"soon"}}'


@pytest.mark.parametrize(
    ("schema", "spelled", "kind"),
    [
        (TEXT, "null", "null"),
        (TEXT, "7", "integer"),
        (TEXT, "{}", "object"),
        (fields.integer(""), '"7"', "string"),
        (fields.integer(""), "7.0", "number"),
        (fields.integer(""), "true", "boolean"),
        (fields.integer(""), "null", "null"),
    ],
)
def test_a_key_of_another_type_is_an_error_that_names_the_field(
    schema: dict[str, t.Any], spelled: str, kind: str
) -> None:
    with pytest.raises(StreamFailed, match=f"key field 'f' is {kind}"):
        fit(fields.key(schema), spelled, key=True)


def test_a_key_that_fits_stays() -> None:
    assert fit(fields.key(TEXT), '"a"', key=True) == ('"a"', None)
    assert fit(fields.key(fields.integer("")), "7", key=True) == ("7", None)


WHOLE = fields.section(
    "", a=fields.integer(""), s=fields.section("", t=fields.text("")), o=fields.section("")
)


@pytest.mark.parametrize(
    ("spelled", "column", "left"),
    [
        ("null", '{"a":null,"s":{"t":null},"o":null}', None),
        ("{}", '{"a":null,"s":{"t":null},"o":null}', None),
        ('{"s":null,"a":1}', '{"a":1,"s":{"t":null},"o":null}', None),
        ('{"s":{"t":"x"},"o":{"n":1}}', '{"a":null,"s":{"t":"x"},"o":{"n":1}}', None),
        ('{"new":1.50}', '{"a":null,"s":{"t":null},"o":null}', '{"new":1.50}'),
        ('{"s":{"new":[1]}}', '{"a":null,"s":{"t":null},"o":null}', '{"s":{"new":[1]}}'),
        ('"text"', '{"a":null,"s":{"t":null},"o":null}', '"text"'),
    ],
)
def test_a_whole_section_has_its_declared_members_and_no_others(
    spelled: str, column: str, left: str | None
) -> None:
    value, rest = Column("f", WHOLE, whole=True).fit(Raw(spelled.encode()))
    assert bytes(value).decode() == column
    assert (None if rest is None else dumps(rest).decode()) == left
