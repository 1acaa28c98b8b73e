"""What tests of redirects, certificates and files ask, with which credentials."""

from __future__ import annotations

import contextlib
import typing as t

import pytest
import requests

from tap_payments.errors import StreamFailed
from tap_payments.http.transport import Transport
from tests.http.client_box import SECRET
from tests.support.server import Answer

if t.TYPE_CHECKING:
    from collections.abc import Iterator

OWN = {"Authorization": f"Bearer {SECRET}", "X-Key": SECRET}
FORM = {"grant_type": "client_credentials", "client_secret": SECRET}


def to(url: str, status: int = 302) -> Answer:
    return Answer("moved", status=status, headers={"Location": url})


def get(transport: Transport, url: str) -> bytes:
    return transport.exchange(requests.Request("GET", url), OWN).body


def failure_of(transport: Transport, url: str) -> StreamFailed:
    with pytest.raises(StreamFailed) as failure:
        get(transport, url)
    return failure.value


@contextlib.contextmanager
def started(timeout: float = 5) -> Iterator[Transport]:
    """A transport, closed at the end."""
    made = Transport(user_agent="tap-payments/test", timeout=timeout, pool=2)
    try:
        yield made
    finally:
        made.close()
