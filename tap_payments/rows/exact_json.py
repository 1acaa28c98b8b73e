"""JSON whose numbers keep the digits that they came with."""

from __future__ import annotations

import codecs
import json
import sys
import typing as t
from decimal import Decimal

import msgspec
from msgspec import Raw


class ExactDecimal(Decimal):
    """A number that is written as it was read: `1e3` stays `1e3`, `12.10` keeps its zero."""

    __slots__ = ("spelling",)
    spelling: str

    def __new__(cls, spelling: str) -> t.Self:
        """A number from its JSON spelling."""
        self = super().__new__(cls, spelling)
        self.spelling = spelling
        return self

    def __str__(self) -> str:
        """The spelling."""
        return self.spelling

    def __deepcopy__(self, _memo: t.Any) -> ExactDecimal:
        """Itself: the SDK copies the values of a record before it writes them."""
        return self


def _integer(spelling: str) -> int | ExactDecimal:
    """A whole number; minus zero, and more digits than Python counts, as they are spelled."""
    if spelling == "-0" or len(spelling) > sys.int_info.default_max_str_digits:
        return ExactDecimal(spelling)
    return int(spelling)


def _refuse(name: str) -> t.NoReturn:
    raise ValueError(f"{name} is not JSON")


def loads(text: bytes | str) -> t.Any:
    """A JSON document as Python values; what is no plain whole number as `ExactDecimal`.

    More lenient than msgspec in one point: a lone surrogate in a string is kept.

    Raises:
        ValueError: it is not JSON.
    """
    try:
        return json.loads(
            text, parse_float=ExactDecimal, parse_int=_integer, parse_constant=_refuse
        )
    except RecursionError:
        raise ValueError("it is nested too deeply") from None


def dumps(value: t.Any) -> bytes:
    """The JSON spelling of Python values, exact numbers and `msgspec.Raw` pieces."""
    try:
        return _encoder.encode(value)
    except UnicodeEncodeError:  # a lone surrogate: only an escape can spell it
        return _escaped(value).encode()


def spell(value: t.Any) -> Raw:
    """A value as a piece of JSON."""
    return Raw(dumps(value))


def in_one_line(spelled: bytes) -> bytes:
    """The same JSON without spaces and line breaks between its parts."""
    try:
        return msgspec.json.format(spelled, indent=-1)
    except (msgspec.DecodeError, RecursionError):  # a lone surrogate
        return dumps(loads(spelled))


def body_in_one_line(body: bytes) -> bytes:
    """A body without a mark before it and without line breaks.

    Raises:
        ValueError: it is not JSON in UTF-8.
    """
    body = body.removeprefix(codecs.BOM_UTF8)
    if not body.isascii():
        body.decode()
    if b"\n" in body or b"\r" in body:
        body = msgspec.json.format(body, indent=-1)
    return body


def _escaped(value: t.Any) -> str:
    """The JSON spelling with every character outside ASCII as an escape."""
    if isinstance(value, dict):
        return "{" + ",".join(f"{json.dumps(k)}:{_escaped(v)}" for k, v in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(_escaped, value)) + "]"
    if isinstance(value, Raw):
        return bytes(value).decode()
    return value.spelling if isinstance(value, ExactDecimal) else json.dumps(value)


def _as_raw(value: t.Any) -> Raw:
    if isinstance(value, ExactDecimal):
        return Raw(value.spelling.encode())
    raise TypeError(f"{type(value).__name__} is not JSON")


_encoder = msgspec.json.Encoder(enc_hook=_as_raw)


def parse_object(spelled: bytes | Raw) -> dict[str, Raw]:
    """The members of a JSON object, each as it is spelled.

    Raises:
        ValueError: it is not a JSON object.
    """
    try:
        return _members.decode(spelled)
    except msgspec.ValidationError:
        raise
    except (msgspec.DecodeError, RecursionError):
        value = loads(bytes(spelled))
        if isinstance(value, dict):
            return {name: spell(item) for name, item in value.items()}
        raise ValueError("it is not an object") from None


_members = msgspec.json.Decoder(dict[str, Raw])
