"""Rows as columns: the values that their RECORD lines would have, a whole column at a time."""

from __future__ import annotations

import functools
import typing as t

import msgspec
from msgspec import Raw, Struct

from tap_payments.rows.exact_json import dumps, in_one_line, loads, parse_object
from tap_payments.rows.struct_types import OnlyWritten

if t.TYPE_CHECKING:
    from collections.abc import Mapping

    from tap_payments.rows.batch import Batch, RowWriter

Kind = t.Literal["text", "integer", "boolean", "json"]
"""What a column holds: `json` are nested values, each as the text of its JSON."""

Values = t.Sequence[t.Any]

_PLAIN = {str, int, bool, type(None), OnlyWritten}
_NULL = b"null\n"
_BOTH = {"true": True, "false": False}
_lines = msgspec.json.Encoder().encode_lines


def kind_of(field: Mapping[str, t.Any]) -> Kind:
    """The kind of a column, by its JSON schema; decimals and numbers are texts of their digits."""
    types = field.get("type", ())
    types = {types} if isinstance(types, str) else set(types)
    kinds = types - {"null"}
    if kinds in ({"integer"}, {"boolean"}):
        return t.cast("Kind", kinds.pop())
    return "json" if kinds & {"object", "array"} else "text"


def columns_of(writer: RowWriter, batch: Batch, kinds: Mapping[str, Kind]) -> list[Values]:
    """The values of these columns, in their order; None where the row's line has null."""
    if batch.careful or Raw in set(map(type, batch.rows)):
        rows = [_members(writer, row) for row in batch.rows]
        return [[_value(row.get(name), kind) for row in rows] for name, kind in kinds.items()]
    fields = _fields_of(type(batch.rows[0]))  # type: ignore[arg-type]  # a type can be hashed
    # A row at a time, while it is still in the processor's cache.
    values = list(zip(*map(msgspec.structs.astuple, batch.rows), strict=True))
    return [_column(values[fields[name][0]], fields[name][1], kind) for name, kind in kinds.items()]


def _members(writer: RowWriter, row: t.Any) -> dict[str, t.Any]:
    """The members of a careful row, or of one that is spelled already."""
    if isinstance(row, dict):
        return writer.added | row
    return t.cast("dict[str, t.Any]", parse_object(row if isinstance(row, Raw) else dumps(row)))


@functools.lru_cache(64)
def _fields_of(row: type[Struct]) -> dict[str, tuple[int, bool]]:
    """The position for each name, and whether all its values are as a column takes them."""
    return {
        field.encode_name: (index, set(t.get_args(field.type) or [field.type]) <= _PLAIN)
        for index, field in enumerate(msgspec.structs.fields(row))
    }


def _column(values: Values, is_plain: bool, kind: Kind) -> Values:
    if is_plain or set(map(type, values)) <= _PLAIN:
        return values
    block = _lines(values)
    texts = block.decode().split("\n")[:-1]
    if kind == "json" or (kind == "text" and b'"' not in block):
        # No object, list or number ends with what null is spelled as.
        return [None if each == "null" else each for each in texts] if _NULL in block else texts
    return [_plain(text, kind) for text in texts]


def _value(value: t.Any, kind: Kind) -> t.Any:
    """A value, which may be kept as it was spelled."""
    spelled = bytes(value) if isinstance(value, Raw) else dumps(value)
    if b"\n" in spelled or b"\r" in spelled:
        spelled = in_one_line(spelled)
    return _plain(spelled.decode(), kind)


def _plain(text: str, kind: Kind) -> t.Any:
    """What a JSON text stands for in a column of a kind."""
    if text == "null":
        return None
    if kind == "integer":
        return int(text)
    if kind == "boolean":
        return _BOTH[text]
    if kind == "json" or text[:1] != '"':
        return text
    # Half of a pair of surrogates is no character: its escape stands for it.
    return t.cast("str", loads(text)).encode(errors="backslashreplace").decode()
