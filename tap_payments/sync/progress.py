"""Tells whoever waits how far a run is: bars on a terminal, a log line now and then elsewhere."""

from __future__ import annotations

import threading
import time
import typing as t
from dataclasses import dataclass

from tap_payments.sync.events import Events

if t.TYPE_CHECKING:
    import logging
    from collections.abc import Callable, Sequence

    from tap_payments.http.calls import Statistics
    from tap_payments.streams.partition import Partition
    from tap_payments.sync.summary import Summary

INTERVAL = 10.0
"""Seconds between two log lines, at least."""


@dataclass
class Extent:
    """How far something is: a partition, an account or a run."""

    began: float
    rows: int = 0
    done: int = 0
    windows: int = 0

    def text(self, now: float) -> str:
        """The rows, their pace, the windows and the time that is left, in a line."""
        seconds = max(now - self.began, 0.001)
        parts = [f"{self.rows:,} rows", f"{self.rows / seconds:,.0f} rows/s"]
        if self.windows:
            parts.insert(1, f"{self.done} of {self.windows} windows")
            if 0 < self.done < self.windows:
                left = seconds / self.done * (self.windows - self.done)
                parts.append(f"about {_duration(left)} left")
        return ", ".join(parts)


class Progress(Events):
    """Logs how far the run is, unless that was said a moment ago."""

    def __init__(self, logger: logging.Logger, clock: Callable[[], float] = time.monotonic) -> None:
        self.logger = logger
        self.clock = clock
        self.total = Extent(clock())
        self._open: dict[Partition, Extent] = {}
        self._left = 0
        self._said = clock()
        self._wait = ""
        self._lock = threading.Lock()

    def planned(self, partitions: Sequence[Partition]) -> None:
        """So many partitions are to be read."""
        self._left = len(partitions)

    def started(self, partition: Partition, windows: int) -> None:
        """A partition begins."""
        self._open[partition] = Extent(self.clock(), windows=windows)
        self.total.windows += windows

    def progressed(self, partition: Partition, *, rows: int = 0, windows: int = 0) -> None:
        """Rows were written, or windows are done."""
        for extent in (self.total, self._open[partition]):
            extent.rows += rows
            extent.done += windows
        self._wait = ""
        self._tell()

    def waiting(self, partition: Partition | None, reason: str, seconds: float) -> None:  # noqa: ARG002
        """A long wait is said at once."""
        self._wait = f"{reason}, continues in {seconds:.0f} s"
        self._tell(now=seconds >= INTERVAL)

    def ended(self, partition: Partition, statistics: Statistics) -> None:  # noqa: ARG002
        """A partition is over."""
        self._left -= 1
        self._open.pop(partition, None)

    def finished(self, summary: Summary) -> None:
        """The run is over: logs the summary."""
        for line in summary.texts():
            self.logger.info("%s", line)

    def text(self, now: float) -> str:
        """How far the run is, in a line: by the partition's name where only one is read."""
        opened = dict(self._open)
        if len(opened) == 1:
            ((partition, extent),) = opened.items()
            text = f"{partition.label}: {extent.text(now)}"
        else:
            text = f"{self._left} partitions left: {self.total.text(now)}"
        return f"{text}, {self._wait}" if self._wait else text

    def _tell(self, *, now: bool = False) -> None:
        with self._lock:
            at = self.clock()
            if not now and at - self._said < INTERVAL:
                return
            self._said = at
        self.logger.info("%s", self.text(at))


def _duration(seconds: float) -> str:
    if seconds < 90:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"
