"""What can go wrong on the way to an answer, in words that hold no URL."""

from __future__ import annotations

import re
import socket
import ssl
import typing as t

import urllib3

from tap_payments.errors import StreamFailed, TapError

PROXY_ADVICE = (
    "the proxy asks for credentials: give them in HTTPS_PROXY, as http://user:password@host:port"
)

_CAUSES = {
    "ConnectionRefusedError": "connection refused",
    "IncompleteRead": "the answer was cut off",
    "RemoteDisconnected": "the connection was closed without an answer",
}


class Retriable(TapError):
    """What another try may cure; `advice` says what to do where none does.

    `wait` are the seconds that the server asked for, if it did. `slow` says that it took too long
    to answer, `limited` that it answered 429, `unreached` that no connection to it was made. One
    that does not `count` uses up no retry.
    """

    def __init__(
        self,
        reason: str,
        *,
        advice: str = "",
        wait: float | None = None,
        slow: bool = False,
        limited: bool = False,
        unreached: bool = False,
    ) -> None:
        super().__init__(reason)
        self.advice = advice
        self.wait = wait
        self.slow = slow
        self.limited = limited
        self.unreached = unreached
        self.counts = True


def ran_out_of_time() -> Retriable:
    """The failure of an answer that takes longer than `request_timeout`."""
    return Retriable(
        "did not answer in time", slow=True, advice="raise request_timeout, or lower window_days"
    )


def failure_of(error: urllib3.exceptions.HTTPError, subject: str) -> Retriable | StreamFailed:
    """An error of urllib3, whose own message holds the URL, as what happens next."""
    cause = innermost(error)
    if isinstance(cause, ssl.SSLCertVerificationError):
        return StreamFailed(
            f"{subject}: the server's certificate could not be verified", kind="config"
        )
    if isinstance(error, urllib3.exceptions.ProxyError):
        return _proxy_failure(cause, subject)
    if isinstance(error, urllib3.exceptions.ConnectTimeoutError):
        if isinstance(error, urllib3.exceptions.NewConnectionError):
            return Retriable(f"failed: {in_words(cause)}", unreached=True)
        return Retriable("failed: no connection could be made in time", unreached=True)
    if isinstance(error, urllib3.exceptions.TimeoutError):
        return ran_out_of_time()
    return Retriable(
        f"failed: {in_words(cause)}", unreached=isinstance(error, urllib3.exceptions.SSLError)
    )


def _proxy_failure(cause: BaseException, subject: str) -> Retriable | StreamFailed:
    status = re.search(r"Tunnel connection failed: (\d{3})", str(cause))
    if status is None:
        return Retriable(f"failed: the proxy of the environment: {in_words(cause)}", unreached=True)
    if status[1] == "407":
        return StreamFailed(f"{subject}: {PROXY_ADVICE}", kind="config")
    return Retriable(f"failed: the proxy of the environment answered {status[1]}", unreached=True)


def innermost(error: BaseException) -> BaseException:
    """What went wrong in the first place."""
    while error.__cause__ or error.__context__:
        error = t.cast("BaseException", error.__cause__ or error.__context__)
    return error


def in_words(cause: BaseException) -> str:
    """A cause in plain words: urllib3's own messages hold URLs."""
    if isinstance(cause, socket.gaierror):
        return "the host's name could not be looked up"
    if isinstance(cause, ssl.SSLError):
        return "no secure connection could be made"
    if (known := _CAUSES.get(type(cause).__name__)) is not None:
        return known
    return ((isinstance(cause, OSError) and cause.strerror) or "the connection was lost").lower()
