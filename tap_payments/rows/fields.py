"""The words that schemas are written in: one for each meaning a vendor's field can have."""

from __future__ import annotations

import typing as t

Schema = dict[str, t.Any]


def text(description: str) -> Schema:
    """A string as the vendor wrote it."""
    return {"type": ["string", "null"], "description": description}


def money(description: str) -> Schema:
    """An amount in major units of its currency, sent as a decimal string and kept as one.

    SQL targets store it as NUMERIC by its format.
    """
    return {"type": ["string", "null"], "format": "x-singer.decimal", "description": description}


def decimal(description: str) -> Schema:
    """A JSON number with a fraction, written as a text with the digits that it came with.

    As a JSON number it would become a floating-point number in half of the loaders.
    """
    return money(description)


def minor_units(description: str) -> Schema:
    """An amount in minor units of its currency; how many make a major one depends on it."""
    return {"type": ["integer", "null"], "description": description}


def integer(description: str) -> Schema:
    """A whole number of any size."""
    return {"type": ["integer", "null"], "description": description}


def number(description: str) -> Schema:
    """A JSON number, written with the digits that it came with."""
    return {"type": ["number", "null"], "description": description}


def flag(description: str) -> Schema:
    """True or false."""
    return {"type": ["boolean", "null"], "description": description}


def instant(description: str) -> Schema:
    """An ISO 8601 date-time in the vendor's own spelling."""
    return {"type": ["string", "null"], "format": "date-time", "description": description}


def day(description: str) -> Schema:
    """A calendar day, `2026-01-31`."""
    return {"type": ["string", "null"], "format": "date", "description": description}


def section(description: str, **properties: Schema) -> Schema:
    """A nested object; it stays open for fields that the vendor adds.

    One of which nothing is known is flattened into one column of text, not into none.
    """
    return {
        "type": ["object", "null"],
        "description": description,
        **({"properties": properties} if properties else {}),
        "additionalProperties": True,
    }


def listing(description: str, items: Schema) -> Schema:
    """A list of values."""
    return {"type": ["array", "null"], "items": items, "description": description}


def key(field: Schema) -> Schema:
    """The same field as part of the primary key: never null."""
    return {**field, "type": [kind for kind in field["type"] if kind != "null"]}


def record(**properties: Schema) -> Schema:
    """The schema of a stream: the vendor's fields and those that the tap adds."""
    return {
        "type": "object",
        "properties": {
            "_account": key(text("The account's name in the tap's settings.")),
            **properties,
            "_extra": text(
                "Fields that this schema does not declare, and values of another type than it "
                "declares, as they came: the text of a JSON object, null where there is none."
            ),
        },
    }
