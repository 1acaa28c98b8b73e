"""A Tikpay sandbox whose clock stands still but for the tap's waits, and what the API was asked."""

from __future__ import annotations

import contextlib
import json
import typing as t
from datetime import UTC, datetime, timedelta

from tap_payments.sandbox import Clock, Sandbox
from tests.support.taps import discover, settings, sync

if t.TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.taps import Row, Run

NOW = datetime(2026, 3, 20, 1, 30, tzinfo=UTC)  # 12:30 in Sydney, eleven hours ahead
HORIZON = "2026-03-20T01:00:00.000000Z"
STREAMS = ("tikpay_customers", "tikpay_payments", "tikpay_taps", "tikpay_trips")
HEADER = "tapId,amount\n"


@contextlib.contextmanager
def box(now: datetime = NOW, **options: t.Any) -> Iterator[Sandbox]:
    """A sandbox with a few days of invented reports."""
    with Sandbox(**{"seed": 5, "days": 4, **options}, clock=Clock(now, frozen=True)) as sandbox:
        sandbox.tikpay.per_day = (5, 9)
        yield sandbox


def config(sandbox: Sandbox, start: str = "2026-03-16", **own: t.Any) -> Row:
    """Settings with the documented defaults for waiting."""
    found = settings(sandbox, "tikpay", start, poll_interval=30, **own)
    return found | {"max_retries": 2}


def only(stream: str, sandbox: Sandbox, **own: t.Any) -> dict[str, t.Any]:
    """A catalog that selects one stream, and settings."""
    found = config(sandbox, **own)
    catalog = discover(found)
    for entry in catalog["streams"]:
        for each in entry["metadata"]:
            if not each["breadcrumb"]:
                each["metadata"]["selected"] = entry["tap_stream_id"] == stream
    return {"config": found, "catalog": catalog}


def run(sandbox: Sandbox, state: Row | None = None, **own: t.Any) -> Run:
    done = sync(sandbox, config(sandbox, **own), state=state)
    assert done.failed is None
    return done


def asked(sandbox: Sandbox) -> list[str]:
    """The requests to the API so far: tokens and downloads are none."""
    return [
        f"{request.method} {request.path}"
        for request in sandbox.journal.of("tikpay")
        if "oauth2" not in request.path
    ]


def started(sandbox: Sandbox) -> list[Row]:
    """The bodies of the requests that start jobs."""
    return [
        json.loads(request.body) for request in sandbox.journal.of("tikpay", "/v1/generate-report")
    ]


def later(sandbox: Sandbox, **amount: float) -> None:
    """Time goes by, and the journal starts anew."""
    sandbox.clock.advance(timedelta(**amount).total_seconds())
    sandbox.journal.clear()


def content(row: Row) -> tuple[tuple[str, t.Any], ...]:
    """A record's cells."""
    return tuple(sorted((name, value) for name, value in row.items() if not name.startswith("_")))
