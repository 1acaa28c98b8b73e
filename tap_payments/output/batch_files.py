"""When a file of rows closes, and what is said and done then."""

from __future__ import annotations

import contextlib
import logging
import secrets
import typing as t
from dataclasses import dataclass, field
from datetime import timedelta

from tap_payments.errors import StreamFailed
from tap_payments.output.batch_settings import BatchSettings
from tap_payments.output.encodings import extension_of, open_rows
from tap_payments.output.stopping import OutputLost, ReaderGone, Stopped
from tap_payments.output.storage import open_draft
from tap_payments.rows.exact_json import dumps

if t.TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from datetime import datetime

    from tap_payments.output.encodings import Properties, RowFile
    from tap_payments.output.storage import Draft
    from tap_payments.output.writer import Writer
    from tap_payments.rows.batch import Batch, RowWriter

LONGEST = timedelta(seconds=60)
"""A window that is complete waits for its file's end no longer than this."""

Key = tuple[str, str]
"""A stream and an account: what goes into one file."""


@dataclass(eq=False)
class _Open:
    draft: Draft
    rows: RowFile
    count: int = 0


@dataclass(eq=False)
class _Pile:
    """What waits of one stream and account: its open file, and what may be done after it."""

    open: _Open | None = None
    since: datetime | None = None
    waiting: list[Callable[[], None]] = field(default_factory=list)
    failure: StreamFailed | None = None


class BatchFiles:
    """Writes rows into files, and a BATCH message for each that is whole.

    What is handed to `then` happens once all rows that were added before are in files that a
    message names.
    """

    def __init__(
        self,
        settings: BatchSettings,
        writer: Writer,
        clock: Callable[[], datetime],
    ) -> None:
        self._settings = settings
        self._writer = writer
        self._clock = clock
        self.settled: Callable[[Key], None] = lambda _key: None
        """Is called after what was handed to `then` was done."""
        self._run = f"{clock():%Y%m%dT%H%M%SZ}-{secrets.token_hex(4)}"
        self._number = 0
        self._piles: dict[Key, _Pile] = {}
        self._properties: dict[str, Properties] = {}

    @classmethod
    def of(
        cls, config: Mapping[str, t.Any], writer: Writer, clock: Callable[[], datetime]
    ) -> t.Self:
        """The files of a run, as `batch_config` says."""
        return cls(BatchSettings.of(config), writer, clock)

    @contextlib.contextmanager
    def ending(self) -> Iterator[None]:
        """Ends with no file that no message names, however what is inside ends."""
        try:
            try:
                yield
            except ReaderGone:
                raise
            except Stopped:
                with self._writer.shield.whole():
                    self.finish()
                raise
            self.finish()
        except BaseException:
            self._discard()
            raise

    def declare(self, stream: str, properties: Properties) -> None:
        """Says which columns a stream's rows have from now on; called before its SCHEMA is out."""
        for key, pile in list(self._piles.items()):
            if key[0] == stream and pile.failure is None:
                self._close(key, pile)
        self._properties[stream] = properties

    def add(self, key: Key, writer: RowWriter, batch: Batch) -> None:
        """Adds rows to the file of a stream and account.

        Raises:
            StreamFailed: a file of this format has no place for a value.
        """
        pile = self._pile(key)
        rows = batch.rows
        while rows:
            room = self._settings.size - (pile.open.count if pile.open else 0)
            self._write(key, pile, writer, batch._replace(rows=rows[:room]))
            rows = rows[room:]
            if pile.open is not None and pile.open.count >= self._settings.size:
                self._close(key, pile)

    def then(self, key: Key, commit: Callable[[], None]) -> None:
        """Does this once all rows that were added before are in files that a message names."""
        pile = self._pile(key)
        pile.waiting.append(commit)
        pile.since = pile.since or self._clock()

    def publish(self, key: Key) -> None:
        """Closes the open file of a stream and account, if there is one."""
        pile = self._piles.get(key)
        if pile is not None:
            self._close_file(key, pile)

    def close_due(self) -> None:
        """Closes the files whose rows have waited long enough."""
        now = self._clock()
        for key, pile in list(self._piles.items()):
            if pile.waiting and pile.since is not None and now - pile.since >= LONGEST:
                with contextlib.suppress(StreamFailed):  # told when the pile is next asked for
                    self._close(key, pile)

    def end(self, key: Key) -> None:
        """Nothing more comes of a stream and account.

        Raises:
            StreamFailed: a file of this format has no place for a value.
        """
        if key in self._piles:
            self._close(key, self._pile(key))

    def finish(self) -> None:
        """Closes all files."""
        for key, pile in list(self._piles.items()):
            if pile.failure is None:
                self._close(key, pile)

    def _pile(self, key: Key) -> _Pile:
        pile = self._piles.setdefault(key, _Pile())
        if pile.failure is not None:
            raise pile.failure
        return pile

    def _write(self, key: Key, pile: _Pile, writer: RowWriter, batch: Batch) -> None:
        with self._writer.shield.whole(), self._keeping(pile):
            if pile.open is None:
                pile.open = self._open(key[0])
            pile.open.rows.write(writer, batch)
            pile.open.count += len(batch.rows)
            pile.since = pile.since or self._clock()

    def _open(self, stream: str) -> _Open:
        settings = self._settings
        self._number += 1
        extension = extension_of(settings.format, settings.compression)
        name = f"{settings.prefix}{self._run}-{self._number:06}.{extension}"
        draft = open_draft(settings.root, stream, name)
        try:
            rows = open_rows(
                draft.file, settings.format, settings.compression, self._properties[stream]
            )
        except BaseException:
            draft.discard()
            raise
        return _Open(draft, rows)

    def _close(self, key: Key, pile: _Pile) -> None:
        with self._writer.shield.whole():
            self._close_file(key, pile)
            waiting, pile.waiting, pile.since = pile.waiting, [], None
            for commit in waiting:
                commit()
            if waiting:
                self.settled(key)

    def _close_file(self, key: Key, pile: _Pile) -> None:
        if pile.open is None:
            return
        with self._writer.shield.whole(), self._keeping(pile):
            pile.open.rows.finish()
            url = pile.open.draft.publish()
            message = {
                "type": "BATCH",
                "stream": key[0],
                "encoding": self._settings.encoding,
                "manifest": [url],
            }
            self._writer.write(dumps(message) + b"\n")
            pile.open = None

    @contextlib.contextmanager
    def _keeping(self, pile: _Pile) -> Iterator[None]:
        """A value that has no place fails the pile, and nothing of it is committed any more."""
        try:
            yield
        except StreamFailed as failure:
            pile.failure, pile.waiting = failure, []
            if pile.open is not None:
                pile.open.draft.discard()
                pile.open = None
            raise
        except OSError as error:
            where = f"batch_config.storage.root: {error.strerror or error}"
            logging.getLogger("tap-payments").error("%s", where)  # noqa: TRY400
            raise OutputLost from error

    def _discard(self) -> None:
        for pile in self._piles.values():
            if pile.open is not None:
                pile.open.draft.discard()
                pile.open = None
