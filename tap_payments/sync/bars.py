"""Progress on a terminal: a bar for each account that is read, log lines above, a table below."""

from __future__ import annotations

import io
import logging
import sys
import typing as t

from rich.console import Console
from rich.progress import BarColumn, TextColumn, TimeElapsedColumn
from rich.progress import Progress as Bars
from rich.table import Table

from tap_payments.sync.progress import Extent, Progress
from tap_payments.sync.summary import HEADER

if t.TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from tap_payments.http.calls import Statistics
    from tap_payments.streams.partition import Partition
    from tap_payments.sync.summary import Summary

MOST = 8
"""Accounts that have a bar of their own; all others are in the first line."""


class BarProgress(Progress):
    """The same on a terminal; log lines that go to stderr appear above the bars."""

    def __init__(self, logger: logging.Logger, handlers: Iterable[logging.Handler]) -> None:
        super().__init__(logger)
        self._console = Console(stderr=True)
        self._bars = Bars(
            TextColumn("{task.description}", markup=False),
            BarColumn(bar_width=24),
            TextColumn("{task.fields[told]}", markup=False),
            TimeElapsedColumn(),
            console=self._console,
            redirect_stdout=False,
        )
        self._all: t.Any = None
        self._tasks: dict[str, t.Any] = {}
        self._extents: dict[str, Extent] = {}
        self._partitions: dict[str, int] = {}
        for handler in handlers:
            if isinstance(handler, logging.StreamHandler) and handler.stream is sys.stderr:
                handler.setStream(_AboveBars(self._console))

    def planned(self, partitions: Sequence[Partition]) -> None:
        """A line for the whole run."""
        super().planned(partitions)
        for partition in partitions:
            subject = partition.account.subject
            self._partitions[subject] = self._partitions.get(subject, 0) + 1
        self._all = self._bars.add_task("all", total=None, told="")
        self._bars.start()

    def started(self, partition: Partition, windows: int) -> None:
        """A bar for the account, as long as there are not too many."""
        super().started(partition, windows)
        subject = partition.account.subject
        if subject not in self._tasks and len(self._tasks) < MOST:
            self._tasks[subject] = self._bars.add_task(subject, total=None, told="")
        self._extents.setdefault(subject, Extent(self.clock())).windows += windows

    def progressed(self, partition: Partition, *, rows: int = 0, windows: int = 0) -> None:
        """Moves the account's bar, too."""
        extent = self._extents[partition.account.subject]
        extent.rows += rows
        extent.done += windows
        super().progressed(partition, rows=rows, windows=windows)
        self._draw(self._tasks.get(partition.account.subject), extent)

    def ended(self, partition: Partition, statistics: Statistics) -> None:
        """Takes the bar of an account away that is done: another gets its place."""
        super().ended(partition, statistics)
        subject = partition.account.subject
        self._partitions[subject] -= 1
        if not self._partitions[subject] and subject in self._tasks:
            self._bars.remove_task(self._tasks.pop(subject))

    def finished(self, summary: Summary) -> None:
        """The summary as a table."""
        self._bars.stop()
        table = Table(*HEADER[:2], box=None, pad_edge=False)
        for name in HEADER[2:6]:
            table.add_column(name, justify="right")
        table.add_column(HEADER[6])
        for line in summary.lines:
            table.add_row(*line.cells, style="red" if line.failed else None)
        self._console.print(table)

    def _tell(self, *, now: bool = False) -> None:  # noqa: ARG002 - a bar may move at any time
        self._draw(self._all, self.total, self._wait)

    def _draw(self, task: t.Any, extent: Extent, wait: str = "") -> None:
        if task is not None:
            told = extent.text(self.clock()) + (f", {wait}" if wait else "")
            self._bars.update(task, total=extent.windows or None, completed=extent.done, told=told)


class _AboveBars(io.TextIOBase):
    """Where log lines go while bars are drawn."""

    def __init__(self, console: t.Any) -> None:
        self._console = console

    def write(self, text: str) -> int:
        if text.strip():
            self._console.print(text.rstrip("\n"), markup=False, highlight=False, soft_wrap=True)
        return len(text)

    def flush(self) -> None:
        """Nothing is held back."""
