"""What the tap delivers to a warehouse, and what an audit reads later, from a sandbox."""

from __future__ import annotations

import typing as t
from datetime import UTC, datetime

from tap_payments.sandbox import Clock, Sandbox
from tests.support.taps import Row, Run, discover, sync

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
    """Ten days of all four providers, and 20 hours more in which payments came in and changed."""
    now = datetime(2026, 3, 20, 12, tzinfo=UTC)
    with Sandbox(seed=1, days=10, clock=Clock(now, frozen=True)) as sandbox:
        sandbox.tikpay.job_seconds = 0
        first = sync(sandbox, sandbox.config())
        sandbox.clock.advance(20 * 3600)
        second = sync(sandbox, sandbox.config(), state=first.state)
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
    catalog = discover(config)
    for entry in catalog["streams"]:
        (root,) = [each for each in entry["metadata"] if each["breadcrumb"] == []]
        root["metadata"]["selected"] = entry["tap_stream_id"] in streams
    return sync(sandbox, config, catalog=catalog)
