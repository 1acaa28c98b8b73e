"""Fits one row to its schema so that nothing is lost: the careful way, a member at a time."""

from __future__ import annotations

import re
import typing as t
from collections import deque
from datetime import datetime

import msgspec
from msgspec import Raw

from tap_payments.core.errors import StreamFailed
from tap_payments.core.exact import dumps, parse_object, spell

if t.TYPE_CHECKING:
    from collections.abc import Sequence

NULL = Raw(b"null")

_KINDS = {b'"': "string", b"{": "object", b"[": "array", b"t": "boolean", b"f": "boolean"}
_KINDS |= {digit.encode(): "number" for digit in "-0123456789"} | {b"n": "null"}
DECIMAL_PATTERN = r"^[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]+)?\Z"
_DECIMAL = re.compile(DECIMAL_PATTERN)
_DECIMAL_CHARACTERS = b"0123456789+-.eE"
_INTEGER = re.compile(rb"-?\d+")
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
    """Whether each of many values is null, absent or a text that suits a format.

    The common case, that all are texts that do, is told by a few calls for all of them.
    """
    try:
        if format_ == "x-singer.decimal":
            deque(map(float, values), maxlen=0)
            # What float reads beyond a decimal has other characters: 1_000, nan, a space.
            return not "".join(values).encode().translate(None, _DECIMAL_CHARACTERS)
        if format_ == "date-time":
            deque(map(datetime.fromisoformat, values), maxlen=0)
            return True
    except (TypeError, ValueError):
        pass
    return all(suits(value, format_) for value in values if isinstance(value, str))


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
