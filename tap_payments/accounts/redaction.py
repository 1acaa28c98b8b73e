"""The last line of defence: whatever somebody logs, no secret and no presigned link comes out.

The tap's own messages hold none. This is for those of libraries, at any log level.
"""

from __future__ import annotations

import contextlib
import logging
import re
import typing as t

if t.TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

SHORTEST = 4
"""A secret shorter than this would tear holes into every other line."""

_QUERY = re.compile(r"""(https?://[^\s?"'<>]*)\?[^\s"'<>]*""")
_TALKATIVE = ("urllib3", "requests", "charset_normalizer")
"""Libraries that log the URLs that they ask for."""


class Redactor(logging.Filter):
    """Replaces secrets, and what follows the `?` of a URL, in every record that passes."""

    def __init__(self, secrets: Iterable[str]) -> None:
        super().__init__()
        found = sorted({each for each in secrets if len(each) >= SHORTEST}, key=len, reverse=True)
        self._secrets = re.compile("|".join(map(re.escape, found))) if found else None

    def clean(self, text: str) -> str:
        """The text without what must not be seen."""
        if self._secrets is not None:
            text = self._secrets.sub("***", text)
        return _QUERY.sub(r"\1?***", text)

    def filter(self, record: logging.LogRecord) -> bool:
        """Cleans the record; a traceback, whose last line may hold a value, goes."""
        try:
            text = record.getMessage()
        except (TypeError, ValueError):  # a log call with the wrong arguments: say what it has
            text = str(record.msg)
            record.args = None
        cleaned = self.clean(text)
        if cleaned != text:
            record.msg, record.args = cleaned, None
        record.exc_info = record.exc_text = None
        return True


def secrets_of(settings: t.Any, schema: Mapping[str, t.Any]) -> Iterator[str]:
    """The values of all settings that the schema marks as secret, at any depth."""
    if isinstance(settings, dict):
        for name, field in schema.get("properties", {}).items():
            value = settings.get(name)
            if isinstance(value, str) and field.get("secret"):
                yield value
            yield from secrets_of(value, field)
    elif isinstance(settings, list):
        for item in settings:
            yield from secrets_of(item, schema.get("items", {}))


def texts_of(settings: Mapping[str, t.Any]) -> list[str]:
    """The texts among an account's settings: no message repeats them after a server."""
    return [each for each in settings.values() if isinstance(each, str) and len(each) >= SHORTEST]


def _handlers() -> Iterator[logging.Handler]:
    """Where log lines end up: those of a logging configuration may sit at any logger."""
    yield from logging.getLogger().handlers
    for logger in logging.getLogger().manager.loggerDict.values():
        if isinstance(logger, logging.Logger):
            yield from logger.handlers


@contextlib.contextmanager
def redacting(secrets: Iterable[str]) -> Iterator[None]:
    """Cleans all that is logged meanwhile."""
    redactor = Redactor(secrets)
    handlers = list(_handlers())
    for name in _TALKATIVE:
        logging.getLogger(name).setLevel(logging.ERROR)
    for handler in handlers:
        handler.addFilter(redactor)
    try:
        yield
    finally:
        for handler in handlers:
            handler.removeFilter(redactor)
