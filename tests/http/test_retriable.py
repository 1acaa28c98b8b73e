"""What went wrong on the way to an answer, in words: never with a URL or a value in them."""

from __future__ import annotations

import socket
import ssl
import typing as t

import pytest
import urllib3
from urllib3 import exceptions as errors

from tap_payments.errors import StreamFailed
from tap_payments.http.retriable import PROXY_ADVICE, Retriable, failure_of

POOL = urllib3.HTTPConnectionPool("canary.example")
CONNECTION = urllib3.connection.HTTPConnection("canary.example")


def because(error: Exception, cause: BaseException) -> t.Any:
    """An error as urllib3 raises it, with what it comes from."""
    error.__cause__ = cause
    return error


@pytest.mark.parametrize(
    ("error", "words", "is_unreached"),
    [
        (
            because(
                errors.NewConnectionError(CONNECTION, "canary"),
                ConnectionRefusedError(111, "Canary"),
            ),
            "failed: connection refused",
            True,
        ),
        (
            because(errors.NewConnectionError(CONNECTION, "canary"), socket.gaierror(-2, "canary")),
            "failed: the host's name could not be looked up",
            True,
        ),
        (errors.ConnectTimeoutError("canary"), "failed: no connection could be made in time", True),
        (errors.ReadTimeoutError(POOL, "/canary", "canary"), "did not answer in time", False),
        (
            because(
                errors.ProtocolError("canary"),
                ConnectionResetError(104, "Connection reset by peer"),
            ),
            "failed: connection reset by peer",
            False,
        ),
        (
            because(errors.SSLError("canary"), ssl.SSLError("canary")),
            "failed: no secure connection could be made",
            True,
        ),
        (errors.ProtocolError("canary"), "failed: the connection was lost", False),
        (
            because(
                errors.ProxyError("canary", OSError()),
                OSError("Tunnel connection failed: 502 canary"),
            ),
            "failed: the proxy of the environment answered 502",
            True,
        ),
    ],
)
def test_another_try_may_cure_it(
    error: errors.HTTPError, words: str, *, is_unreached: bool
) -> None:
    failure = failure_of(error, "acme account 'main'")
    assert isinstance(failure, Retriable)
    assert (str(failure), failure.unreached) == (words, is_unreached)
    assert failure.slow == isinstance(error, errors.ReadTimeoutError)
    assert failure.counts


def test_a_certificate_is_not_tried_again() -> None:
    error = because(errors.SSLError("canary"), ssl.SSLCertVerificationError("canary"))
    failure = failure_of(error, "GET /v1/rows")
    assert isinstance(failure, StreamFailed)
    assert failure.kind == "config"
    assert str(failure) == "GET /v1/rows: the server's certificate could not be verified"


def test_a_proxy_that_asks_for_credentials_is_not_tried_again() -> None:
    tunnel = OSError("Tunnel connection failed: 407 canary")
    failure = failure_of(because(errors.ProxyError("canary", tunnel), tunnel), "GET /v1/rows")
    assert isinstance(failure, StreamFailed)
    assert str(failure) == f"GET /v1/rows: {PROXY_ADVICE}"
