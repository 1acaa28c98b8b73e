"""The vendor's own words about an error, where they may be repeated."""

from __future__ import annotations

import json
import re
import typing as t

if t.TYPE_CHECKING:
    from collections.abc import Mapping

_IDS = ("errorId", "error_id", "id", "code")
_WORDS = ("message", "error", "friendly_message", "title", "detail")
_SHORT = 160
_TELLING = re.compile(
    r"\S{25,}"  # a key, a token
    r"|(?=\S*\d)(?=\S*[A-Za-z])\S{12,}"  # a shorter one
    r"|\d(?:[^\w*]{0,3}[\d*]){6,}"  # a card, an account, a phone; masked ones too
    r"|://|www\.|\w\.\w+/|\w="  # a URL, or a part of one
    r"|@"
)


def vendor_message(body: bytes) -> str:
    """The vendor's own error id or message, where it is short and cannot hold personal data.

    A text with an `@`, a long run of digits or of letters and digits (a card number, a phone
    number, a key) is left out whole.
    """
    try:
        found = json.loads(body[:100_000])
    except (ValueError, RecursionError):
        return ""
    while isinstance(found, dict):
        nested = found.get("response") or found.get("error")
        if not isinstance(nested, dict):
            break
        found = nested
    if not isinstance(found, dict):
        return ""
    words = _first_text(found, _WORDS)
    if words and _is_plain(words):
        return words
    identifier = _first_text(found, _IDS)
    plain = re.fullmatch(r"[\w.-]{1,64}", identifier) and not re.fullmatch(
        r"[\d.-]{9,}", identifier
    )
    return f"error id {identifier}" if plain else ""


def _first_text(found: Mapping[str, t.Any], names: tuple[str, ...]) -> str:
    values = (found.get(name) for name in names)
    return next((value.strip() for value in values if isinstance(value, str) and value), "")


def _is_plain(words: str) -> bool:
    return len(words) <= _SHORT and words.isprintable() and not _TELLING.search(words)
