"""Progress on a terminal: a bar for each series, log lines above, a table at the end."""

from __future__ import annotations

import io
import sys
import typing as t

from rich.console import Console
from rich.progress import BarColumn, TextColumn, TimeElapsedColumn
from rich.progress import Progress as Bars
from rich.table import Table

from tap_payments.sync.progress import HEADER, Progress, cells_of

if t.TYPE_CHECKING:
    import logging


class BarProgress(Progress):
    """The same on a terminal, with a bar for each series; log lines go above it."""

    def __init__(self, logger: logging.Logger, handlers: list[t.Any]) -> None:
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
        self._task: t.Any = None
        for handler in handlers:
            if getattr(handler, "stream", None) is sys.stderr:  # a file's lines stay in the file
                handler.setStream(_AboveBars(self._console))

    def started(self, name: str, windows: int | None) -> None:
        """A bar of its own for each series."""
        super().started(name, windows)
        self._bars.start()
        self._task = self._bars.add_task(name, total=windows or None, told="")

    def show(self) -> None:
        """Moves the bar."""
        if self._task is not None:
            told = self.text(self.clock()).removeprefix(f"{self._name}: ")
            self._bars.update(self._task, completed=self._done, told=told)

    def ended(self) -> None:
        """Fills the bar."""
        if self._task is not None:
            self._bars.update(self._task, total=self._done or 1, completed=self._done or 1)
            self._task = None

    def finished(self) -> None:
        """The summary as a table."""
        self._bars.stop()
        table = Table(*HEADER[:2], box=None, pad_edge=False)
        for name in HEADER[2:6]:
            table.add_column(name, justify="right")
        table.add_column(HEADER[6])
        for line in self.lines.values():
            table.add_row(*cells_of(line), style="red" if line.failed else None)
        self._console.print(table)


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
