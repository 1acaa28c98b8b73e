"""Report files: CSV or XML, made of rows whose columns are invented, or of very many cheap ones."""

from __future__ import annotations

import csv
import io
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from xml.sax.saxutils import escape

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

Row = dict[str, Any]
BULK_ROW = {"id": "BULK-<number>", "at": "2026-01-01T00:00:00", "text": 'a, "b"', "amount": "1.23"}
BULK_NUMBER = "<number>"
BULK_BLOCK = 5000
GZIP = 31
PADDING = 1000


@dataclass(frozen=True)
class Report:
    """A file: its pieces, and how many bytes they are together (None: nobody has counted)."""

    pieces: Iterable[bytes]
    length: int | None

    @classmethod
    def of(cls, content: bytes) -> Report:
        """A file of exactly these bytes."""
        return cls((content,), len(content))

    def compressed(self, *, padding: bool = False) -> Report:
        """The same file in gzip, with zeros after it where there is `padding`."""
        return Report(_compress(self.pieces, bytes(PADDING) if padding else b""), None)


@dataclass(frozen=True)
class Format:
    """How rows are written: `csv` with this delimiter, or `xml` as one element per row."""

    file_type: str
    delimiter: str = ","
    bom: bool = False
    element: str = "row"

    def report(self, rows: Sequence[Mapping[str, Any]], columns: Iterable[str]) -> Report:
        """A file of these rows, with every column that one of them has; `columns` without rows."""
        columns = list(dict.fromkeys(name for row in rows for name in row)) or list(columns)
        head, tail = self._frame(columns)
        return Report.of(head + b"".join(self._row(row, columns) for row in rows) + tail)

    def bulk(self, count: int) -> Report:
        """A file of `count` rows that differ in their number only, made while it is read."""
        columns = list(BULK_ROW)
        head, tail = self._frame(columns)
        line = self._row(BULK_ROW, columns).replace(escape(BULK_NUMBER).encode(), b"%012d")
        line = line.replace(BULK_NUMBER.encode(), b"%012d")
        length = len(head) + count * len(line % 0) + len(tail)
        return Report(_bulk(head, line, count, tail), length)

    def _frame(self, columns: Sequence[str]) -> tuple[bytes, bytes]:
        mark = b"\xef\xbb\xbf" if self.bom else b""
        if self.file_type == "csv":
            return mark + self._line(columns), b""
        head = f'<?xml version="1.0" encoding="UTF-8"?>\n<{self.element}s>\n'
        return mark + head.encode(), f"</{self.element}s>\n".encode()

    def _row(self, row: Mapping[str, Any], columns: Sequence[str]) -> bytes:
        cells = ["" if row.get(name) is None else str(row[name]) for name in columns]
        if self.file_type == "csv":
            return self._line(cells)
        names = (name.replace(" ", "") for name in columns)
        pairs = zip(names, cells, strict=True)
        inner = "".join(f"<{name}>{escape(cell)}</{name}>" for name, cell in pairs)
        return f"<{self.element}>{inner}</{self.element}>\n".encode()

    def _line(self, cells: Sequence[str]) -> bytes:
        line = io.StringIO()
        csv.writer(line, delimiter=self.delimiter, lineterminator="\r\n").writerow(cells)
        return line.getvalue().encode()


def _bulk(head: bytes, line: bytes, count: int, tail: bytes) -> Iterator[bytes]:
    yield head
    for first in range(0, count, BULK_BLOCK):
        numbers = tuple(range(first, min(first + BULK_BLOCK, count)))
        yield line * len(numbers) % numbers
    yield tail


def _compress(pieces: Iterable[bytes], padding: bytes) -> Iterator[bytes]:
    squeezer = zlib.compressobj(level=1, wbits=GZIP)
    for piece in pieces:
        if part := squeezer.compress(piece):
            yield part
    yield squeezer.flush() + padding
