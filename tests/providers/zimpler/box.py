"""A sandbox with one Zimpler account and exactly the transactions that a test puts into it."""

from __future__ import annotations

import json
import typing as t

from tap_payments.sandbox import Clock, Sandbox
from tests.support.clock import NOW
from tests.support.clock import Clock as Standing
from tests.support.server import Answer
from tests.support.taps import sync

if t.TYPE_CHECKING:
    from datetime import datetime

    from tests.support.server import Request, Server
    from tests.support.taps import Row, Run

STREAM = "zimpler_transactions"
BALANCE = "zimpler_current_balance"
PATH = "/v4/transactions"
FULL: Row = {
    "id": "6a734480",
    "type": "deposit",
    "product": "zimpler-wallet",
    "approved_at": "2026-03-19T07:06:11Z",
    "amount": "100.00",
    "country_code": "SE",
    "fee_amount": "-6.50",
    "currency": "EUR",
    "ref": "order-1",
    "site": "example.com",
    "account_ref": "person-1",
}


def box(now: datetime = NOW, accounts: int = 1) -> Sandbox:
    """An empty sandbox whose clock stands still."""
    return Sandbox(seed=None, days=30, accounts=accounts, clock=Clock(now, frozen=True))


def put(sandbox: Sandbox, name: str, approved_at: str | None, **more: t.Any) -> Row:
    """Adds a transaction; `at` and `filed` say when it is seen and by which date it is found."""
    timing = {word: more.pop(word) for word in ("at", "filed") if word in more}
    row = sandbox.zimpler.example(id=name, approved_at=approved_at, **more)
    sandbox.zimpler.put("main", row, **timing)
    return row


def fill(sandbox: Sandbox, number: int, day: str = "2026-03-10") -> list[Row]:
    """Adds `number` transactions, a minute apart."""
    return [
        put(sandbox, f"{n:04}", f"{day}T{n // 60:02}:{n % 60:02}:00Z", amount=f"{n}.10")
        for n in range(number)
    ]


def ids(run: Run) -> list[str]:
    """The ids of the transactions that a run delivered, in its order."""
    return [row["id"] for row in run.rows(STREAM)]


def asked(sandbox: Sandbox) -> list[tuple[str, str, int]]:
    """What was asked for: first day, last day, offset."""
    return [
        (one.query["from_date"], one.query["to_date"], int(one.query["offset"]))
        for one in sandbox.journal.of("zimpler", PATH)
    ]


def days(sandbox: Sandbox) -> list[tuple[str, str]]:
    """The windows that were asked for, in order of time."""
    return sorted({(since, until) for since, until, _ in asked(sandbox)})


def served_by(url: str, start: str = "2026-03-18", **own: t.Any) -> Row:
    """The tap's settings for a Zimpler at an address, with other settings of `own`."""
    keys = {"api_url": url, "merchant_id": "shop", "api_key": "canary-key"}
    return {"start_date": start, "zimpler": keys | own}


def reading(
    server: Server, *rows: Row | str, balance: t.Any = None, end: bool = True, **top: t.Any
) -> Run:
    """A run against an API that has exactly these rows, texts as they stand, and this balance."""
    spelled = [row if isinstance(row, str) else json.dumps(row) for row in rows]

    def answer(request: Request) -> Answer:
        if request.path == PATH:
            page = ",".join(spelled[int(request.query["offset"]) :])
            return Answer(f'{{"count":{len(rows)},"transactions":[{page}]}}')
        return Answer({} if balance is None else balance)

    server.handler = answer
    config = served_by(server.url, "2026-03-19") | {"max_retries": 1} | top
    return sync(Standing(), config | ({"end_date": "2026-03-20"} if end else {}))
