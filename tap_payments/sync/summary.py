"""What each stream of each account gave and cost in a run: a table at its end."""

from __future__ import annotations

import time
import typing as t
from dataclasses import dataclass

from tap_payments.sync.events import Events

if t.TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from tap_payments.errors import StreamFailed
    from tap_payments.http.calls import Statistics
    from tap_payments.streams.partition import Partition

HEADER = ("stream", "account", "rows", "requests", "retries", "seconds", "watermark")


@dataclass
class Line:
    """What one stream of one account gave and cost."""

    stream: str
    account: str
    began: float
    rows: int = 0
    requests: int = 0
    retries: int = 0
    seconds: float = 0.0
    watermark: str = ""
    failed: bool = False

    @property
    def cells(self) -> tuple[str, ...]:
        """The line as texts, under `HEADER`."""
        return (
            self.stream,
            self.account,
            f"{self.rows:,}",
            f"{self.requests:,}",
            f"{self.retries:,}",
            f"{self.seconds:,.1f}",
            "failed" if self.failed else self.watermark,
        )


class Summary(Events):
    """Counts what a run gives and costs; `delivered_until` tells a partition's watermark."""

    def __init__(
        self,
        delivered_until: Callable[[Partition], str],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._delivered_until = delivered_until
        self._clock = clock
        self._lines: dict[tuple[str, str], Line] = {}

    @property
    def lines(self) -> Iterable[Line]:
        """A line for each stream of each account."""
        return self._lines.values()

    def started(self, partition: Partition, windows: int) -> None:  # noqa: ARG002
        """The stream has a line from now on."""
        self._line(partition)

    def progressed(self, partition: Partition, *, rows: int = 0, windows: int = 0) -> None:  # noqa: ARG002
        """Counts rows."""
        self._line(partition).rows += rows

    def failed(self, partition: Partition, failure: StreamFailed) -> None:  # noqa: ARG002
        """Says so in the place of the watermark."""
        self._line(partition).failed = True

    def ended(self, partition: Partition, statistics: Statistics) -> None:
        """Adds what the partition has cost."""
        line = self._line(partition)
        line.requests += statistics.requests
        line.retries += statistics.retries
        line.seconds = self._clock() - line.began
        line.watermark = self._delivered_until(partition)

    def texts(self) -> Iterator[str]:
        """The table as aligned lines."""
        rows = [HEADER, *(line.cells for line in self.lines)]
        widths = [max(len(row[index]) for row in rows) for index in range(len(HEADER))]
        for row in rows if self._lines else ():
            yield "  ".join(map(_aligned, row, widths, range(len(row)))).rstrip()

    def _line(self, partition: Partition) -> Line:
        stream, account = partition.stream, partition.account.account
        return self._lines.setdefault((stream, account), Line(stream, account, self._clock()))


def _aligned(cell: str, width: int, index: int) -> str:
    return cell.rjust(width) if 2 <= index <= 5 else cell.ljust(width)
