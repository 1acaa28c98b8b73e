"""What can go wrong on the way to an answer, in words that hold no URL."""

from __future__ import annotations

import ssl
import typing as t

import urllib3

_CAUSES = {
    "IncompleteRead": "the answer was cut off",
    "RemoteDisconnected": "the connection was closed without an answer",
    "DecodeError": "the answer's compression is broken",
    "error": "the answer's compression is broken",  # of zlib
}


class Retriable(Exception):
    """What another try may cure; `wait` are the seconds that the server asked for, if it did.

    `slow` says that it took too long to answer, `limited` that it answered 429.
    """

    def __init__(
        self, reason: str, *, wait: float | None = None, slow: bool = False, limited: bool = False
    ) -> None:
        super().__init__(reason)
        self.wait = wait
        self.slow = slow
        self.limited = limited


def ran_out_of_time(error: urllib3.exceptions.HTTPError) -> bool:
    """Whether time ran out; a refused connection counts as that to urllib3."""
    return isinstance(error, urllib3.exceptions.TimeoutError) and not isinstance(
        error, urllib3.exceptions.NewConnectionError
    )


def innermost(error: BaseException) -> BaseException:
    """What went wrong in the first place."""
    while error.__cause__ or error.__context__:
        error = t.cast("BaseException", error.__cause__ or error.__context__)
    return error


def in_words(cause: BaseException) -> str:
    """A cause in plain words: urllib3's own messages hold URLs."""
    if isinstance(cause, OSError) and cause.strerror and not isinstance(cause, ssl.SSLError):
        return cause.strerror.lower()
    return _CAUSES.get(type(cause).__name__, "the connection was lost")
