"""Whether a loader holds what the tap has written, in the types that it has."""

from __future__ import annotations

import json
import typing as t
from datetime import UTC, datetime
from decimal import Decimal

if t.TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.e2e.meltano_project import Row


def folded(name: str) -> str:
    """A column's name as it is compared: loaders change its letters and underscores."""
    return name.replace("_", "").lower()


def by_folded_name(row: Mapping[str, t.Any]) -> Row:
    """A loader's row, by names that can be compared."""
    return {folded(name): value for name, value in row.items()}


def flattened(row: Mapping[str, t.Any], schema: Row, before: str = "") -> Row:
    """A record with a column for each member of its sections, as far as they are declared."""
    flat: Row = {}
    for name, value in row.items():
        own = schema["properties"].get(name, {})
        if own.get("properties") and isinstance(value, dict):
            flat |= flattened(value, own, f"{before}{name}__")
        elif not own.get("properties"):
            flat[before + name] = value
    return flat


def field_of(schema: Row, name: str) -> Row:
    """What the schema says of a column, by its flattened name."""
    found = schema
    for step in name.split("__"):
        found = found.get("properties", {}).get(step, {})
    return found


def differences(record: Row, held: Row, schema: Row, *, flat: bool) -> list[str]:
    """The columns that are not what the tap has written; `flat`: sections are columns there.

    The loader's row is given by folded names.
    """
    wanted = flattened(record, schema) if flat else record
    found = []
    for name, value in wanted.items():
        own = folded(name)
        if own not in held and flat and "__" in name:
            continue  # a member that the loader has no column for
        if own not in held or not is_same(value, held[own], field_of(schema, name)):
            found.append(f"{name}: {value!r} is {held.get(own, 'absent')!r}")
    return found


def is_same(value: t.Any, held: t.Any, field: Row) -> bool:
    """Whether a loader holds a value."""
    if value is None or value == "":
        return held in (None, "")
    if held is None:
        return False
    kind = field.get("format")
    if kind == "x-singer.decimal":
        return Decimal(value) == Decimal(str(held)) and not isinstance(held, float)
    if kind == "date-time":
        return abs((_instant(value) - _instant(str(held))).total_seconds()) < 0.001
    if isinstance(value, dict | list):
        there = json.loads(held) if isinstance(held, str) else held
        return bool(_without_nulls(there) == _without_nulls(value))
    return str(value) == str(held) or (kind == "date" and str(held).startswith(value))


def _instant(text: str) -> datetime:
    """What has no offset is UTC."""
    moment = datetime.fromisoformat(text)
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)


def _without_nulls(value: t.Any) -> t.Any:
    if isinstance(value, dict):
        kept = {name: _without_nulls(item) for name, item in value.items()}
        return {name: item for name, item in kept.items() if item not in (None, {})}
    if isinstance(value, list):
        return [_without_nulls(item) for item in value]
    return value
