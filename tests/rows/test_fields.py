from __future__ import annotations

import typing as t

import pytest

from tap_payments.rows import fields


@pytest.mark.parametrize(
    ("word", "kind", "format_"),
    [
        (fields.text, "string", None),
        (fields.money, "string", "x-singer.decimal"),
        (fields.decimal, "string", "x-singer.decimal"),
        (fields.minor_units, "integer", None),
        (fields.integer, "integer", None),
        (fields.number, "number", None),
        (fields.flag, "boolean", None),
        (fields.instant, "string", "date-time"),
        (fields.day, "string", "date"),
    ],
)
def test_each_word_is_a_type_that_may_be_null_with_its_description(
    word: t.Callable[[str], fields.Schema], kind: str, format_: str | None
) -> None:
    field = word("What it is.")
    assert field["type"] == [kind, "null"]
    assert field["description"] == "What it is."
    assert field.get("format") == format_


def test_a_key_is_never_null_and_leaves_the_field_as_it_was() -> None:
    field = fields.text("Its name.")
    assert fields.key(field)["type"] == ["string"]
    assert field["type"] == ["string", "null"]


def test_a_record_has_what_the_tap_adds_around_the_vendors_fields() -> None:
    schema = fields.record(id=fields.key(fields.text("")))
    assert list(schema["properties"]) == ["_account", "id", "_extra"]
    assert schema["properties"]["_account"]["type"] == ["string"]
    assert schema["properties"]["_extra"]["type"] == ["string", "null"]


def test_a_section_stays_open_for_what_the_vendor_adds() -> None:
    section = fields.section("A part.", id=fields.text(""))
    assert section["additionalProperties"] is True
    assert fields.listing("Some.", section)["items"] is section
