"""Rows that are ready to be written, and their lines."""

from __future__ import annotations

import typing as t

import msgspec
from msgspec import Raw

from tap_payments.rows.exact_json import dumps, in_one_line, loads

NOTHING = Raw(b"")
"""An empty line."""


class Batch(t.NamedTuple):
    """Rows that are ready to be written: all structs, or all fitted members."""

    rows: list[t.Any]
    careful: bool


class RowWriter:
    """Spells rows: `added` are the members that the tap adds to each of them."""

    def __init__(self, added: dict[str, t.Any], *, extra_selected: bool) -> None:
        self.added = added
        self.extra_selected = extra_selected
        self._encode = msgspec.json.Encoder().encode_lines

    def encode(self, batch: Batch) -> bytes:
        """A line break, and the rows as JSON, one a line.

        Structs have the added members themselves.
        """
        if batch.careful:
            return b"\n" + b"".join(to_line(self.added | row) for row in batch.rows)
        return self._encode([NOTHING, *batch.rows])

    def to_python(self, row: dict[str, t.Any]) -> dict[str, t.Any]:
        """A carefully read row as Python values for the SDK; numbers keep their digits."""
        return t.cast("dict[str, t.Any]", loads(dumps(self.added | row)))


def to_line(row: dict[str, t.Any]) -> bytes:
    """A row as one line, also where a piece of it was spelled over several."""
    line = dumps(row)
    if b"\n" in line or b"\r" in line:
        line = in_one_line(line)
    return line + b"\n"
