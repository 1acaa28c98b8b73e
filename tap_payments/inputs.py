"""The files that the command line names: JSON objects, and what is wrong with those that are not.

A refusal names the option, and nothing of what is in the file.
"""

from __future__ import annotations

import io
import json
import typing as t

import jsonschema

from tap_payments.errors import Refused

_TEXTS = {"type": "array", "items": {"type": "string"}}
_METADATA = {
    "type": "object",
    "required": ["breadcrumb", "metadata"],
    "properties": {"breadcrumb": _TEXTS, "metadata": {"type": "object"}},
}
_ENTRY = {
    "type": "object",
    "required": ["tap_stream_id", "schema"],
    "properties": {
        "tap_stream_id": {"type": "string"},
        "key_properties": {**_TEXTS, "type": ["array", "null"]},
        "replication_key": {"type": ["string", "null"]},
        "replication_method": {"type": ["string", "null"]},
        "schema": {
            "type": "object",
            "required": ["properties"],
            "properties": {
                "properties": {"type": "object", "additionalProperties": {"type": "object"}}
            },
        },
        "metadata": {"type": "array", "items": _METADATA},
    },
}
CATALOG = {
    "type": "object",
    "required": ["streams"],
    "properties": {"streams": {"type": "array", "items": _ENTRY}},
}
"""What a Singer catalog has to have, for this tap to read its columns and its selection."""

_KINDS = jsonschema.Draft202012Validator.TYPE_CHECKER.redefine(
    "array", lambda _, value: isinstance(value, list | tuple)
)
_Validator: t.Any = jsonschema.validators.extend(  # type: ignore[no-untyped-call]  # theirs
    jsonschema.Draft202012Validator, type_checker=_KINDS
)


EMPTY_STATE = (
    "--state: the file is empty: the loader wrote no state, since it was ended before it could or "
    "was never given a row. Give the last state that was saved, or leave --state out to read "
    "everything from start_date"
)


def checked(option: str, file: t.IO[str]) -> io.StringIO:
    """The same text, which is a JSON object.

    Raises:
        Refused: it is none.
    """
    try:
        text = file.read()
        if option == "--state" and not text.strip():
            raise Refused(EMPTY_STATE)
        found = json.loads(text)
    except UnicodeDecodeError:
        raise Refused(f"{option}: the file is not UTF-8") from None
    except json.JSONDecodeError as error:
        raise Refused(f"{option}: the file is not JSON (line {error.lineno})") from None
    except RecursionError:
        raise Refused(f"{option}: the file is nested too deeply") from None
    if not isinstance(found, dict):
        raise Refused(f"{option}: the file holds no JSON object")
    return io.StringIO(text)


def catalog_problem(catalog: t.Any) -> str | None:
    """What keeps a catalog from being one, by the first place that is wrong; None: nothing."""
    found = _Validator(CATALOG).iter_errors(catalog)
    error = min(found, key=lambda each: list(map(str, each.absolute_path)), default=None)
    if error is None:
        return None
    lacks = error.validator == "required"
    missing = set(error.validator_value) - set(error.instance) if lacks else set()
    what = f"lacks {', '.join(sorted(missing))}" if missing else "is of another type"
    where = error.json_path.removeprefix("$").removeprefix(".") or "it"
    return f"the catalog cannot be used: {where} {what}"
