"""A report's rows and columns, whatever file they came in."""

from __future__ import annotations

import typing as t

from tap_payments.errors import TapError

if t.TYPE_CHECKING:
    from collections.abc import Iterator

Cells = list[str | None]
Extra = dict[str, str | None]


class ReportUnreadable(TapError, ValueError):
    """A report that is not what it should be; says what is wrong and where, and no content."""


class Table(t.NamedTuple):
    """A report's columns, and its rows: the cells of the columns, and what is surplus.

    A cell is None where it is empty. Reading the rows raises ReportUnreadable.
    """

    columns: tuple[str, ...]
    rows: Iterator[tuple[Cells, Extra | None]]
