"""Two Meltano runs into each loader, held against what the providers have."""

from __future__ import annotations

import json
import typing as t
from datetime import UTC, datetime, time
from decimal import Decimal

from meltano_project import Outcome, Project, Row, duckdb_rows
from truth import KINDS, rows_of, select, truth

if t.TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from postgres import Postgres

    from tap_payments.sandbox import Sandbox

Ask = t.Callable[[str], "Iterable[Row]"]
"""A stream's rows in the database, by the stream's name."""


def first_run(project: Project, sandbox: Sandbox, loader: str, until: datetime) -> Outcome:
    """A run as of the providers' last full hour."""
    outcome = project.run(loader, TAP_PAYMENTS_END_DATE=until.isoformat())
    assert outcome.code == 0, outcome.events
    return outcome


def second_run(project: Project, sandbox: Sandbox, loader: str) -> Outcome:
    """A run 20 hours later."""
    sandbox.clock.advance(hours=20)
    outcome = project.run(loader)
    assert outcome.code == 0, outcome.events
    return outcome


def start_of(sandbox: Sandbox) -> datetime:
    return datetime.combine(sandbox.first, time(), UTC)


def assert_complete(sandbox: Sandbox, until: datetime, ask: Ask) -> None:
    """Each table has the providers' rows: all of them, once, as they are."""
    for stream in KINDS:
        end = sandbox.clock.now() if stream.startswith("zimpler") else until
        assert rows_of(ask(stream), stream) == truth(sandbox, stream, start_of(sandbox), end), stream


def assert_caught_up(sandbox: Sandbox, ask: Ask) -> None:
    """Nothing that the providers have is missing, and what has changed is as it is there.

    There is more than that: beGateway's rows from before the start that have changed since, and
    Tikpay's rows as they were before (without keys of its own a changed row is a new one).
    """
    for stream in KINDS:
        expected = truth(sandbox, stream, start_of(sandbox), sandbox.clock.now())
        found = rows_of(ask(stream), stream)
        assert expected - found == {}, stream
        assert max(found.values()) == 1 or stream.startswith("tikpay"), stream
        if stream.startswith(("spacivox", "zimpler")):
            assert found == expected, stream


def assert_incremental(first: Outcome, second: Outcome) -> None:
    """The second run delivered the lookback and what is new, not everything."""
    assert first.delivered.keys() == second.delivered.keys() >= KINDS.keys()
    for stream in KINDS:
        assert 0 < second.delivered[stream] < first.delivered[stream] / 2, stream


def test_duckdb_has_every_row_of_every_batch(
    project: Project, sandbox: Sandbox, full_hour: datetime
) -> None:
    database = project.home / "output/payments.duckdb"

    def ask(stream: str) -> list[Row]:
        return duckdb_rows(database, select(stream, "main"))

    first = first_run(project, sandbox, "target-duckdb", full_hour)
    assert_complete(sandbox, full_hour, ask)
    assert len(duckdb_rows(database, "from main.spacivox_teams")) == 3
    balances = duckdb_rows(database, "select _account, currency from main.zimpler_current_balance")
    assert {row["_account"] for row in balances} == {"main", "shop2"}

    second = second_run(project, sandbox, "target-duckdb")
    assert_caught_up(sandbox, ask)
    assert_incremental(first, second)
    kept = project.state("target-duckdb")["bookmarks"]["spacivox_payment_transactions"]
    (partition,) = kept["partitions"]
    assert datetime.fromisoformat(partition["replication_key_value"]) > full_hour


def test_jsonl_has_every_digit(project: Project, sandbox: Sandbox, full_hour: datetime) -> None:
    folder = project.home / "output"

    def ask(stream: str) -> list[Row]:
        return list(latest(folder / f"{stream}.jsonl", stream).values())

    first = first_run(project, sandbox, "target-jsonl", full_hour)
    assert_complete(sandbox, full_hour, ask)
    for account in sandbox.zimpler.accounts:
        for row in sandbox.zimpler.rows(account):
            key = (account, row["id"], row["type"])
            written = latest(folder / "zimpler_transactions.jsonl", "zimpler_transactions")[key]
            assert {name: written[name] for name in row} == row
            break
    assert_incremental(first, second_run(project, sandbox, "target-jsonl"))
    assert_caught_up(sandbox, ask)


def latest(file: Path, stream: str) -> dict[tuple[t.Any, ...], Row]:
    """The last line of each key, as a warehouse would keep it."""
    keys: Callable[[Row], tuple[t.Any, ...]] = {
        "begateway_transactions": lambda row: (row["_account"], row["uid"]),
        "spacivox_payment_transactions": lambda row: (row["_account"], row["id"]),
        "zimpler_transactions": lambda row: (row["_account"], row["id"], row["type"]),
    }.get(stream, lambda row: (row["_account"], row["_row_id"]))
    rows = (json.loads(line) for line in file.read_text(encoding="utf-8").splitlines())
    return {keys(row): row for row in rows}


def test_postgres_has_exact_numbers(
    project: Project, sandbox: Sandbox, full_hour: datetime, postgres: Postgres
) -> None:
    project.settings["TARGET_POSTGRES_SQLALCHEMY_URL"] = postgres.url

    def ask(stream: str) -> list[Row]:
        return postgres.rows(select(stream, "tap_payments"))

    first = first_run(project, sandbox, "target-postgres", full_hour)
    assert_complete(sandbox, full_hour, ask)
    assert_incremental(first, second_run(project, sandbox, "target-postgres"))
    assert_caught_up(sandbox, ask)

    types = postgres.rows(
        "select table_name, column_name, data_type from information_schema.columns "
        "where table_schema = 'tap_payments'"
    )
    kinds = {(row["table_name"], row["column_name"]): row["data_type"] for row in types}
    assert kinds["zimpler_transactions", "amount"] == "numeric"
    assert kinds["zimpler_transactions", "approved_at"].startswith("timestamp")
    assert kinds["spacivox_payment_transactions", "amount"] == "numeric"
    assert kinds["zimpler_current_balance", "available"] == "numeric"
    assert kinds["begateway_transactions", "amount"] == "bigint"
    (total,) = postgres.rows("select sum(amount)::text as it from tap_payments.zimpler_transactions")
    assert Decimal(total["it"]) == sum(
        Decimal(row["amount"])
        for account in sandbox.zimpler.accounts
        for row in sandbox.zimpler.rows(account)
    )
