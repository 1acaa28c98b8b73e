"""Whether a loader holds what the tap has written, in the types that it has."""

from __future__ import annotations

import json
import re
import typing as t
from datetime import UTC, datetime
from decimal import Decimal

if t.TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.e2e.meltano_project import Row


ABSENT = object()
_INSTANT = re.compile(r"\d{4}-\d\d-\d\d[T ]")


def folded(name: str) -> str:
    """A column's name as it is compared: loaders change its letters and underscores."""
    return name.replace("_", "").lower()


def by_folded_name(row: Mapping[str, t.Any]) -> Row:
    """A loader's row, by names that can be compared."""
    return {folded(name): value for name, value in row.items()}


def differences(record: Row, held: Row, schema: Row, *, within: float) -> list[str]:
    """The columns that are not what the tap has written; the loader's row is by folded names."""
    return [
        f"{name}: {value!r} is {held.get(folded(name), 'absent')!r}"
        for name, value in record.items()
        if not is_same(value, held.get(folded(name), ABSENT), schema["properties"][name], within)
    ]


def is_same(value: t.Any, held: t.Any, field: Row, within: float) -> bool:
    """Whether a loader holds a value."""
    if value is None or value == "":
        return held in (None, "")
    if held is None or held is ABSENT:
        return False
    kind = field.get("format")
    if kind == "x-singer.decimal":
        return Decimal(value) == Decimal(str(held)) and not isinstance(held, float)
    if kind == "date-time":
        return abs((_instant(value) - _instant(str(held))).total_seconds()) < within
    if isinstance(value, dict | list):
        there = json.loads(held) if isinstance(held, str) else held
        return bool(_without_nulls(there) == _without_nulls(value))
    is_number = isinstance(value, float) and Decimal(str(value)) == Decimal(str(held))
    return (
        is_number or held in (value, str(value)) or (kind == "date" and str(held).startswith(value))
    )


def key_of(row: Row, properties: t.Sequence[str]) -> tuple[str, ...]:
    """What tells a row from others; loaders spell instants in their own ways."""
    texts = (str(row[name]) for name in properties)
    return tuple(_instant(text).isoformat() if _INSTANT.match(text) else text for text in texts)


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
