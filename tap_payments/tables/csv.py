"""Reports, from the bytes of a CSV file to rows: nothing dropped, nothing guessed, flat memory."""

from __future__ import annotations

import contextlib
import csv
import typing as t

from tap_payments.tables.names import name_columns
from tap_payments.tables.table import ReportUnreadable, Table
from tap_payments.tables.text import text_of

if t.TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator

    from tap_payments.tables.table import Cells, Extra

LONGEST_CELL = 2**24
"""Characters: beyond this a quote is missing rather than a cell long."""

USUAL = {",": "comma", ";": "semicolon", "\t": "tab", "|": "pipe"}
"""Delimiters that a file may have instead of the one that is set."""


def read_csv(
    stream: t.BinaryIO,
    *,
    delimiter: str,
    reserved: Collection[str],
    warn: Callable[[str], object] = lambda _: None,
) -> Table:
    """The table of a CSV file in UTF-8, or in UTF-16 with a byte order mark.

    `reserved` are column names that are taken. A file without a header has no columns. `warn`
    hears, when all rows are read, that the header does not look like theirs.

    Raises:
        ReportUnreadable: the bytes are no text, or the quotes do not match.
    """
    if csv.field_size_limit() < LONGEST_CELL:
        csv.field_size_limit(LONGEST_CELL)
    lines = csv.reader(text_of(stream), delimiter=delimiter, strict=True)
    with _naming_the_line(lines):
        header: list[str] = next((cells for cells in lines if not _is_blank(cells)), [])
    columns = name_columns([name.strip() for name in header], reserved)
    return Table(columns, _fitted(lines, header, delimiter, warn))


@contextlib.contextmanager
def _naming_the_line(lines: t.Any) -> Iterator[None]:
    """Says where the CSV is broken."""
    try:
        yield
    except csv.Error as error:
        raise ReportUnreadable(f"the CSV is broken at line {lines.line_num}: {error}") from error
    except UnicodeError as error:
        raise ReportUnreadable(f"the CSV is not UTF-8 after line {lines.line_num}") from error


def _fitted(
    lines: Iterator[t.Any], header: list[str], delimiter: str, warn: Callable[[str], object]
) -> Iterator[tuple[Cells, Extra | None]]:
    """The rows in the width of the header."""
    width, fitting, longer, shorter = len(header), 0, 0, 0
    first: list[str] = []
    with _naming_the_line(lines):
        for cells in lines:
            first = first or cells
            if len(cells) == width:
                fitting += 1
                yield cells if all(cells) else [cell or None for cell in cells], None
            elif len(cells) > width:
                longer += 1
                surplus = enumerate(cells[width:], start=width + 1)
                extra = {f"column_{position}": cell or None for position, cell in surplus}
                yield [cell or None for cell in cells[:width]], extra
            elif not _is_blank(cells):
                shorter += 1
                padding: Cells = [None] * (width - len(cells))
                yield [cell or None for cell in cells] + padding, None
    for problem in _misfits(header, first, delimiter):
        warn(problem)
    if not fitting and longer != shorter and 0 in (longer, shorter):
        warn(
            f"all rows of a report are {'longer' if longer else 'shorter'} than its first line: "
            "it may be a title and not the header"
        )


def _misfits(header: list[str], first: list[str], delimiter: str) -> Iterator[str]:
    """What of a header does not look like one."""
    if header and header[0].lower().startswith("sep="):
        yield "the first line of a report only says which delimiter it has, and was taken for names"
    if len(header) != 1:
        return
    others = [
        name
        for sign, name in USUAL.items()
        if sign != delimiter and any(sign in cell for cell in (*header, *first))
    ]
    if others:
        yield (
            "a report has one column, and its rows hold another usual delimiter "
            f"({', '.join(others)}): is the delimiter that is set the right one?"
        )
    elif not first:
        yield "a report has one column and no row: it may be a message and not a report"


def _is_blank(cells: list[str]) -> bool:
    return not cells or (len(cells) == 1 and cells[0].isspace())
