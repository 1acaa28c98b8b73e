"""Whether texts are what a schema's `format` says, one at a time and many at once."""

from __future__ import annotations

import re
import typing as t
from datetime import date, datetime

import msgspec

if t.TYPE_CHECKING:
    from collections.abc import Sequence

DECIMAL = "x-singer.decimal"
DECIMAL_PATTERN = r"^[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]+)?\Z"
_DECIMAL = re.compile(DECIMAL_PATTERN)
_TIMES: dict[str, msgspec.json.Decoder[list[t.Any]]] = {
    "date-time": msgspec.json.Decoder(list[datetime]),
    "date": msgspec.json.Decoder(list[date]),
}
_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)


def suits(text: str, format_: str | None) -> bool:
    """Whether a text is what its format says, so that a warehouse can store it as that."""
    if format_ == DECIMAL:
        return _DECIMAL.fullmatch(text) is not None
    if format_ in ("date-time", "date"):
        try:
            datetime.fromisoformat(text.upper())
        except ValueError:
            return False
        return format_ == "date-time" or _DAY.fullmatch(text) is not None
    return True


def all_suit(values: Sequence[t.Any], format_: str) -> bool:
    """Whether each of many values is a text that suits a format, or no text at all.

    The common case, that all are texts, takes few calls for all of them.
    """
    try:
        return _all_texts_suit(values, format_)
    except TypeError:  # some are null or absent, and often all of them
        first = values[0]
        if first.__class__ is not str and values.count(first) == len(values):
            return True
        return _all_texts_suit([each for each in values if each.__class__ is str], format_)


def _all_texts_suit(texts: Sequence[str], format_: str) -> bool:
    if not texts:
        return True
    try:
        if format_ == DECIMAL and _are_plain(texts):
            return True
        if format_ in _TIMES:
            # One that has a quote in it makes more of itself, and is counted.
            return len(_TIMES[format_].decode('["' + '","'.join(texts) + '"]')) == len(texts)
    except ValueError:  # of msgspec, or of a lone surrogate
        pass
    return all(suits(text, format_) for text in texts)


def _are_plain(texts: Sequence[str]) -> bool:
    """Whether all texts are plain decimals, all with a point or all without: `1.00`, `-23.50`."""
    lines = ("\n" + "\n".join(texts) + "\n").encode().replace(b"\n-", b"\n")
    signs = lines[1:].translate(None, b"0123456789")
    end = signs[: signs.index(b"\n") + 1]
    if end not in (b"\n", b".\n") or signs != end * len(texts):
        return False
    # No text is without digits.
    return b"\n\n" not in lines and b"\n.\n" not in lines


def decimal_texts(pieces: Sequence[t.Any]) -> list[str | None]:
    """Decimals, as the JSON that they came as (None: absent), to texts with the same digits.

    Raises:
        ValueError: one is neither a number nor null nor a text that is a decimal.
    """
    try:
        block = b"\n".join(pieces)
        if not block.translate(None, b"0123456789.-\n"):
            return t.cast("list[str | None]", block.decode().split("\n"))
    except TypeError:  # some are absent
        pass
    return [None if piece is None else _decimal_text(bytes(piece)) for piece in pieces]


def _decimal_text(spelled: bytes) -> str | None:
    if spelled == b"null":
        return None
    text = msgspec.json.decode(spelled, type=str) if spelled[:1] == b'"' else spelled.decode()
    if not suits(text, DECIMAL):
        raise ValueError("it is no decimal")
    return text
