"""Writes what the tap says as Airbyte messages; the streams do not know the difference."""

from __future__ import annotations

import contextlib
import copy
import threading
import typing as t
from collections import Counter

from singer_sdk.singerlib import RecordMessage, SchemaMessage, StateMessage
from singer_sdk.singerlib.json import serialize_json

from tap_payments.airbyte import messages
from tap_payments.output.stopping import OutputLost, ReaderGone, Stopped
from tap_payments.output.writer import Writer, put
from tap_payments.rows.exact_json import dumps

if t.TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from singer_sdk.singerlib.messages import Message

    from tap_payments.airbyte.cells import Cells


ENDED = ("COMPLETE", "INCOMPLETE")


class AirbyteWriter(Writer):
    """A writer whose rows are RECORD, whose SCHEMA starts a stream, whose STATE is per stream.

    Logs come from the threads that fetch, too: lines are written one at a time.
    """

    def __init__(self, clock: Callable[[], datetime]) -> None:
        super().__init__()
        self._clock = clock
        self._turn = threading.Lock()
        self._statuses: dict[str, str] = {}
        self._bookmarks: dict[str, t.Any] = {}
        self._counts: Counter[str] = Counter()
        self._cells: dict[str, Cells] = {}

    # What the tap says

    def write_message(self, message: Message) -> None:
        """Writes what a Singer message means to Airbyte.

        Raises:
            ReaderGone: nobody reads the output any more.
        """
        if isinstance(message, SchemaMessage):
            self.start(message.stream)
        elif isinstance(message, RecordMessage):
            extracted = message.time_extracted or self._clock()
            line = serialize_json(message.record).encode()
            self.write_rows(message.stream, b"\n" + line + b"\n", extracted)
        elif isinstance(message, StateMessage):
            for stream, bookmark in message.value.get("bookmarks", {}).items():
                if bookmark != self._bookmarks.get(stream):
                    self.checkpoint(stream, bookmark)

    def write_rows(self, stream: str, lines: bytes, extracted: datetime) -> int:
        """Writes rows as RECORD messages, and says how many.

        Raises:
            ReaderGone: nobody reads the output any more.
        """
        if self._statuses.get(stream) != "RUNNING":
            self._enter(stream, "RUNNING")
        if stream in self._cells:
            lines = self._cells[stream].gather(lines)
        head = b'{"type":"RECORD","record":{"stream":' + dumps(stream) + b',"emitted_at":'
        prefix = head + b"%d" % messages.to_millis(extracted) + b',"data":'
        count = self.write_between(prefix, lines, b"}}\n")
        self._counts[stream] += count
        return count

    # What only Airbyte asks for

    def start(self, stream: str) -> None:
        """Says that a stream has started, unless that was said."""
        if stream not in self._statuses:
            self._enter(stream, "STARTED")

    def gather(self, stream: str, cells: Cells) -> None:
        """From now on writes a stream's rows with their cells in one column."""
        self._cells[stream] = cells

    def resume(self, bookmarks: dict[str, t.Any]) -> None:
        """Takes over what the platform knows already, so that it is not told again."""
        self._bookmarks = copy.deepcopy(bookmarks)

    def checkpoint(self, stream: str, bookmark: dict[str, t.Any] | None) -> None:
        """Writes a stream's STATE; None: it keeps none."""
        records = self._counts.pop(stream, 0)
        self.tell(messages.to_state(stream, bookmark or messages.NO_CURSOR, records))
        self._bookmarks[stream] = copy.deepcopy(bookmark)

    def finish(self, stream: str, bookmark: dict[str, t.Any] | None, *, complete: bool) -> None:
        """Ends a stream; only one that is complete has its last rows covered by a STATE."""
        if complete:
            self.checkpoint(stream, bookmark)
        self._enter(stream, "COMPLETE" if complete else "INCOMPLETE")

    @property
    def open_streams(self) -> list[str]:
        """The streams that have started and not ended."""
        return [stream for stream, status in self._statuses.items() if status not in ENDED]

    def abandon(self) -> None:
        """Ends what is open as incomplete, also while the run is being stopped."""
        for stream in self.open_streams:
            with contextlib.suppress(Stopped):
                self.finish(stream, None, complete=False)

    def limit(self, stream: str, until: datetime) -> None:
        """Says that a stream waits for a provider's limit; one that has ended does not."""
        if stream not in self.open_streams:
            return
        self._statuses[stream] = "LIMITED"
        self.tell(messages.to_status(stream, "RUNNING", self._clock(), limited_until=until))

    def fail(
        self, text: str, kind: str, *, stream: str | None = None, internal: str | None = None
    ) -> None:
        """Says what failed and who can mend it."""
        self.tell(messages.to_error(text, kind, self._clock(), stream=stream, internal=internal))

    def tell(self, message: messages.Message) -> None:
        """Writes an Airbyte message."""
        self.write(dumps(message) + b"\n")

    def _enter(self, stream: str, status: str) -> None:
        with self.shield.whole():  # what is told and what is known of it go together
            self._statuses[stream] = status
            self.tell(messages.to_status(stream, status, self._clock()))

    def write(self, lines: bytes | memoryview) -> None:
        """Writes whole lines; a thread that fetches waits for its turn.

        Raises:
            ReaderGone: nobody reads the output any more, or it cannot be written.
        """
        if threading.current_thread() is not threading.main_thread():
            with self._turn:
                put(lines)
            return
        try:
            # Signals reach this thread only, and waiting for a lock lets them in.
            with self.shield.whole(), self._turn:
                put(lines)
                self.written += len(lines)
        except OSError as error:
            raise (ReaderGone if isinstance(error, BrokenPipeError) else OutputLost) from error
