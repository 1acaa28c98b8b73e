"""Streams that are read by windows of time, with a watermark that moves as windows close."""

from __future__ import annotations

import abc
import operator
import typing as t
from datetime import timedelta

from msgspec import Raw, Struct

from tap_payments.core.edges import Edges
from tap_payments.core.errors import StreamFailed
from tap_payments.core.exact import dumps, loads
from tap_payments.core.http import Tally
from tap_payments.core.inflight import Again, Flight, Page
from tap_payments.core.streams import Context, ProviderStream
from tap_payments.core.values import format_instant
from tap_payments.core.watermarks import read_watermark
from tap_payments.core.windows import Span, Window, plan_windows

if t.TYPE_CHECKING:
    import threading
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import datetime

    from tap_payments.core.provider import Provider
    from tap_payments.core.rows import Batch, RowCodec


class WindowedStream(ProviderStream):
    """Rows by windows of time; each window's end becomes the watermark once it is delivered."""

    cuts: t.ClassVar[Sequence[datetime]] = ()

    @property
    def cursor(self) -> str:
        """The vendor's field that says when a row happened."""
        return t.cast("str", type(self).replication_key)

    @abc.abstractmethod
    def read_window(
        self, source: Source, window: Window, *, tally: Tally, cancelled: threading.Event
    ) -> Iterator[Page | Again]:
        """The pages of a window, in the vendor's dialect."""

    def span(self, watermark: datetime | None) -> Span:
        """What this run reads, from a watermark; by instants, unless a subclass reads days."""
        return self.tap.bounds.span(watermark)

    @property
    def is_incremental(self) -> bool:
        """Whether watermarks are read and set."""
        return self.replication_method == "INCREMENTAL"

    def watermark(self, context: Context) -> datetime | None:
        """The context's watermark.

        Raises:
            StreamFailed: the state is not one.
        """
        return read_watermark(self.tap.state, self.name, context) if self.is_incremental else None

    def plan(self, account: Provider, context: Context) -> Iterator[Window]:
        """The windows of this run."""
        watermark = self.watermark(context)
        span = self.span(watermark)
        if watermark is not None and watermark < span.start:
            self.logger.warning(
                "%s: start_date is later than the watermark of %s: what lies between %s and %s "
                "is left out",
                self.name, context, format_instant(watermark), format_instant(span.start),
            )  # fmt: skip
        return plan_windows(
            span,
            step=timedelta(days=account.own["window_days"]),
            lookback=timedelta(days=account.own["lookback_days"]),
            cuts=self.cuts,
        )

    def sync_context(self, account: Provider, context: Context) -> None:
        """Delivers window after window, and commits each that is closed."""
        source = Source(account, context, self.codec(account))
        edges = Edges()
        tallies: dict[Window, Tally] = {}

        def read(window: Window, cancelled: threading.Event) -> Iterator[Page | Again]:
            tally = tallies.setdefault(window, Tally())
            return self.read_window(source, window, tally=tally, cancelled=cancelled)

        flight = Flight(self.plan(account, context), read, workers=account.policy.concurrency)
        for window, pages in flight:
            started = self.tap.runtime.clock()
            outcome = WindowOutcome(window, tallies[window])
            try:
                for page in pages:
                    outcome.add(page)
                    edges.enter(page.window or window)
                    for batch in source.codec.batches(page.rows):
                        fresh = self.sift(source, edges, batch)
                        outcome.records += len(fresh.rows)
                        self.write(source.codec, fresh)
            except StreamFailed as failure:
                raise StreamFailed(
                    f"window {window}: {failure}", kind=failure.kind, status=failure.status
                ) from failure
            outcome.seconds = (self.tap.runtime.clock() - started).total_seconds()
            self.commit(source, outcome)

    def sift(self, source: Source, edges: Edges, batch: Batch) -> Batch:  # noqa: ARG002
        """The rows that have not been delivered by the window before."""
        if batch.careful:
            cursors = [_cursor_text(row.get(self.cursor)) for row in batch.rows]
        else:
            cursors = list(map(operator.attrgetter(self.cursor), batch.rows))
        return batch._replace(rows=edges.sift(batch.rows, cursors, _spell_row))

    def commit(self, source: Source, outcome: WindowOutcome) -> None:
        """Sets the watermark to the end of a window whose last record is written."""
        window = outcome.window
        if not window.closed:
            return
        self.tap.record_window(self.name, source, outcome)
        if self.is_incremental:
            with self.tap.writer.shield.whole():
                self.advance(source.context, window.until)
                self.tap.write_state()

    def advance(self, context: Context, until: datetime) -> None:
        """Moves a watermark forward, never back."""
        value = format_instant(until)
        bookmark = self.get_context_state(context)
        watermark = self.watermark(context)
        if watermark is None or watermark < until:
            bookmark["replication_key"] = self.replication_key
            bookmark["replication_key_value"] = value

    def probe(self, account: Provider) -> None:
        """Asks for the first page of the newest window."""
        source = Source(account, self.contexts(account)[0], self.codec(account))
        horizon = self.tap.bounds.settled
        span = self.span(horizon - timedelta(days=account.own["window_days"]))
        windows = list(
            plan_windows(
                span, step=timedelta(days=account.own["window_days"]), lookback=timedelta(0)
            )
        )
        newest = windows[-1] if windows else Window(horizon - timedelta(days=1), horizon)
        for _page in self.read_window(source, newest, tally=Tally(), cancelled=self.tap.cancelled):
            break


class Source(t.NamedTuple):
    """Where rows come from: an account, one of its contexts, and how its rows are read."""

    account: Provider
    context: Context
    codec: RowCodec


class WindowOutcome:
    """What a window cost and gave, for the log, the summary and `sync_windows`."""

    def __init__(self, window: Window, tally: Tally) -> None:
        self.window = window
        self.tally = tally
        self.pages = 0
        self.records = 0
        self.provider_count: int | None = None
        self.seconds = 0.0

    def add(self, page: Page) -> None:
        """Counts a page."""
        self.pages += 1
        if page.total is not None:
            self.provider_count = page.total


def _cursor_text(value: t.Any) -> str | None:
    text = loads(bytes(value)) if isinstance(value, Raw) else None
    return text if isinstance(text, str) else None


def _spell_row(row: Struct | Mapping[str, t.Any]) -> bytes:
    return dumps(row)
