"""When STATE is written: as often as the rows between pay for it, and always as the last line."""

from __future__ import annotations

import contextlib
import typing as t
from datetime import timedelta

from singer_sdk.singerlib import StateMessage

from tap_payments.rows.exact_json import dumps

if t.TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from datetime import datetime

    from tap_payments.output.writer import Writer

SHORT = 4096
"""Bytes below which a STATE follows every window that closes."""

SHARE = 10
"""A longer STATE waits until so many times its length were written since the last one, ..."""

LONGEST = timedelta(seconds=10)
"""... or until so much time has passed."""


class States:
    """Writes the STATE messages of a run.

    Many loaders forget a STATE once a RECORD follows it, so the last line of a run has to be one;
    and over many accounts a STATE is long, so that one for each window would outgrow the rows.
    """

    def __init__(self, writer: Writer, clock: Callable[[], datetime]) -> None:
        self._writer = writer
        self._clock = clock
        self._last = b""
        self._at: datetime | None = None
        self._written = 0

    def write_state(self, state: Mapping[str, t.Any]) -> None:
        """Writes the state if it is not what the last STATE says, unless it has to wait."""
        spelled = dumps(state)
        if spelled != self._last and (len(spelled) < SHORT or self._is_due(len(spelled))):
            self._write(state, spelled)

    def finish(self, state: Mapping[str, t.Any]) -> None:
        """Writes the state as the last line, if it is not there yet."""
        spelled = dumps(state)
        if spelled != self._last or self._writer.written > self._written:
            self._write(state, spelled)

    @contextlib.contextmanager
    def ending(self, state: Mapping[str, t.Any]) -> Iterator[None]:
        """What happens inside is followed by the state, unless a signal ends it."""
        try:
            yield
        except Exception:
            self.finish(state)
            raise
        self.finish(state)

    def _is_due(self, length: int) -> bool:
        if self._at is None or self._writer.written - self._written >= SHARE * length:
            return True
        return self._clock() - self._at >= LONGEST

    def _write(self, state: Mapping[str, t.Any], spelled: bytes) -> None:
        self._writer.write_message(StateMessage(value={"bookmarks": {}, **state}))
        self._last, self._at, self._written = spelled, self._clock(), self._writer.written
