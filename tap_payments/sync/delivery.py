"""Writes what was read: rows become lines or files, a window's end becomes the watermark."""

from __future__ import annotations

import contextlib
import typing as t
from collections import Counter
from functools import partial

from tap_payments.errors import StreamFailed
from tap_payments.rows.batch import Batch, RowWriter
from tap_payments.rows.exact_json import spell
from tap_payments.streams.page import Closed, Noted, Page, Rows
from tap_payments.streams.sync_windows import WindowOutcome
from tap_payments.sync.commits import Commits
from tap_payments.sync.courses import in_window
from tap_payments.sync.routes import Begun, Over

if t.TYPE_CHECKING:
    from collections.abc import Callable

    from tap_payments.output.batch_files import BatchFiles, Key
    from tap_payments.output.writer import Writer
    from tap_payments.streams.page import Item
    from tap_payments.streams.partition import Partition
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
        write_state: Callable[[], None],
        sync_windows: SyncWindows | None,
        files: BatchFiles | None = None,
        parts: Counter[Key] | None = None,
    ) -> None:
        self._run = run
        self._writer = writer
        self._events = events
        self._write_state = write_state
        self._commits = Commits(run, writer.shield)
        self._sync_windows = sync_windows
        self._files = files
        if files is not None:
            files.settled = self._settled
        self._parts = parts or Counter()
        """The partitions of each stream and account of which something may still come."""
        self._declared: dict[str, tuple[str, ...]] = {}
        self._metrics = contextlib.ExitStack()
        self._counters: dict[str, t.Any] = {}

    def arrive(self, course: PartitionCourse, window: Window | None, item: t.Any) -> None:
        """Takes what a flight hands out of a partition, from its beginning to its end.

        Raises:
            StreamFailed: it could not be planned, or a row of it cannot be written.
        """
        if isinstance(item, Begun):
            self._events.started(course.partition, course.windows)
            self.begin(course.stream)
            if course.failure is not None:
                raise course.failure
        elif isinstance(item, Over):
            try:
                self.end(course)
            finally:
                self._events.ended(course.partition, course.statistics)
        else:
            self.take(course, window, item)

    def begin(self, stream: ProviderStream) -> None:
        """Declares a stream, unless its columns are still to be found out."""
        if stream.name not in self._counters:
            if self._files is not None and stream.is_mapped:
                stream.logger.warning(
                    "%s: its rows go out as RECORDs: stream_maps, flattening or a selection "
                    "within a column cannot be had in files",
                    stream.name,
                )
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
                self._commits.note(item, self._write_state)
        except StreamFailed as failure:
            raise in_window(failure, window) from failure
        if self._files is not None:
            self._files.close_due()

    def end(self, course: PartitionCourse) -> None:
        """Nothing more comes of a partition, and if it was the last, of its stream and account.

        Raises:
            StreamFailed: some of their rows cannot be written.
        """
        key = key_of(course)
        self._parts[key] -= 1
        files = self._files_of(course.stream)
        if files is not None and not self._parts[key]:
            files.end(key)

    def _settled(self, key: Key) -> None:
        """A STATE may say of a stream and account what is in files that a message names."""
        if self._files is not None and self._sync_windows is not None:
            self._files.publish((self._sync_windows.name, key[1]))
        self._write_state()

    def _files_of(self, stream: TapStream) -> BatchFiles | None:
        return None if stream.is_mapped else self._files

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
        files = self._files_of(stream)
        if files is not None:
            files.add(key_of(course), encoder, batch)
        elif stream.is_mapped:
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
        messages = list(stream.schema_messages(columns))
        files = self._files_of(stream)
        if files is not None:
            files.declare(stream.name, messages[-1].schema["properties"])
        for message in messages:
            self._writer.write_message(message)

    def _close(self, course: PartitionCourse, closed: Closed) -> None:
        """Commits a window, unless it is open: then a later run reads it again."""
        if closed.window.closed:
            outcome = self._outcome(course, closed)
            files = self._files_of(course.stream)
            if files is None:
                self._settle(course, outcome, self._write_state)
            else:
                files.then(key_of(course), partial(self._settle, course, outcome))
        course.pages = course.records = 0
        course.provider_count = None
        self._events.progressed(course.partition, windows=1)

    def _outcome(self, course: PartitionCourse, closed: Closed) -> WindowOutcome:
        now = self._run.runtime.clock()
        return WindowOutcome(
            closed.window,
            closed.statistics,
            course.pages,
            course.records,
            course.provider_count,
            (now - closed.began).total_seconds(),
            closed_at=now,
        )

    def _settle(
        self,
        course: PartitionCourse,
        outcome: WindowOutcome,
        write_state: Callable[[], None] = lambda: None,
    ) -> None:
        """Commits a window whose rows are out, as far as it has settled at the provider."""
        window = outcome.window
        until = self._commits.published(course, window.until)
        if until == window.until:
            self._record(course.partition, outcome)
        if until > window.since:
            self._commits.commit(course, until, write_state)

    def _record(self, partition: Partition, outcome: WindowOutcome) -> None:
        """Writes the row of `sync_windows`, where it is selected."""
        if self._sync_windows is None:
            return
        self._declare(self._sync_windows)
        row = self._sync_windows.row(partition, outcome)
        files = self._files_of(self._sync_windows)
        for message in self._sync_windows.map_record(row):
            if files is None:
                self._writer.write_message(message)
            else:
                spelled = {name: spell(value) for name, value in message.record.items()}
                key = (self._sync_windows.name, partition.account.account)
                files.add(key, _AS_IT_IS, Batch([spelled], careful=True))


def key_of(course: PartitionCourse) -> Key:
    """The stream and the account of a partition: their rows go into the same files."""
    return course.stream.name, course.partition.account.account


_AS_IT_IS = RowWriter({}, extra_selected=True)
