"""What a stream yields while it reads, in the order in which it is to be written."""

from __future__ import annotations

import typing as t

if t.TYPE_CHECKING:
    from datetime import datetime

    from tap_payments.http.calls import Statistics
    from tap_payments.rows.batch import Batch, RowWriter
    from tap_payments.streams.partition import Partition
    from tap_payments.windows.window import Window


class Page(t.NamedTuple):
    """The rows of one answer, still to be decoded, and the total that it announced.

    `window` is what was asked for, where that is only a part of the window that is read.
    """

    rows: list[t.Any]
    total: int | None = None
    window: Window | None = None


class Rows(t.NamedTuple):
    """Rows that are ready to be written, the writer that encodes them, and their size in bytes.

    `columns` are those that the stream's SCHEMA has to declare besides its own.
    """

    batch: Batch
    writer: RowWriter
    columns: tuple[str, ...]
    size: int


class Again(t.NamedTuple):
    """Says that a window is read again from its start, and why."""

    reason: str


class Closed(t.NamedTuple):
    """Says that all rows of a window came before: its end may become the watermark."""

    window: Window
    statistics: Statistics
    began: datetime


class Noted(t.NamedTuple):
    """Says what the state remembers of a partition under a name, from now on, until it changes."""

    partition: Partition
    name: str
    value: t.Any


Item = Page | Rows | Again | Closed | Noted
