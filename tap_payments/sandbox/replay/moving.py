"""Dates moved by whole days, wherever a recording has some."""

from __future__ import annotations

import contextlib
import re
from datetime import date, timedelta
from email.utils import format_datetime, parsedate_to_datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

WHOLE = re.compile(
    r"\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:?\d\d)?)?", re.ASCII
)
WITHIN = re.compile(r"(?<![\w-])\d{4}-\d\d-\d\d(?![\d-])", re.ASCII)
ULID = re.compile(r"[0-7][0-9A-HJKMNP-TV-Z]{25}", re.ASCII)
ULID_DIGITS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
ULID_TIME = 10
EPOCH_SECONDS = (10**9, 10**10)


def move(value: Any, by: timedelta) -> Any:
    """A JSON value with its dates moved: texts that are one, and ids that begin with a time."""
    if isinstance(value, dict):
        return {name: move(member, by) for name, member in value.items()}
    if isinstance(value, list):
        return [move(each, by) for each in value]
    if isinstance(value, str):
        if WHOLE.fullmatch(value):
            return move_text(value, by)
        return _moved_ulid(value, by) if ULID.fullmatch(value) else value
    return value


def days_in(value: Any) -> Iterator[date]:
    """The days of all texts in a JSON value that are dates."""
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list):
        for each in value:
            yield from days_in(each)
    elif isinstance(value, str) and WHOLE.fullmatch(value):
        with contextlib.suppress(ValueError):
            yield date.fromisoformat(value[:10])


def move_text(text: str, by: timedelta) -> str:
    """A text with all dates in it moved; what only looks like one stays."""
    return WITHIN.sub(lambda found: _moved_day(found.group(), by), text)


def move_header(value: str, by: timedelta) -> str:
    """A header's value, moved if it is an HTTP date or the seconds since 1970."""
    if value.isascii() and value.isdecimal() and EPOCH_SECONDS[0] < int(value) < EPOCH_SECONDS[1]:
        return str(int(value) + int(by.total_seconds()))
    try:
        return format_datetime(parsedate_to_datetime(value) + by, usegmt=True)
    except (TypeError, ValueError):
        return value


def _moved_day(text: str, by: timedelta) -> str:
    try:
        return str(date.fromisoformat(text) + by)
    except (ValueError, OverflowError):
        return text


def _moved_ulid(text: str, by: timedelta) -> str:
    milliseconds = 0
    for letter in text[:ULID_TIME]:
        milliseconds = milliseconds * 32 + ULID_DIGITS.index(letter)
    number = max(milliseconds + by // timedelta(milliseconds=1), 0)
    places = reversed(range(ULID_TIME))
    return "".join(ULID_DIGITS[number >> 5 * place & 31] for place in places) + text[ULID_TIME:]
