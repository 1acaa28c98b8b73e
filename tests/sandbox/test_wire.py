"""Connections: kept, compressed, stalled, and closed when the sandbox stops."""

from __future__ import annotations

import http.client
import threading
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest

from tap_payments.sandbox import Clock, Sandbox
from tests.sandbox.client import ask, basic

if TYPE_CHECKING:
    from collections.abc import Iterator


NOW = datetime(2026, 3, 15, 12, tzinfo=UTC)
MAIN = basic("sandbox-merchant-1", "sandbox-zimpler-key-main")


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(days=30, clock=Clock(NOW, frozen=True)) as sandbox:
        yield sandbox


def test_a_connection_is_kept_and_a_large_answer_compressed(sandbox: Sandbox) -> None:
    parts = urlsplit(sandbox.url)
    connection = http.client.HTTPConnection("127.0.0.1", parts.port, timeout=60)
    encodings = []
    for headers in ({"Accept-Encoding": "gzip"}, {}):
        connection.request(
            "GET", "/zimpler/v4/transactions?limit=1000", headers={**MAIN, **headers}
        )
        socket = connection.sock
        response = connection.getresponse()
        encodings.append(response.headers["Content-Encoding"])
        assert len(response.read()) == int(response.headers["Content-Length"])
        assert connection.sock is socket
    connection.close()
    assert encodings == ["gzip", None]


def test_stopping_waits_for_no_stalled_answer() -> None:
    sandbox = Sandbox(seed=None).start()
    sandbox.faults.add("zimpler:stall=600")
    asked = threading.Event()
    sandbox.zimpler.on_page = lambda _: asked.set()
    errors: list[Exception] = []

    def stalled() -> None:
        try:
            ask(f"{sandbox.url}/zimpler/v4/transactions", MAIN, timeout=600)
        except (OSError, http.client.HTTPException) as error:
            errors.append(error)

    thread = threading.Thread(target=stalled)
    thread.start()
    assert asked.wait(30)
    sandbox.stop()
    thread.join(30)
    assert len(errors) == 1


def test_stopping_closes_a_connection_that_is_kept() -> None:
    sandbox = Sandbox(seed=None).start()
    connection = http.client.HTTPConnection("127.0.0.1", urlsplit(sandbox.url).port, timeout=30)
    connection.request("GET", "/_sandbox")
    connection.getresponse().read()
    sandbox.stop()
    assert connection.sock.recv(1) == b""
    connection.close()
