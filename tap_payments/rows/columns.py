"""Fits one row to its schema so that nothing is lost: the careful way, a member at a time."""

from __future__ import annotations

import re
import typing as t

import msgspec
from msgspec import Raw

from tap_payments.errors import StreamFailed
from tap_payments.rows.exact_json import dumps, parse_object, spell
from tap_payments.rows.formats import suits

NULL, ZERO = Raw(b"null"), Raw(b"0")

_KINDS = {b'"': "string", b"{": "object", b"[": "array", b"t": "boolean", b"f": "boolean"}
_KINDS |= {digit.encode(): "number" for digit in "-0123456789"} | {b"n": "null"}
_INTEGER = re.compile(rb"-?\d+")


def kind_of(spelled: bytes) -> str:
    """The JSON type of a spelling; `integer` where a number has neither point nor exponent."""
    kind = _KINDS[spelled[:1]]
    return "integer" if kind == "number" and _INTEGER.fullmatch(spelled) else kind


class Column:
    """What a schema says of one field, top-level or nested.

    `whole` says that a section has all of its declared members and no others, so that each of them
    can become a column; what else is in it is left for `_extra`. `nothing` stands where there is
    no value.
    """

    __slots__ = ("format", "items", "key", "kinds", "members", "name", "nothing", "whole")

    def __init__(
        self, name: str, schema: dict[str, t.Any], *, key: bool = False, whole: bool = False
    ) -> None:
        self.name = name
        self.key = key
        self.kinds = _kinds_of(schema)
        self.items = _kinds_of(schema.get("items", {}))
        self.format = schema.get("format")
        self.members = {
            inner: Column(f"{name}.{inner}", member, whole=whole)
            for inner, member in schema.get("properties", {}).items()
        }
        self.whole = whole and bool(self.members)
        self.nothing = spell(self._nothings()) if self.whole else NULL

    def _nothings(self) -> dict[str, Raw]:
        return {name: member.nothing for name, member in self.members.items()}

    def fit(self, value: Raw) -> tuple[Raw, Raw | dict[str, t.Any] | None]:
        """The value for the column, and the part for `_extra` that does not fit (None: nothing).

        A value of another JSON type becomes its spelling where the column is a string.

        Raises:
            StreamFailed: the value of a key is null or of another type.
        """
        spelled = bytes(value)
        kind = kind_of(spelled)
        if self.key and kind not in self.kinds:
            raise StreamFailed(f"a row's key field '{self.name}' is {kind}")
        if spelled == b"-0" and "integer" in self.kinds:
            return ZERO, None  # as an integer is written
        if self.key or not self.kinds:
            return value, None
        if kind == "null":
            return self.nothing if self.whole else value, None
        if kind in self.kinds or (kind == "integer" and "number" in self.kinds):
            return self._fit_same(value, spelled, kind)
        if "string" in self.kinds and suits(text := spelled.decode(), self.format):
            return Raw(dumps(text)), None
        return self.nothing, value

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
        fitted: dict[str, Raw] = self._nothings() if self.whole else {}
        extra: dict[str, t.Any] = {}
        for name, item in members.items():
            column = self.members.get(name)
            if column is not None:
                fitted[name], left = column.fit(item)
            elif self.whole:
                left = item
            else:
                fitted[name], left = item, None
            if left is not None:
                extra[name] = left
        if extra or self.whole or any(fitted[name] is not members[name] for name in members):
            return spell(fitted), extra or None
        return value, None


def _text(spelled: bytes) -> str:
    try:
        return msgspec.json.decode(spelled, type=str)
    except msgspec.DecodeError:  # a lone surrogate: no format has one
        return ""


def _kinds_of(schema: dict[str, t.Any]) -> frozenset[str]:
    kinds = schema.get("type", ())
    return frozenset([kinds] if isinstance(kinds, str) else kinds)
