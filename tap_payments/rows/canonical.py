"""One spelling for a row, whichever way it was read, so that equal rows can be told by a digest."""

from __future__ import annotations

import hashlib
import typing as t

import msgspec
from msgspec import UNSET, Raw, Struct, UnsetType

from tap_payments.rows.batch import to_line
from tap_payments.rows.exact_json import loads
from tap_payments.rows.struct_types import Types
from tap_payments.rows.structs import ACCOUNT, EXTRA

if t.TYPE_CHECKING:
    from collections.abc import Mapping

    from tap_payments.rows.columns import Column

Row = Struct | t.Mapping[str, t.Any]


class Canonical:
    """Spells rows of one schema as a closed shape writes them, if that can hold them.

    A row that it can hold is spelled so even where its neighbours could not be held. Any other is
    spelled as an open shape writes it, whose sections are as the vendor spelled them.
    """

    def __init__(self, columns: Mapping[str, Column]) -> None:
        self._encode = msgspec.json.Encoder().encode
        self._closed, self._open = (
            msgspec.json.Decoder(_written_row(columns, Types(closed=closed)))
            for closed in (True, False)
        )

    def spell(self, row: Row) -> bytes:
        """The spelling of a row that a closed shape has not made."""
        if isinstance(row, Struct):
            line = self._encode(row)
            return self._by(self._closed, line) or line
        line = to_line(dict(row))[:-1]
        return self._by(self._closed, line) or self._by(self._open, line) or line

    def _by(self, decoder: msgspec.json.Decoder[t.Any], line: bytes) -> bytes:
        try:
            return self._encode(decoder.decode(line))
        except (msgspec.MsgspecError, RecursionError):
            return b""


def _written_row(columns: Mapping[str, Column], types: Types) -> type[Struct]:
    kinds = {name: types.of(column) for name, column in columns.items()}
    kinds = {ACCOUNT: str, **kinds, EXTRA: str}
    fields = [
        (name, Raw if kind is None else kind | None | UnsetType, UNSET)
        for name, kind in kinds.items()
    ]
    return msgspec.defstruct("Row", fields, forbid_unknown_fields=True, gc=False)


def digest_of(spelled: bytes) -> bytes:
    """Sixteen bytes that tell a spelling from all others."""
    return hashlib.sha256(spelled).digest()[:16]


def text_of(row: Row, field: str) -> str | None:
    """A field of a row as a text; None where it is none."""
    value = getattr(row, field) if isinstance(row, Struct) else row.get(field)
    if isinstance(value, Raw):
        value = loads(bytes(value))
    return value if isinstance(value, str) else None
