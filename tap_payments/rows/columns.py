"""Fits one row to its schema so that nothing is lost: the careful way, a member at a time."""

from __future__ import annotations

import re
import typing as t
from datetime import date, datetime

import msgspec
from msgspec import Raw

from tap_payments.errors import StreamFailed
from tap_payments.rows.exact_json import dumps, parse_object, spell

if t.TYPE_CHECKING:
    from collections.abc import Sequence

NULL = Raw(b"null")

_KINDS = {b'"': "string", b"{": "object", b"[": "array", b"t": "boolean", b"f": "boolean"}
_KINDS |= {digit.encode(): "number" for digit in "-0123456789"} | {b"n": "null"}
DECIMAL_PATTERN = r"^[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]+)?\Z"
_DECIMAL = re.compile(DECIMAL_PATTERN)
_INTEGER = re.compile(rb"-?\d+")
_TIMES: dict[str, msgspec.json.Decoder[list[t.Any]]] = {
    "date-time": msgspec.json.Decoder(list[datetime]),
    "date": msgspec.json.Decoder(list[date]),
}
_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)


def kind_of(spelled: bytes) -> str:
    """The JSON type of a spelling; `integer` where a number has neither point nor exponent."""
    kind = _KINDS[spelled[:1]]
    return "integer" if kind == "number" and _INTEGER.fullmatch(spelled) else kind


def suits(text: str, format_: str | None) -> bool:
    """Whether a text is what its format says, so that a warehouse can store it as that."""
    if format_ == "x-singer.decimal":
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
        if format_ == "x-singer.decimal" and _are_plain(texts):
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


class Column:
    """What a schema says of one field, top-level or nested."""

    __slots__ = ("format", "key", "kinds", "members", "name")

    def __init__(self, name: str, schema: dict[str, t.Any], *, key: bool = False) -> None:
        kinds = schema.get("type", ())
        self.name = name
        self.key = key
        self.kinds = frozenset([kinds] if isinstance(kinds, str) else kinds)
        self.format = schema.get("format")
        self.members = {
            inner: Column(f"{name}.{inner}", member)
            for inner, member in schema.get("properties", {}).items()
        }

    def fit(self, value: Raw) -> tuple[Raw, Raw | dict[str, t.Any] | None]:
        """What goes into the column, and what is left for `_extra` (None: nothing).

        A value of another JSON type becomes its spelling where the column is a string.

        Raises:
            StreamFailed: the value of a key is null or of another type.
        """
        spelled = bytes(value)
        kind = kind_of(spelled)
        if not self.kinds:
            return value, None
        if self.key:
            if kind not in self.kinds:
                raise StreamFailed(f"a row's key field '{self.name}' is {kind}")
            return value, None
        if kind == "null":
            return value, None
        if kind in self.kinds or (kind == "integer" and "number" in self.kinds):
            return self._fit_same(value, spelled, kind)
        if "string" in self.kinds and suits(text := spelled.decode(), self.format):
            return Raw(dumps(text)), None
        return NULL, value

    def _fit_same(
        self, value: Raw, spelled: bytes, kind: str
    ) -> tuple[Raw, Raw | dict[str, t.Any] | None]:
        if kind == "string" and self.format and not suits(_text(spelled), self.format):
            return NULL, value
        if kind == "object" and self.members:
            return self._fit_members(value)
        return value, None

    def _fit_members(self, value: Raw) -> tuple[Raw, dict[str, t.Any] | None]:
        members = parse_object(value)
        fitted, extra = {}, {}
        for name, item in members.items():
            column = self.members.get(name)
            fitted[name], left = column.fit(item) if column else (item, None)
            if left is not None:
                extra[name] = left
        if extra or any(fitted[name] is not members[name] for name in members):
            return spell(fitted), extra or None
        return value, None


def _text(spelled: bytes) -> str:
    try:
        return msgspec.json.decode(spelled, type=str)
    except msgspec.DecodeError:  # a lone surrogate: no format has one
        return ""
