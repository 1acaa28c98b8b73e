"""A client of one account, and what the tests of HTTP ask it for."""

from __future__ import annotations

import contextlib
import json
import logging
import threading
import typing as t
from dataclasses import dataclass, field

import pytest

from tap_payments.errors import StreamFailed, Unreadable
from tap_payments.http.calls import Call, Statistics
from tap_payments.http.client import Client
from tap_payments.http.credentials import Fixed
from tap_payments.http.retries import Policy
from tests.support.clock import Clock

if t.TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from tap_payments.http.credentials import Credentials
    from tests.support.server import Server

SECRET = "canary-credential-5f0c1d7a9e"
GET = Call("GET", "/v1/rows", {"from": "2026-01-01", "name": "canary query"})
POST = Call("POST", "/v1/reports", json={"report": {"from": "2026-01-01"}})
HINTS = {401: "check acme.api_key", 403: "check acme.api_key"}
ROWS = {"rows": [1, 2]}


def decode(body: bytes) -> t.Any:
    """A JSON object, as a stream would take it."""
    try:
        found = json.loads(body)
    except ValueError:
        raise Unreadable("the body is not a whole JSON document") from None
    if not isinstance(found, dict):
        raise Unreadable("the body is not what the vendor's document says")
    return found


@dataclass
class Box:
    """A client with its clock, its log and what its requests cost."""

    client: Client
    clock: Clock
    log: list[str]
    statistics: Statistics = field(default_factory=Statistics)
    cancelled: threading.Event = field(default_factory=threading.Event)

    def fetch(
        self, call: Call = GET, read: Callable[[bytes], t.Any] = decode, *, splittable: bool = False
    ) -> t.Any:
        """The answer to a call."""
        return self.client.fetch(
            call, read, statistics=self.statistics, cancelled=self.cancelled, splittable=splittable
        )

    @property
    def cost(self) -> tuple[int, int]:
        """Requests, and how many of them were retries."""
        return self.statistics.requests, self.statistics.retries


def box(
    url: str,
    *,
    credentials: Credentials | None = None,
    clock: Clock | None = None,
    hints: Mapping[int, str] = HINTS,
    unspoken: tuple[str, ...] = (),
    **policy: t.Any,
) -> Box:
    """A client that asks a server."""
    log: list[str] = []
    logger = logging.getLogger(f"acme.{id(log)}")
    logger.setLevel(logging.DEBUG)
    logger.propagate = False
    listener = logging.Handler()
    listener.emit = lambda record: log.append(record.getMessage())  # type: ignore[method-assign]
    logger.addHandler(listener)
    clock = clock or Clock()
    own: dict[str, t.Any] = {"user_agent": "tap-payments/test", "request_timeout": 5}
    client = Client(
        api_url=url,
        credentials=credentials or Fixed({"Authorization": f"Bearer {SECRET}", "X-Key": SECRET}),
        policy=Policy(**own | policy),
        runtime=clock.runtime(),
        logger=logger,
        subject="Acme account 'main'",
        hints=hints,
        address="acme.api_url",
        unspoken=unspoken,
    )
    return Box(client, clock, log)


Make = t.Callable[..., Box]


@contextlib.contextmanager
def clients(server: Server) -> Iterator[Make]:
    """Makes clients of a server, or of another URL, and closes them at the end."""
    made: list[Box] = []

    def make(url: str = server.url, **options: t.Any) -> Box:
        made.append(box(url, **options))
        return made[-1]

    try:
        yield make
    finally:
        for each in made:
            each.client.transport.close()


def failure_of(work: Callable[[], object]) -> StreamFailed:
    with pytest.raises(StreamFailed) as failure:
        work()
    return failure.value
