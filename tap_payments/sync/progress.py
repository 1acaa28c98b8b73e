"""Tells whoever waits how far a run is: a bar on a terminal, a log line now and then elsewhere."""

from __future__ import annotations

import threading
import time
import typing as t
from dataclasses import dataclass

if t.TYPE_CHECKING:
    import logging

INTERVAL = 10.0
"""Seconds between two log lines, at least."""


@dataclass
class Line:
    """What one stream of one account gave and cost, for the summary."""

    stream: str
    account: str
    rows: int = 0
    requests: int = 0
    retries: int = 0
    seconds: float = 0.0
    watermark: str = ""
    failed: bool = False


HEADER = ("stream", "account", "rows", "requests", "retries", "seconds", "watermark")


class Progress:
    """Follows a run; used from the thread that writes, but for `waiting`.

    This one logs. `started` is called for each series of a stream with the number of its windows
    (None: not known), `moved` for rows that were written and windows that are done.
    """

    def __init__(
        self, logger: logging.Logger, clock: t.Callable[[], float] = time.monotonic
    ) -> None:
        self.logger = logger
        self.clock = clock
        self.lines: dict[tuple[str, str], Line] = {}
        self._lock = threading.Lock()
        self._last_said = clock()
        self._name = ""
        self._began = clock()
        self._rows = 0
        self._done = 0
        self._windows: int | None = None
        self._wait = ""

    def started(self, name: str, windows: int | None) -> None:
        """A series begins."""
        self._name, self._windows = name, windows
        self._rows = self._done = 0
        self._began = self.clock()
        self._wait = ""

    def moved(self, *, rows: int = 0, windows: int = 0) -> None:
        """Rows were written, or windows are done."""
        self._rows += rows
        self._done += windows
        self._wait = ""
        self.show()

    def waiting(self, reason: str, seconds: float) -> None:
        """Somebody waits; from any thread."""
        self._wait = f"{reason}, continues in {seconds:.0f} s"
        if seconds >= INTERVAL:
            self._last_said = -INTERVAL
        self.show()

    def ended(self) -> None:
        """A series is over."""

    def show(self) -> None:
        """Says how far the series is, unless that was said a moment ago."""
        with self._lock:
            now = self.clock()
            if now - self._last_said < INTERVAL:
                return
            self._last_said = now
        self.logger.info("%s", self.text(now))

    def text(self, now: float) -> str:
        """How far the series is, in a line."""
        seconds = max(now - self._began, 0.001)
        parts = [f"{self._name}: {self._rows:,} rows", f"{self._rows / seconds:,.0f} rows/s"]
        if self._windows:
            parts.insert(0, f"{self._done} of {self._windows} windows")
            parts[0], parts[1] = parts[1], parts[0]
            if 0 < self._done < self._windows:
                left = seconds / self._done * (self._windows - self._done)
                parts.append(f"about {_duration(left)} left")
        if self._wait:
            parts.append(self._wait)
        return ", ".join(parts)

    def line(self, stream: str, account: str) -> Line:
        """The summary's line for a stream of an account."""
        return self.lines.setdefault((stream, account), Line(stream, account))

    def finished(self) -> None:
        """The run is over: the summary."""
        if not self.lines:
            return
        rows = [cells_of(line) for line in self.lines.values()]
        widths = [max(len(row[index]) for row in (HEADER, *rows)) for index in range(len(HEADER))]
        for row in (HEADER, *rows):
            self.logger.info("%s", "  ".join(map(_aligned, row, widths, range(len(row)))).rstrip())


def cells_of(line: Line) -> tuple[str, ...]:
    """A line of the summary as texts."""
    return (
        line.stream,
        line.account,
        f"{line.rows:,}",
        f"{line.requests:,}",
        f"{line.retries:,}",
        f"{line.seconds:,.1f}",
        "failed" if line.failed else line.watermark,
    )


def _aligned(cell: str, width: int, index: int) -> str:
    return cell.rjust(width) if 2 <= index <= 5 else cell.ljust(width)


def _duration(seconds: float) -> str:
    if seconds < 90:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"
