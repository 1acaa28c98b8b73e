"""The settings as Airbyte's forms take them.

https://docs.airbyte.com/platform/connector-development/connector-specification-reference.
"""

from __future__ import annotations

import typing as t

from tap_payments.settings import settings_schema

if t.TYPE_CHECKING:
    from tap_payments.accounts.settings import Schema

DOCUMENTATION = "https://pypi.org/project/tap-payments/"

KEPT = (
    "title",
    "description",
    "default",
    "format",
    "minimum",
    "maximum",
    "minLength",
    "maxLength",
    "pattern",
    "minItems",
    "uniqueItems",
    "additionalProperties",
)
"""What means the same to Airbyte."""


def specification() -> Schema:
    """What can be configured, and where it is written down."""
    settings = settings_schema()
    del settings["properties"]["batch_config"]  # files are for Singer's loaders
    return {
        "documentationUrl": DOCUMENTATION,
        "supportsIncremental": True,
        "supported_destination_sync_modes": [],
        "connectionSpecification": {
            "$schema": "http://json-schema.org/draft-07/schema#",
            "title": "Payment providers",
            "type": "object",
            # Any source of payments is read by windows of time from a first day.
            "required": ["start_date"],
            "additionalProperties": True,
            "properties": _to_properties(settings),
        },
    }


def _to_properties(schema: Schema) -> Schema:
    """The settings of an object, in the order in which the tap declares them.

    What a provider requires may come from `accounts` instead: it is shown first, and required
    by `check`.
    """
    required = schema.get("required", ())
    return {
        name: _to_setting(field, order) | ({"always_show": True} if name in required else {})
        for order, (name, field) in enumerate(schema["properties"].items())
    }


def _to_setting(field: Schema, order: int) -> Schema:
    return {"order": order, **_to_type(field)}


def _to_type(field: Schema) -> Schema:
    """A schema with one type: Airbyte's forms know no null, and leave out what is not given."""
    kinds = field["type"]
    kind = kinds if isinstance(kinds, str) else next(each for each in kinds if each != "null")
    found: Schema = {"type": kind}
    found |= {name: field[name] for name in KEPT if field.get(name) is not None}
    if "enum" in field:
        found["enum"] = [option for option in field["enum"] if option is not None]
    if field.get("secret") and kind == "string":
        found["airbyte_secret"] = True
    if "items" in field:
        found["items"] = _to_type(field["items"])
    if "properties" in field:
        found["properties"] = _to_properties(field)
    return found
