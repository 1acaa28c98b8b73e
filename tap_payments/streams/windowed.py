"""Streams that are read by windows of time, with a watermark that moves as windows close."""

from __future__ import annotations

import abc
import contextlib
import operator
import typing as t
from datetime import timedelta

from tap_payments.errors import AccountFailed, StreamFailed
from tap_payments.http.calls import Tally
from tap_payments.rows.canonical import text_of
from tap_payments.streams.stream import Context, ProviderStream
from tap_payments.sync.flight import Again, Flight, Page
from tap_payments.windows.edges import Edges
from tap_payments.windows.instants import format_instant
from tap_payments.windows.watermarks import read_watermark
from tap_payments.windows.window import Span, Window, plan_windows

if t.TYPE_CHECKING:
    import threading
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from tap_payments.accounts.account import Provider
    from tap_payments.rows.batch import Batch
    from tap_payments.rows.codec import RowCodec


class IncrementalStream(ProviderStream):
    """A stream with a watermark for each of its contexts."""

    @property
    def is_incremental(self) -> bool:
        """Whether watermarks are read and set."""
        return self.replication_method == "INCREMENTAL" and not self.tap.bounds.is_audit

    def watermark(self, context: Context) -> datetime | None:
        """The context's watermark.

        Raises:
            StreamFailed: the state is not one.
        """
        return read_watermark(self.tap.state, self.name, context) if self.is_incremental else None

    def delivered_until(self, account: Provider) -> str:
        """The earliest watermark of the account's contexts."""
        try:
            watermarks = [self.watermark(context) for context in self.contexts(account)]
        except StreamFailed:
            return ""
        known = [watermark for watermark in watermarks if watermark is not None]
        return format_instant(min(known)) if known else ""

    def warn_of_gap(self, context: Context, watermark: datetime | None, start: datetime) -> None:
        """Says what a `start_date` that is later than the watermark leaves out."""
        if watermark is not None and watermark < start:
            self.logger.warning(
                "%s: start_date is later than the watermark of %s: what lies between %s and %s "
                "is left out",
                self.name, context, format_instant(watermark), format_instant(start),
            )  # fmt: skip

    def commit(self, account: Provider, context: Context, outcome: WindowOutcome) -> None:
        """Sets the watermark to the end of a window whose last record is written."""
        window = outcome.window
        if not window.closed:
            return
        if outcome.started is not None:
            outcome.seconds = (self.tap.runtime.clock() - outcome.started).total_seconds()
        self.tap.record_window(self, account, context, outcome)
        if self.is_incremental:
            with self.tap.writer.shield.whole():
                self.advance(context, window.until)
                self.tap.write_state()

    def advance(self, context: Context, until: datetime) -> None:
        """Moves a watermark forward, never back."""
        watermark = self.watermark(context)
        if watermark is None or watermark < until:
            bookmark = self.get_context_state(context)
            bookmark["replication_key"] = self.replication_key
            bookmark["replication_key_value"] = format_instant(until)


class WindowedStream(IncrementalStream):
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

    def may_read_again(self, account: Provider) -> bool:  # noqa: ARG002 - for subclasses
        """Whether `read_window` may begin a window again."""
        return True

    def span(self, context: Context, watermark: datetime | None) -> Span:  # noqa: ARG002
        """What this run reads, from a watermark; by instants, unless a subclass reads days."""
        return self.tap.bounds.span(watermark)

    def plan(self, account: Provider, context: Context) -> Iterator[Window]:
        """The windows of this run."""
        watermark = self.watermark(context)
        span = self.span(context, watermark)
        self.warn_of_gap(context, watermark, span.start)
        return plan_windows(
            span,
            step=timedelta(days=account.own["window_days"]),
            lookback=timedelta(days=account.own["lookback_days"]),
            cuts=self.cuts,
        )

    def sync_context(self, account: Provider, context: Context) -> None:
        """Delivers window after window, and commits each that is closed."""
        windows = [WindowOutcome(window) for window in self.plan(account, context)]
        self.tap.progress.started(self.label(context), len(windows))
        if not windows:
            return
        source = Source(account, context, self.codec(account))
        edges = Edges()

        def read(outcome: WindowOutcome, cancelled: threading.Event) -> Iterator[Page | Again]:
            outcome.started = self.tap.runtime.clock()
            return self.read_window(
                source, outcome.window, tally=outcome.tally, cancelled=cancelled
            )

        flight = Flight(
            windows,
            read,
            workers=account.policy.concurrency,
            whole=self.may_read_again(account),
            is_slow=lambda: account.client.is_slow,
        )
        with contextlib.closing(iter(flight)) as arrivals:
            for outcome, pages in arrivals:
                try:
                    for page in pages:
                        outcome.add(page)
                        edges.enter(page.window or outcome.window)
                        for batch in source.codec.batches(page.rows):
                            fresh = self.sift(source, edges, batch)
                            outcome.records += len(fresh.rows)
                            self.write(source.codec, fresh)
                except AccountFailed:
                    raise  # no window's: the account's other streams say the same
                except StreamFailed as failure:
                    raise StreamFailed(
                        f"window {outcome.window}: {failure}",
                        kind=failure.kind,
                        status=failure.status,
                    ) from failure
                self.commit(account, context, outcome)
                self.tap.progress.moved(windows=1)

    def sift(self, source: Source, edges: Edges, batch: Batch) -> Batch:
        """The rows that have not been delivered by the window before."""
        if batch.careful:
            cursors: list[t.Any] = [text_of(row, self.cursor) for row in batch.rows]
        else:
            cursors = list(map(operator.attrgetter(self.cursor), batch.rows))
        return batch._replace(rows=edges.sift(batch.rows, cursors, source.codec.spell))

    def probe(self, account: Provider) -> None:
        """Asks for the first page of the newest window."""
        source = Source(account, self.contexts(account)[0], self.codec(account))
        horizon = self.tap.bounds.settled
        span = self.span(source.context, horizon - timedelta(days=account.own["window_days"]))
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

    def __init__(self, window: Window) -> None:
        self.window = window
        self.tally = Tally()
        self.started: datetime | None = None
        self.pages = 0
        self.records = 0
        self.provider_count: int | None = None
        self.seconds = 0.0

    def add(self, page: Page) -> None:
        """Counts a page."""
        self.pages += 1
        if page.total is not None:
            self.provider_count = page.total
