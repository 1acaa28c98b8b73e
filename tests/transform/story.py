"""What the tap delivers to a warehouse, and what an audit reads later, from a sandbox."""

from __future__ import annotations

import typing as t
from datetime import UTC, datetime

from tap_payments.sandbox import Clock, Sandbox
from tests.support.taps import Row, Run, discover, selecting, sync

if t.TYPE_CHECKING:
    from collections.abc import Collection

KEYS = {
    "begateway_transactions": ("_account", "uid"),
    "spacivox_payment_transactions": ("_account", "id"),
    "tikpay_payments": ("_account", "paymentId"),
    "zimpler_transactions": ("_account", "id", "type"),
}


class Delivered(t.NamedTuple):
    """What two runs of the tap delivered, and the latest version of each payment by stream."""

    lines: list[bytes]
    payments: dict[str, list[Row]]


def delivered_twice() -> Delivered:
    """Ten days of all providers, and 20 hours more in which payments came in and changed."""
    now = datetime(2026, 3, 20, 12, tzinfo=UTC)
    with Sandbox(seed=1, days=10, clock=Clock(now, frozen=True)) as sandbox:
        sandbox.tikpay.job_seconds = 0
        config = sandbox.config()
        catalog = selecting(config, *(each["stream"] for each in discover(config)["streams"]))
        first = sync(sandbox, config, catalog=catalog)
        sandbox.clock.advance(20 * 3600)
        second = sync(sandbox, config, catalog=catalog, state=first.state)
    latest: dict[str, dict[t.Any, Row]] = {stream: {} for stream in KEYS}
    for message in (*first.of("RECORD"), *second.of("RECORD")):
        if message["stream"] in KEYS:
            row = message["record"]
            key = tuple(row[name] for name in KEYS[message["stream"]])
            latest[message["stream"]][key] = row
    payments = {stream: list(rows.values()) for stream, rows in latest.items()}
    return Delivered([*first.lines, *second.lines], payments)


def audit(
    sandbox: Sandbox, month: str, streams: Collection[str] = (*KEYS, "sync_windows"), **own: t.Any
) -> Run:
    """What the extractor `tap-payments-audit` reads of a month: the payments, and the windows."""
    config = sandbox.config() | {"audit_month": month, "sync_windows": True}
    for provider, settings in own.items():
        config[provider] = config[provider] | settings
    return sync(sandbox, config, catalog=selecting(config, *streams))


MONTH = "2026-02"
EDGES = {
    "before": "2026-01-31T23:59:59Z",
    "first": "2026-02-01T00:00:00Z",
    "last": "2026-02-28T23:59:59Z",
    "after": "2026-03-01T00:00:00Z",
}
"""Rows of Zimpler's at the ends of the month, by their ids."""


class Story(t.NamedTuple):
    """What an ordinary run delivered, and what two audits of February read.

    After the ordinary run rows change at the providers that no lookback reaches. Before the second
    audit one of them comes back.
    """

    ordinary: Run
    audit: Run
    second: Run


def february() -> Story:
    """A month that is over for two days."""
    now = datetime(2026, 3, 3, 12, tzinfo=UTC)
    with Sandbox(seed=1, days=32, clock=Clock(now, frozen=True)) as sandbox:
        sandbox.tikpay.job_seconds = 0
        for name, instant in EDGES.items():
            put_zimpler(sandbox, name, instant)
        for name in ("leaves", "goes", "returns"):
            put_zimpler(sandbox, name, "2026-02-12T08:00:00Z")
        for name in ("late-status", "late-section"):
            put_begateway(sandbox, name)
        put_tikpay(sandbox, "PENDING")
        ordinary = sync(sandbox, sandbox.config())
        change_late(sandbox)
        first = audit(sandbox, MONTH)
        put_zimpler(sandbox, "returns", "2026-02-12T08:00:00Z")
        second = audit(sandbox, MONTH)
    assert [run.failed for run in (ordinary, first, second)] == [None] * 3
    return Story(ordinary, first, second)


def change_late(sandbox: Sandbox) -> None:
    """Changes at the providers, weeks after the rows were delivered."""
    for name in ("leaves", "goes", "returns"):
        assert sandbox.zimpler.remove("main", id=name) == 1
    put_zimpler(sandbox, "leaves", "2026-03-01T10:00:00Z")
    put_zimpler(sandbox, "comes", "2026-02-13T08:00:00Z")
    for name in ("late-status", "late-section"):
        assert sandbox.begateway.remove("main", uid=name) == 1
    assert sandbox.tikpay.remove("main", kind="PAYMENTS", paymentId="late-settlement") == 1
    put_tikpay(sandbox, "SETTLED")
    put_begateway(sandbox, "late-status", status="error")
    put_begateway(sandbox, "late-section", smart_routing_verification={"rules": [1, 1]})


LATE = {
    ("zimpler", "leaves deposit"): ("changed", "approved_at"),
    ("zimpler", "goes deposit"): ("vanished", None),
    ("zimpler", "returns deposit"): ("vanished", None),
    ("zimpler", "comes deposit"): ("missing", None),
    ("begateway", "late-status"): ("changed", "status"),
    ("begateway", "late-section"): ("changed", "smart_routing_verification"),
    ("tikpay", "late-settlement"): ("changed", "status"),
}
"""What `change_late` leaves for the first audit to find."""


def put_zimpler(sandbox: Sandbox, name: str, approved: str) -> None:
    """Adds a deposit."""
    row = {
        "id": name,
        "type": "deposit",
        "product": "zimpler_bank",
        "approved_at": approved,
        "amount": "100.05",
        "country_code": "FI",
        "fee_amount": "-0.50",
        "currency": "EUR",
        "ref": name,
        "site": "shop.example.com",
        "account_ref": "SANDBOX-ACCOUNT-1",
    }
    sandbox.zimpler.put("main", row)


def put_tikpay(sandbox: Sandbox, status: str) -> None:
    """Adds a payment of 3.20 AUD; another status makes it another row to the tap."""
    row = {
        "paymentId": "late-settlement",
        "tripId": "TRP-late",
        "customerId": None,
        "paidAt": "2026-02-09T12:00:00",
        "amount": "3.20",
        "currency": "AUD",
        "cardLast4": "0000",
        "status": status,
    }
    sandbox.tikpay.put("main", row, kind="PAYMENTS")


def put_begateway(sandbox: Sandbox, name: str, **fields: t.Any) -> None:
    """Adds a payment of 1,234.56 EUR."""
    row = {
        "uid": name,
        "created_at": "2026-02-05T10:00:00Z",
        "paid_at": "2026-02-05T10:05:00Z",
        "settled_at": "2026-02-07",
        "amount": 123456,
        "currency": "EUR",
        "status": "successful",
        "type": "payment",
        "smart_routing_verification": {"rules": [1]},
    }
    sandbox.begateway.put("main", sandbox.begateway.example(**row | fields))
