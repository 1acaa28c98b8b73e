"""How vendors write JSON, numbers and instants, and what the instants mean."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

_NUMBER = re.compile('"\ue000([^"]*)"')


def to_json(value: Any) -> bytes:
    """JSON bytes; a Decimal becomes a number with exactly its digits, which a float cannot hold."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=_mark)
    return (_NUMBER.sub(r"\1", text) if "\ue000" in text else text).encode()


def _mark(value: object) -> str:
    if isinstance(value, Decimal):
        return f"\ue000{value}"
    raise TypeError(f"a sandbox row cannot hold a {type(value).__name__}")


def to_instant(text: object) -> datetime | None:
    """The instant of an ISO date or date-time, in UTC if it names no zone; None for all else."""
    if isinstance(text, str):
        try:
            instant = datetime.fromisoformat(text)
        except ValueError:
            return None
        return instant.replace(tzinfo=UTC) if instant.tzinfo is None else instant.astimezone(UTC)
    return None


def to_second(instant: datetime) -> str:
    """An instant as vendors write it: `2017-03-23T07:06:11Z`."""
    return f"{instant.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def to_milli(instant: datetime) -> str:
    """The same with milliseconds: `2015-01-06T10:21:14.243Z`."""
    return f"{instant.astimezone(UTC):%Y-%m-%dT%H:%M:%S}.{instant.microsecond // 1000:03d}Z"
