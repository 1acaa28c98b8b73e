from __future__ import annotations

import typing as t
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tap_payments.sandbox import Clock, Sandbox
from tests.support.taps import Row, sync
from tests.transform.warehouse import Warehouse

HERE = Path(__file__).parent
NOW = datetime(2026, 3, 20, 12, tzinfo=UTC)

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


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.e2e)


@pytest.fixture(scope="session")
def delivered() -> Delivered:
    """Ten days of all four providers, and 20 hours more in which payments came in and changed."""
    with Sandbox(seed=1, days=10, clock=Clock(NOW, frozen=True)) as sandbox:
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


@pytest.fixture(scope="session")
def warehouse(delivered: Delivered, tmp_path_factory: pytest.TempPathFactory) -> Warehouse:
    """These rows in DuckDB, as target-duckdb loads them, and the models on them."""
    made = Warehouse(tmp_path_factory.mktemp("warehouse"))
    made.load(delivered.lines)
    assert made.dbt("build") == {}
    return made
