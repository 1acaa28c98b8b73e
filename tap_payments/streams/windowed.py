"""Streams that are read by windows of time."""

from __future__ import annotations

import abc
import operator
import typing as t
from datetime import timedelta

from tap_payments.rows.canonical import text_of
from tap_payments.streams.incremental import IncrementalStream
from tap_payments.streams.page import Closed
from tap_payments.streams.reading import Reading
from tap_payments.streams.stream import Lane
from tap_payments.windows.edges import Edges
from tap_payments.windows.window import Window, plan_windows

if t.TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from tap_payments.accounts.account import Account
    from tap_payments.rows.batch import Batch
    from tap_payments.rows.codec import RowCodec
    from tap_payments.streams.page import Again, Item, Page
    from tap_payments.streams.partition import Partition
    from tap_payments.streams.run import Run
    from tap_payments.streams.stream import Member
    from tap_payments.windows.bounds import Span


class WindowedStream(IncrementalStream):
    """Rows by windows of time; each window's end becomes the watermark once it is delivered."""

    cuts: t.ClassVar[Sequence[datetime]] = ()

    @property
    def cursor(self) -> str:
        """The vendor's field that says when a row happened."""
        return t.cast("str", type(self).replication_key)

    @abc.abstractmethod
    def read_window(self, reading: Reading, window: Window) -> Iterator[Page | Again]:
        """The pages of a window, in the vendor's dialect."""

    def warn(self, reading: Reading, window: Window, message: str) -> None:
        """Warns of what is odd in a window."""
        self.logger.warning("%s: window %s: %s", reading.partition.label, window, message)

    def span(self, partition: Partition, watermark: datetime | None, run: Run) -> Span:  # noqa: ARG002
        """What this run reads, from a watermark; by instants, unless a subclass reads days."""
        return run.bounds.span(watermark)

    def step(self, account: Account) -> timedelta:
        """How much time a window spans at most."""
        return timedelta(days=account.settings["window_days"])

    def horizon(self, partition: Partition, run: Run) -> datetime:
        """The end of what a run can commit."""
        return self.span(partition, None, run).horizon

    def plan(self, partition: Partition, run: Run) -> Iterator[Window]:
        """The windows of this run."""
        watermark = self.watermark(partition, run)
        span = self.span(partition, watermark, run)
        self.warn_of_gap(partition, watermark, span.start)
        return plan_windows(
            span,
            step=self.step(partition.account),
            lookback=timedelta(days=partition.account.settings["lookback_days"]),
            cuts=self.cuts,
        )

    def read(self, reading: Reading) -> Iterator[Item]:
        """The pages of the reading's window, which is closed after the last."""
        window = t.cast("Window", reading.window)
        yield from self.read_window(reading, window)
        yield Closed(window, reading.statistics, reading.began)

    def open_lane(self, members: Sequence[Member], run: Run) -> Lane:
        """A lane that knows what neighbouring windows both return."""
        return WindowLane(members, run, cursor=self.cursor)

    def probe(self, partition: Partition, run: Run) -> None:
        """Asks for the first page of the newest window."""
        step = timedelta(days=partition.account.settings["window_days"])
        horizon = run.bounds.settled
        span = self.span(partition, horizon - step, run)
        windows = list(plan_windows(span, step=step, lookback=timedelta(0)))
        newest = windows[-1] if windows else Window(horizon - timedelta(days=1), horizon)
        reading = Reading(partition, self.codec(partition.account), run, newest)
        for _page in self.read_window(reading, newest):
            break


class WindowLane(Lane):
    """Windows of which two neighbours may return the same row."""

    def __init__(self, members: Sequence[Member], run: Run, *, cursor: str) -> None:
        super().__init__(members, run)
        self._cursor = cursor
        self._edges: dict[Partition, Edges] = {}

    def deduplicate(
        self, partition: Partition, window: Window | None, batch: Batch, codec: RowCodec
    ) -> Batch:
        """The rows that the window before has not delivered."""
        edges = self._edges.setdefault(partition, Edges())
        if window is not None:
            edges.enter(window)
        if batch.careful:
            cursors: list[t.Any] = [text_of(row, self._cursor) for row in batch.rows]
        else:
            cursors = list(map(operator.attrgetter(self._cursor), batch.rows))
        return batch._replace(rows=edges.deduplicate(batch.rows, cursors, codec.spell))
