"""Ends a run at once, but never in the middle of a line.

Signals and a closed pipe end a run by exceptions that no `except Exception` catches. While a
message is being written or a watermark is being set, a signal waits until that is done.
"""

from __future__ import annotations

import contextlib
import logging
import os
import signal
import sys
import threading
import typing as t

if t.TYPE_CHECKING:
    from collections.abc import Iterator

GRACE = 8.0
"""Seconds after a signal in which a reader that does not read may still take the line."""


class Stopped(BaseException):
    """The run ends here; `code` is the process's exit code."""

    code = 1


class Terminated(Stopped):
    """A signal ended the run: 143 after SIGTERM, 130 after SIGINT."""

    def __init__(self, signum: int) -> None:
        super().__init__(signal.Signals(signum).name)
        self.code = 128 + signum


class ReaderGone(Stopped):
    """Nobody reads the output any more: the code is that of a process killed by SIGPIPE."""

    code = 128 + 13
    words = "stdout was closed: what reads it has ended, and says itself why"


class OutputLost(ReaderGone):
    """The output cannot be written any more; a full disk, say."""

    code = 1


def leave(code: int) -> t.NoReturn:
    """Ends the process at once: threads that still wait for an answer are not waited for."""
    logging.shutdown()
    if sys.stderr is not None:
        sys.stderr.flush()
    os._exit(code)


@contextlib.contextmanager
def last_words(code: int, grace: float = GRACE) -> Iterator[None]:
    """Ends the process if the last messages cannot be written since nobody reads any more."""
    watchdog = threading.Timer(grace, os._exit, [code])
    watchdog.daemon = True
    watchdog.start()
    try:
        yield
    finally:
        watchdog.cancel()


class Shield:
    """Holds a signal back while a line is being written."""

    def __init__(self, grace: float = GRACE) -> None:
        self._grace = grace
        self._depth = 0
        self._pending: int | None = None
        self._watchdog: threading.Timer | None = None

    def on_signal(self, signum: int, _frame: t.Any = None) -> None:
        """Ends the run now, or as soon as the line is whole.

        Raises:
            Terminated: nothing is being written.
        """
        if self._pending is not None:
            return
        self._pending = signum
        if not self._depth:
            raise Terminated(signum)
        self._watch(signum)

    def check(self) -> None:
        """Ends the run if a signal has come; what it raised may have become another error.

        Raises:
            Terminated: one has.
        """
        if self._pending is not None:
            raise Terminated(self._pending)

    def _watch(self, signum: int) -> None:
        """Ends the process even if a reader that takes nothing more holds the line for ever."""
        self._watchdog = threading.Timer(self._grace, os._exit, [128 + signum])
        self._watchdog.daemon = True
        self._watchdog.start()

    @contextlib.contextmanager
    def whole(self) -> Iterator[None]:
        """What happens inside happens whole, even if a signal arrives meanwhile."""
        if self._pending is not None and not self._depth:
            self._watch(self._pending)
        self._depth += 1
        try:
            yield
        finally:
            self._depth -= 1
            if self._watchdog is not None and not self._depth:
                self._watchdog.cancel()
        if self._pending is not None and not self._depth:
            raise Terminated(self._pending)
