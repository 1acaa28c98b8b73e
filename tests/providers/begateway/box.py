"""A beGateway sandbox with exact rows, and what a target that upserts ends up with."""

from __future__ import annotations

import contextlib
import json
import typing as t
from datetime import UTC, datetime, timedelta

import jsonschema

from tap_payments.providers.begateway.schemas import TEXTS_SENT_AS_NUMBERS
from tap_payments.sandbox import Clock, Sandbox
from tests.support.clock import Clock as StandingClock
from tests.support.server import Answer
from tests.support.taps import settings, spelled, sync, vendor_part
from tests.support.vendor_json import extra_of

if t.TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.server import Server
    from tests.support.taps import Row, Run

STREAM = "begateway_transactions"
ONE_DAY = {"start_date": "2026-03-19", "end_date": "2026-03-20"}
NOW = datetime(2026, 3, 20, 12, tzinfo=UTC)
HORIZON = "2026-03-20T11:55:00.000000Z"


def instant(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@contextlib.contextmanager
def box(now: datetime = NOW) -> Iterator[Sandbox]:
    """An empty sandbox whose clock stands at `now`."""
    with Sandbox(seed=None, clock=Clock(now, frozen=True)) as sandbox:
        yield sandbox


def put(
    sandbox: Sandbox,
    number: int,
    created: str,
    *changes: tuple[str, Row],
    at: str | None = None,
    **fields: t.Any,
) -> Row:
    """A transaction created at an instant, with what changes later."""
    row = sandbox.begateway.example(
        uid=f"uid-{number}", id=number, created_at=f"{created.replace(' ', 'T')}Z", **fields
    )
    life = [(instant(when), change) for when, change in changes]
    sandbox.begateway.put("main", row, at=instant(at or created), changes=life)
    return row


def config(sandbox: Sandbox, start: str = "2026-01-01", **own: t.Any) -> Row:
    found = settings(sandbox, "begateway", start, **own)
    return found | {"max_retries": 1}


def run(sandbox: Sandbox, state: Row | None = None, **own: t.Any) -> Run:
    """A run that must not fail, over card payments unless `own` says otherwise."""
    done = sync(
        sandbox, config(sandbox, **{"payment_method_types": ["credit_card"]} | own), state=state
    )
    assert done.failed is None
    return done


def uids(done: Run) -> list[str]:
    return [record["uid"] for record in done.records(STREAM)]


def upserted(*runs: Run) -> list[str]:
    """What a target that upserts by key holds after these runs, spelled."""
    rows: dict[t.Any, Row] = {}
    for done in runs:
        for record in done.records(STREAM):
            rows[record["_account"], record["uid"]] = vendor_part(record) | (extra_of(record) or {})
    return spelled([as_served(row) for row in rows.values()])


def truth(sandbox: Sandbox) -> list[str]:
    return spelled([as_served(row) for row in sandbox.begateway.rows("main")])


def as_served(row: Row) -> Row:
    """A vendor's row as a record has it: numbers where the schema says text are texts, no nulls."""
    served = json.loads(json.dumps(vendor_part(row)))
    for path in TEXTS_SENT_AS_NUMBERS:
        *parents, name = path.split(".")
        section = served
        for parent in parents:
            section = section.get(parent) or {}
        if section.get(name) is not None:
            section[name] = str(section[name])
    return t.cast("Row", served)


def asked(sandbox: Sandbox, path: str = "/api/reports") -> list[Row]:
    """The report_params of the requests so far."""
    return [
        json.loads(request.body)["report_params"]
        for request in sandbox.journal
        if request.path.endswith(path)
    ]


def later(sandbox: Sandbox, **amount: float) -> None:
    """Time goes by, and the journal starts anew."""
    sandbox.clock.advance(timedelta(**amount).total_seconds())
    sandbox.journal.clear()


def read(server: Server, rows: str, **top: t.Any) -> Run:
    """A run over one page with these rows, as JSON text."""
    body = f'{{"transactions": [{rows}], "count": 1, "has_more": false}}'.encode()
    server.handler = lambda _request: Answer(body)
    account = {
        "api_url": server.url,
        "shop_id": "1",
        "secret_key": "key",
        "payment_method_types": ["credit_card"],
    }
    done = sync(StandingClock(), {**ONE_DAY, "begateway": account, **top})
    assert done.failed is None
    (schema,) = (each["schema"] for each in done.of("SCHEMA", STREAM))
    validator = jsonschema.Draft7Validator(schema, format_checker=jsonschema.FormatChecker())
    for record in done.records(STREAM):
        validator.validate(record)
    return done
