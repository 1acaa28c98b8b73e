"""Columns that no catalog declares, gathered in one column that it does."""

from __future__ import annotations

import typing as t

import msgspec
from msgspec import Raw

from tap_payments.rows.batch import NOTHING

if t.TYPE_CHECKING:
    from collections.abc import Collection

COLUMN = "_row"

SCHEMA: dict[str, t.Any] = {
    "type": ["object", "null"],
    "description": "The row's cells as they are in the report; the vendor does not document them.",
    "additionalProperties": True,
}

_rows = msgspec.json.Decoder(dict[str, Raw])
_encoder = msgspec.json.Encoder()


class Cells:
    """Moves the cells of rows into one object; the tap's own columns stay, keys are in both."""

    def __init__(self, own: Collection[str], keys: Collection[str]) -> None:
        self._own = tuple(own)
        self._keys = tuple(key for key in keys if key not in own)

    def gather(self, lines: bytes) -> bytes:
        """Rows, a line break and one JSON object a line, with their cells in one column."""
        rows = map(self._gather, _rows.decode_lines(lines))
        return _encoder.encode_lines([NOTHING, *rows])

    def _gather(self, row: dict[str, Raw]) -> dict[str, t.Any]:
        told: dict[str, t.Any] = {key: row[key] for key in self._keys}
        for name in self._own:
            if name in row:
                told[name] = row.pop(name)
        told[COLUMN] = row
        return told
