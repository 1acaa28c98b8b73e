"""What is wrong with one value, in words that do not hold it."""

from __future__ import annotations

import difflib
import typing as t
from urllib.parse import urlsplit

import jsonschema

from tap_payments.http.origins import is_loopback

if t.TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tap_payments.accounts.settings import Schema


def check_object(where: str, schema: Schema, settings: Mapping[str, t.Any]) -> Iterator[str]:
    """What is wrong with the settings of an object, a line each."""
    for name, value in settings.items():
        field = schema["properties"].get(name)
        if field is None:
            yield f"{where}.{printable(name)}: unknown setting{nearest(name, schema)}"
        elif value is not None:
            yield from check_value(f"{where}.{name}", outline(field), value)


def nearest(name: str, schema: Schema) -> str:
    """The known setting that somebody may have meant."""
    found = difflib.get_close_matches(name, schema["properties"], n=1)
    return f"; did you mean {found[0]}?" if found else ""


def printable(name: str) -> str:
    """A setting's name, unless it may be a value in the wrong place."""
    return name if name.isidentifier() else "(a name that is no identifier)"


def outline(field: Schema) -> Schema:
    """A list of objects without what they hold, since each is checked on its own."""
    items = field.get("items", {})
    return {**field, "items": {"type": items["type"]}} if "properties" in items else field


def _fits(field: Schema, value: t.Any) -> bool:
    """Whether a value is of a setting's type; 4.0, an integer to JSON Schema, is none here."""
    if any(isinstance(each, float) for each in (value if isinstance(value, list) else [value])):
        return False
    return jsonschema.Draft202012Validator(field).is_valid(value)


def check_value(where: str, field: Schema, value: t.Any) -> Iterator[str]:
    """What is wrong with a value, a line each."""
    if isinstance(value, dict) and field.get("additionalProperties") is False:
        yield from check_object(where, field, value)
        for required in field.get("required", ()):
            if value.get(required) in (None, ""):
                yield f"{where}.{required}: required, and missing or empty"
        return
    if not _fits(field, value):
        yield f"{where}: must be {expectation(field)}"
        return
    for text in _texts(value):
        if not text.isprintable() and text != "\t":  # which a delimiter may be
            yield f"{where}: contains a line break or another control character"
    if field.get("format") == "uri" and value != "":
        yield from _check_url(where, value)


def _texts(value: t.Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for item in value:
            yield from _texts(item)


def expectation(field: Schema) -> str:
    """What a setting has to be, in words."""
    if "enum" in field:
        options = [option for option in field["enum"] if option is not None]
        return "one of " + ", ".join(str(option) for option in options)
    kinds = field.get("type", [])
    kind = next(kind for kind in ([kinds] if isinstance(kinds, str) else kinds) if kind != "null")
    low, high = field.get("minimum"), field.get("maximum")
    if kind == "integer":
        if low is not None and high is not None:
            return f"a whole number from {low} to {high}"
        return "a whole number" if low is None else f"a whole number of {low} or more"
    if kind == "array":
        items = field.get("items", {})
        inner = "numbers" if "integer" in items.get("type", ()) else "texts"
        return "a list of objects" if "object" in items.get("type", ()) else f"a list of {inner}"
    return {"string": "a text", "boolean": "true or false", "object": "an object"}[kind]


def _check_url(where: str, value: str) -> Iterator[str]:
    try:
        parts = urlsplit(value)
        host = parts.hostname or ""
        _ = parts.port
    except ValueError:
        yield f"{where}: is not a URL"
        return
    parts_that_a_root_lacks = "@" in parts.netloc or parts.query or parts.fragment
    if parts.scheme not in ("http", "https") or not host or parts_that_a_root_lacks:
        yield f"{where}: must be a URL such as https://host/path, without credentials or query"
    elif parts.scheme == "http" and not is_loopback(host):
        yield f"{where}: http is only allowed to this machine (loopback); use https"
