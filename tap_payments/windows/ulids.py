"""Ids that begin with the instant at which they were made: ULIDs, and version 7 of UUIDs."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
TIME = 10
"""Characters of a ULID that are its time; 16 more are chance."""

_ULID = re.compile(rf"[0-7][{ALPHABET}]{{25}}")
_UUID7 = re.compile(r"([0-9a-f]{8})-([0-9a-f]{4})-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_YEARS = range(2010, 2100)
"""An id of another time only looks like one."""


def instant_in(text: str) -> datetime | None:
    """The instant that an id holds; None where it holds none."""
    if _ULID.fullmatch(text):
        number = 0
        for letter in text[:TIME]:
            number = number * 32 + ALPHABET.index(letter)
    elif found := _UUID7.fullmatch(text):
        number = int(found[1] + found[2], 16)
    else:
        return None
    try:
        instant = _EPOCH + timedelta(milliseconds=number)
    except OverflowError:
        return None
    return instant if instant.year in _YEARS else None


def head_of(text: str, instant: datetime) -> str:
    """What such an id begins with if it was made at another instant."""
    number = (instant - _EPOCH) // timedelta(milliseconds=1)
    if "-" in text:
        digits = f"{number:012x}"
        return f"{digits[:8]}-{digits[8:]}-7"
    return "".join(ALPHABET[number >> 5 * place & 31] for place in reversed(range(TIME)))
