"""Reports, from the bytes of a CSV file to rows: nothing dropped, nothing guessed, flat memory."""

from __future__ import annotations

import codecs
import contextlib
import csv
import io
import re
import typing as t

if t.TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

Cells = list[str | None]
Extra = dict[str, str | None]

LONGEST_CELL = 2**24
"""Characters: beyond this a quote is missing rather than a cell long."""

_CHUNK = 2**16
_UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_FOREIGN = re.compile(r"[^A-Za-z0-9_]+")


class ReportUnreadable(ValueError):
    """A report that is not what it should be; says what is wrong and where, and no content."""


class Table(t.NamedTuple):
    """A report's columns, and its rows: the cells of the columns, and what is surplus.

    A cell is None where it is empty. Reading the rows raises ReportUnreadable.
    """

    columns: tuple[str, ...]
    rows: Iterator[tuple[Cells, Extra | None]]


def read_csv(stream: t.BinaryIO, *, delimiter: str, reserved: Collection[str]) -> Table:
    """The table of a CSV file in UTF-8, or in UTF-16 with a byte order mark.

    `reserved` are column names that are taken. A file without a header has no columns.

    Raises:
        ReportUnreadable: the bytes are no text, or the quotes do not match.
    """
    if csv.field_size_limit() < LONGEST_CELL:
        csv.field_size_limit(LONGEST_CELL)
    source = io.BufferedReader(_PlainText(stream), _CHUNK)
    text = io.TextIOWrapper(source, encoding="utf-8-sig", newline="")
    lines = csv.reader(text, delimiter=delimiter, strict=True)
    with _naming_the_line(lines):
        header: list[str] = next((cells for cells in lines if not _is_blank(cells)), [])
    columns = name_columns([name.strip() for name in header], reserved)
    return Table(columns, _fitted(lines, len(columns)))


def name_columns(names: Sequence[str], reserved: Collection[str]) -> tuple[str, ...]:
    """Unique names in ASCII letters, digits and `_`; a vendor's own spelling comes first.

    An empty name is `column_<n>`, counted from 1. One that is repeated or reserved gets the
    first suffix, from `_2`, that no other column has.
    """
    cleaned = [to_name(name) for name in names]
    taken = {*reserved, *cleaned}
    unclaimed = set(cleaned) - set(reserved)
    unique = []
    for position, own in enumerate(cleaned, start=1):
        name = own or f"column_{position}"
        if own and own in unclaimed:
            unclaimed.remove(own)
        else:
            name = _first_free(name, taken, is_fresh=not own)
        taken.add(name)
        unique.append(name)
    return tuple(unique)


def to_name(name: str) -> str:
    """Every run of characters other than ASCII letters, digits and `_` as one `_`."""
    return _FOREIGN.sub("_", name)


def _first_free(name: str, taken: Collection[str], *, is_fresh: bool) -> str:
    if is_fresh and name not in taken:
        return name
    suffix = 2
    while f"{name}_{suffix}" in taken:
        suffix += 1
    return f"{name}_{suffix}"


@contextlib.contextmanager
def _naming_the_line(lines: t.Any) -> Iterator[None]:
    """Says where the CSV is broken."""
    try:
        yield
    except csv.Error as error:
        raise ReportUnreadable(f"the CSV is broken at line {lines.line_num}: {error}") from error
    except UnicodeError as error:
        raise ReportUnreadable(f"the CSV is not UTF-8 after line {lines.line_num}") from error


def _fitted(lines: Iterator[t.Any], width: int) -> Iterator[tuple[Cells, Extra | None]]:
    with _naming_the_line(lines):
        for cells in lines:
            if len(cells) == width:
                yield cells if all(cells) else [cell or None for cell in cells], None
            elif len(cells) > width:
                surplus = enumerate(cells[width:], start=width + 1)
                extra = {f"column_{position}": cell or None for position, cell in surplus}
                yield [cell or None for cell in cells[:width]], extra
            elif not _is_blank(cells):
                padding: Cells = [None] * (width - len(cells))
                yield [cell or None for cell in cells] + padding, None


def _is_blank(cells: list[str]) -> bool:
    return not cells or (len(cells) == 1 and cells[0].isspace())


class _PlainText(io.RawIOBase):
    """A stream's bytes in UTF-8, none of them NUL; it does not close the stream."""

    def __init__(self, stream: t.BinaryIO) -> None:
        self._stream = stream
        self._offset = 0
        self._decoder: codecs.IncrementalDecoder | None = None
        self._pending = b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: t.Any) -> int:
        while not self._pending:
            chunk = self._stream.read(_CHUNK)
            if not self._offset and chunk.startswith(_UTF16):
                self._decoder = codecs.getincrementaldecoder("utf-16")()
            self._pending = self._to_utf8(chunk)
            if b"\0" in self._pending:
                raise ReportUnreadable(
                    f"the CSV has a NUL byte at or after byte {self._offset}: it is no text"
                )
            self._offset += len(chunk)
            if not chunk:
                break
        size = min(len(buffer), len(self._pending))
        buffer[:size] = self._pending[:size]
        self._pending = self._pending[size:]
        return size

    def _to_utf8(self, chunk: bytes) -> bytes:
        if self._decoder is None:
            return chunk
        return self._decoder.decode(chunk, final=not chunk).encode()
