"""Logs and warnings as LOG messages: Airbyte discards what a source writes to stderr."""

from __future__ import annotations

import contextlib
import logging
import typing as t

from tap_payments.airbyte import messages

if t.TYPE_CHECKING:
    from tap_payments.airbyte.writer import AirbyteWriter

OWN = ("tap-payments", "source-payments", "singer_sdk")
"""Whose notes are told; of others only warnings are."""

LEVELS = (
    (logging.CRITICAL, "FATAL"),
    (logging.ERROR, "ERROR"),
    (logging.WARNING, "WARN"),
    (logging.INFO, "INFO"),
)


class LogHandler(logging.Handler):
    """Tells the platform what is logged, without tracebacks: those can hold values of the data."""

    def __init__(self, writer: AirbyteWriter) -> None:
        super().__init__(logging.INFO)
        self._writer = writer

    def filter(self, record: logging.LogRecord) -> bool:
        """Leaves out metrics, which have their own place, and the small talk of libraries."""
        if record.name == "singer_sdk.metrics":
            return False
        own = record.name.partition(".")[0] in OWN
        least = logging.INFO if own else logging.WARNING
        return record.levelno >= least and bool(super().filter(record))

    def emit(self, record: logging.LogRecord) -> None:
        """Writes one message."""
        level = next((name for least, name in LEVELS if record.levelno >= least), "DEBUG")
        try:
            text = record.getMessage()
        except (TypeError, ValueError):
            text = str(record.msg)
        # In a thread that fetches: the main thread finds out by itself that nobody reads.
        with contextlib.suppress(OSError):
            self._writer.tell(messages.to_log(level, text))


@contextlib.contextmanager
def told_to(writer: AirbyteWriter) -> t.Iterator[None]:
    """While this lasts, everything that is logged or warned of goes to the writer."""
    handler, root = LogHandler(writer), logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.INFO)
    logging.captureWarnings(capture=True)
    try:
        yield
    finally:
        logging.captureWarnings(capture=False)
        root.setLevel(level)
        root.removeHandler(handler)
