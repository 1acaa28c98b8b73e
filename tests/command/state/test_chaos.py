"""Months of bad luck: faults, deaths and late changes by a seed, and nothing is lost.

`make soak` plays many more of them: `CHAOS=200 pytest tests/command/state/test_chaos.py`.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import random
import typing as t
from datetime import UTC, datetime, timedelta

import pytest

from tap_payments.sandbox import Clock, Fault, Sandbox
from tests.support.mortal import Killed, Mortal
from tests.support.taps import Row, Run, sync

PLAYS = int(os.environ.get("CHAOS", "12"))
PROVIDERS = ("begateway", "spacivox", "tikpay", "zimpler")
STREAMS = {
    "begateway": ("begateway_transactions",),
    "spacivox": ("spacivox_payment_transactions",),
    "tikpay": ("tikpay_customers", "tikpay_payments", "tikpay_taps", "tikpay_trips"),
    "zimpler": ("zimpler_transactions",),
}
FAULTS = (
    "429:retry-after=3",
    "429",
    "500",
    "503:retry-after=date+5",
    "truncate",
    "drop",
    "html",
    "empty",
    "halfjson",
    "expired-token",
)
KEYS = {"begateway": ("uid",), "spacivox": ("id",), "zimpler": ("id", "type")}


class Warehouse:
    """What a target that upserts by key holds, and how far it was told it has got."""

    def __init__(self) -> None:
        self.rows: dict[t.Any, str] = {}
        self.state: Row = {}

    def take(self, run: Run) -> None:
        """Takes the whole lines of a run; its watermarks never go back."""
        for message in run.messages:
            if message["type"] == "RECORD":
                self._upsert(message["stream"], message["record"])
            elif message["type"] == "STATE":
                before, after = marks(self.state), marks(message["value"])
                assert all(after[key] >= before[key] for key in before)
                self.state = message["value"]

    def _upsert(self, stream: str, record: Row) -> None:
        provider = stream.partition("_")[0]
        names = KEYS.get(provider, ("_row_id",))
        key = (stream, record["_account"], *(record.get(name) for name in names))
        self.rows[key] = as_told(record)


def marks(state: Row) -> dict[str, str]:
    """All watermarks of a state."""
    return {
        f"{stream} {json.dumps(each['context'], sort_keys=True)}": each["replication_key_value"]
        for stream, bookmark in state.get("bookmarks", {}).items()
        for each in bookmark.get("partitions", [])
        if "replication_key_value" in each  # Tikpay's jobs are remembered before the first
    }


TEXTS = ("order_id", "tracking_id", "discount_rate", "transaction_rate", "transaction_fee",
         "pay_to_merchant")  # fmt: skip


def as_told(row: Row) -> str:
    """A row without what the tap adds, spelled; ids and fees that come as numbers are texts."""
    told = {name: value for name, value in row.items() if not name.startswith("_")}
    told |= json.loads(row.get("_extra") or "{}")
    for name in ("service_no", "transaction_id"):
        if isinstance(told.get("erip"), dict) and told["erip"].get(name) is not None:
            told["erip"] = told["erip"] | {name: str(told["erip"][name])}
    for name in TEXTS:
        if told.get(name) is not None:
            told[name] = str(told[name])
    return json.dumps({name: value for name, value in told.items() if value not in (None, "")},
                      sort_keys=True)  # fmt: skip


def due(
    sandbox: Sandbox, provider: str, account: str, state: Row, at: datetime | None = None
) -> set[str]:
    """The rows that must have arrived, as they were: between the first day and the watermarks."""
    api = sandbox.apis[provider]
    since = f"{sandbox.first}"
    if provider == "tikpay":
        until = f"{sandbox.clock.now() - timedelta(days=3):%Y-%m-%dT%H:%M:%S}"
        times = {"CUSTOMERS": "createdAt", "PAYMENTS": "paidAt", "TAPS": "tappedAt",
                 "TRIPS": "startedAt"}  # fmt: skip
        return {
            as_told({name: str(value) for name, value in row.items() if value is not None})
            for kind in api.kinds
            for row in api.rows(account, at, kind=kind)
            if f"{sandbox.first + timedelta(days=1)}" <= event_of(row, times[kind]) < until
        }
    cursor = {"begateway": "created_at", "spacivox": "timestamp", "zimpler": "approved_at"}
    until = min(mark for key, mark in marks(state).items() if key.startswith(provider))
    return {
        as_told(row)
        for row in api.rows(account, at)
        if since <= str(row[cursor[provider]]) < until[:19]
    }


def event_of(row: Row, name: str) -> str:
    """When it happened; the sandbox's kinds have one local time of an event each."""
    times = [str(value) for key, value in row.items() if key.endswith("At")]
    return str(row.get(name) or min(times))


def misfortune(dice: random.Random, sandbox: Sandbox, providers: list[str]) -> None:
    """A few faults for the next run."""
    sandbox.faults.clear()
    for _ in range(dice.randint(0, 4)):
        provider = dice.choice(providers)
        fault = dice.choice(FAULTS)
        if provider == "tikpay" and fault.startswith("429"):
            continue
        after, times = dice.randint(0, 12), dice.randint(1, 3)
        sandbox.faults.add(Fault.parse(f"{provider}:{fault}:after={after}:times={times}"))


def attempt(dice: random.Random, sandbox: Sandbox, config: Row, warehouse: Warehouse) -> None:
    """One run, which may die at any line."""
    if dice.random() < 0.5:
        warehouse.take(sync(sandbox, config, state=warehouse.state))
        return
    mortal = Mortal(dice.randint(0, 120))
    output = io.TextIOWrapper(mortal, encoding="utf-8")
    with contextlib.suppress(Killed):
        sync(sandbox, config, state=warehouse.state, stdout=output)
    warehouse.take(Run(lines=mortal.whole_lines()))
    output.close()


@pytest.mark.parametrize("seed", range(PLAYS))
def test_whatever_happens_the_warehouse_ends_with_what_the_providers_hold(seed: int) -> None:
    dice = random.Random(seed)
    start = datetime(2026, 3, 20, tzinfo=UTC) + timedelta(minutes=dice.randint(0, 60 * 24 * 20))
    with Sandbox(seed=seed, days=dice.randint(3, 7), clock=Clock(start, frozen=True)) as sandbox:
        providers = sorted(dice.sample(PROVIDERS, dice.randint(1, 4)))
        for name in providers:
            sandbox.apis[name].per_day = (3, 7)
        sandbox.tikpay.job_seconds = dice.choice([0, 30, 7200])
        config = sandbox.config(*providers) | {"max_retries": dice.choice([1, 4])}
        for name in providers:
            config[name]["concurrency"] = dice.choice([1, 4])
        warehouse = Warehouse()
        for _ in range(dice.randint(4, 6)):
            misfortune(dice, sandbox, providers)
            attempt(dice, sandbox, config, warehouse)
            sandbox.clock.advance(dice.randint(0, 40) * 3600)
        sandbox.faults.clear()
        for _ in range(3):
            run = sync(sandbox, config, state=warehouse.state)
            assert run.failed is None
            warehouse.take(run)
            sandbox.clock.advance(26 * 3600)
        began = sandbox.clock.now()
        run = sync(sandbox, config, state=warehouse.state)
        warehouse.take(run)
        held = set(warehouse.rows.values())
        for name in providers:
            expected = set[str]()
            for account in sandbox.apis[name].accounts:
                # What changes while the run waits for others may be read before or after.
                before = due(sandbox, name, account, warehouse.state, began)
                after = due(sandbox, name, account, warehouse.state)
                expected |= before & after
                assert all(row in held for row in before & after), name
            assert expected
