"""From what was read to what is written: rows to lines, and a window's end to the watermark."""

from __future__ import annotations

import contextlib
import typing as t

from tap_payments.errors import StreamFailed
from tap_payments.streams.incremental import IncrementalStream
from tap_payments.streams.page import Closed, Noted, Page, Rows
from tap_payments.streams.sync_windows import WindowOutcome
from tap_payments.sync.courses import in_window

if t.TYPE_CHECKING:
    from datetime import datetime

    from tap_payments.output.writer import Writer
    from tap_payments.rows.batch import Batch, RowWriter
    from tap_payments.streams.page import Item
    from tap_payments.streams.run import Run
    from tap_payments.streams.stream import ProviderStream, TapStream
    from tap_payments.streams.sync_windows import SyncWindows
    from tap_payments.sync.courses import PartitionCourse
    from tap_payments.sync.events import Events
    from tap_payments.windows.window import Window


class Delivery:
    """Writes rows in the one thread that writes, and commits windows.

    A stream's SCHEMA goes out before its first row, one with open columns where they are known.
    The end of a window becomes the watermark, and a STATE follows, once its last row is out.
    """

    def __init__(
        self,
        run: Run,
        writer: Writer,
        events: Events,
        *,
        write_state: t.Callable[[], None],
        sync_windows: SyncWindows | None,
    ) -> None:
        self._run = run
        self._writer = writer
        self._events = events
        self._write_state = write_state
        self._sync_windows = sync_windows
        self._declared: dict[str, tuple[str, ...]] = {}
        self._metrics = contextlib.ExitStack()
        self._counters: dict[str, t.Any] = {}

    def begin(self, stream: ProviderStream) -> None:
        """Declares a stream, unless its columns are still to be found out."""
        if stream.name not in self._counters:
            self._metrics.enter_context(stream.get_sync_timer())
            self._counters[stream.name] = self._metrics.enter_context(stream.get_record_counter())
        if not stream.open_columns:
            self._declare(stream)

    def take(self, course: PartitionCourse, window: Window | None, item: Item) -> None:
        """Writes what was read of a window, or commits the window.

        Raises:
            StreamFailed: a row cannot be written; the message names the window.
        """
        try:
            if isinstance(item, Page):
                self._take_page(course, window, item)
            elif isinstance(item, Rows):
                course.pages = 1  # a report is one, in however many pieces it comes
                self._declare(course.stream, item.columns)
                self._write(course, item.writer, item.batch)
            elif isinstance(item, Closed):
                self._close(course, item)
            elif isinstance(item, Noted):
                self._note(item)
        except StreamFailed as failure:
            raise in_window(failure, window) from failure

    def _take_page(self, course: PartitionCourse, window: Window | None, page: Page) -> None:
        course.pages += 1
        if page.total is not None:
            course.provider_count = page.total
        codec, lane = course.codec, course.lane
        for batch in codec.batches(page.rows):
            fresh = lane.deduplicate(course.partition, page.window or window, batch, codec)
            self._write(course, codec, fresh)
            lane.delivered(course.partition, fresh, codec)

    def finish(self) -> None:
        """Declares `sync_windows` also where no window closed, and ends the SDK's metrics."""
        if self._sync_windows is not None:
            self._declare(self._sync_windows)
        self._metrics.close()

    def _write(self, course: PartitionCourse, encoder: RowWriter, batch: Batch) -> None:
        if not batch.rows:
            return
        stream = course.stream
        if stream.is_mapped:
            for row in batch.rows:
                for message in stream.map_record(encoder.to_python(row)):
                    self._writer.write_message(message)
        else:
            now = self._run.runtime.clock()
            self._writer.write_rows(stream.name, encoder.encode(batch), now)
        course.records += len(batch.rows)
        self._counters[stream.name].increment(len(batch.rows))
        self._events.progressed(course.partition, rows=len(batch.rows))

    def _declare(self, stream: TapStream, columns: tuple[str, ...] = ()) -> None:
        """Writes the stream's SCHEMA, unless the last one had the same columns."""
        if self._declared.get(stream.name) == columns:
            return
        self._declared[stream.name] = columns
        for message in stream.schema_messages(columns):
            self._writer.write_message(message)

    def _close(self, course: PartitionCourse, closed: Closed) -> None:
        """Commits a window, unless it is open: then a later run reads it again."""
        if closed.window.closed:
            until = self._published(course, closed.window.until)
            if until == closed.window.until:
                self._record(course, closed)
            if until > closed.window.since:
                self._commit(course, until)
        course.pages = course.records = 0
        course.provider_count = None
        self._events.progressed(course.partition, windows=1)

    def _record(self, course: PartitionCourse, closed: Closed) -> None:
        """Writes the row of `sync_windows`, where it is selected."""
        if self._sync_windows is None:
            return
        self._declare(self._sync_windows)
        now = self._run.runtime.clock()
        outcome = WindowOutcome(
            closed.window,
            closed.statistics,
            course.pages,
            course.records,
            course.provider_count,
            (now - closed.began).total_seconds(),
            closed_at=now,
        )
        row = self._sync_windows.row(course.partition, outcome)
        for message in self._sync_windows.map_record(row):
            self._writer.write_message(message)

    def _published(self, course: PartitionCourse, until: datetime) -> datetime:
        stream = course.stream
        if not isinstance(stream, IncrementalStream):
            return until
        return stream.published(course.partition, until, self._run)

    def _commit(self, course: PartitionCourse, until: datetime) -> None:
        stream, context = course.stream, course.partition.context
        if not isinstance(stream, IncrementalStream) or not stream.is_incremental(self._run):
            return
        watermarks, key = self._run.watermarks, str(stream.replication_key)
        with self._writer.shield.whole():
            watermarks.advance(stream.name, context, until, key=key)
            for other, instant in course.lane.beginnings(course.partition):
                watermarks.begin(stream.name, other, self._published(course, instant), key=key)
            self._write_state()

    def _note(self, noted: Noted) -> None:
        stream, context = noted.partition.stream, noted.partition.context
        with self._writer.shield.whole():
            if self._run.watermarks.note(stream, context, noted.name, noted.value):
                self._write_state()
