"""Two Meltano runs into each loader, held against what the providers have."""

from __future__ import annotations

import json
import typing as t
from datetime import datetime
from decimal import Decimal

from tests.e2e.meltano_project import Outcome, Project, Row, duckdb_rows
from tests.e2e.truth import KINDS, assert_caught_up, assert_complete, select

if t.TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from postgres import Postgres

    from tap_payments.sandbox import Sandbox
    from tests.e2e.truth import Ask


def first_run(project: Project, sandbox: Sandbox, loader: str) -> Outcome:
    """A run that ends where the providers' time is."""
    outcome = project.run(loader, TAP_PAYMENTS_END_DATE=sandbox.clock.now().isoformat())
    assert outcome.code == 0, "\n".join(outcome.events)
    return outcome


def second_run(project: Project, sandbox: Sandbox, loader: str) -> Outcome:
    """A run 20 hours later."""
    sandbox.clock.advance(hours=20)
    outcome = project.run(loader)
    assert outcome.code == 0, "\n".join(outcome.events)
    return outcome


def assert_incremental(first: Outcome, second: Outcome) -> None:
    """The second run delivered the lookback and what is new, not everything."""
    assert first.delivered.keys() == second.delivered.keys() >= KINDS.keys()
    for stream in KINDS:
        assert 0 < second.delivered[stream] < first.delivered[stream] / 2, stream


def test_duckdb_has_every_row_of_every_batch(project: Project, sandbox: Sandbox) -> None:
    database = project.home / "output/payments.duckdb"

    def ask(stream: str) -> list[Row]:
        return duckdb_rows(database, select(stream, "main"))

    first = first_run(project, sandbox, "target-duckdb")
    assert_complete(sandbox, ask)
    assert len(duckdb_rows(database, "from main.spacivox_teams")) == 3
    balances = duckdb_rows(database, "select _account, currency from main.zimpler_current_balance")
    assert {row["_account"] for row in balances} == {"main", "shop2"}

    ended = sandbox.clock.now()
    second = second_run(project, sandbox, "target-duckdb")
    assert_caught_up(sandbox, ask)
    assert_incremental(first, second)
    kept = project.state("target-duckdb")["bookmarks"]["spacivox_payment_transactions"]
    (partition,) = kept["partitions"]
    assert datetime.fromisoformat(partition["replication_key_value"]) > ended


def test_jsonl_has_every_digit(project: Project, sandbox: Sandbox) -> None:
    folder = project.home / "output"

    def ask(stream: str) -> list[Row]:
        return list(latest(folder / f"{stream}.jsonl", stream).values())

    first = first_run(project, sandbox, "target-jsonl")
    assert_complete(sandbox, ask)
    written = latest(folder / "zimpler_transactions.jsonl", "zimpler_transactions")
    for account in sandbox.zimpler.accounts:
        for row in sandbox.zimpler.rows(account):
            added = {"_account": account, "_extra": None}
            assert written[account, row["id"], row["type"]] == row | added

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


def test_postgres_has_exact_numbers(project: Project, sandbox: Sandbox, postgres: Postgres) -> None:
    project.settings["TARGET_POSTGRES_SQLALCHEMY_URL"] = postgres.url

    def ask(stream: str) -> list[Row]:
        return postgres.rows(select(stream, "tap_payments"))

    first = first_run(project, sandbox, "target-postgres")
    assert_complete(sandbox, ask)
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
    (total,) = postgres.rows(
        "select sum(amount)::text as it from tap_payments.zimpler_transactions"
    )
    assert Decimal(total["it"]) == sum(
        Decimal(row["amount"])
        for account in sandbox.zimpler.accounts
        for row in sandbox.zimpler.rows(account)
    )


def assert_later_column(project: Project, sandbox: Sandbox, loader: str, ask: Ask) -> None:
    """A column that a later report has is one of the table's, and null in earlier rows."""
    sandbox.tikpay.put_report("TAPS", b"tapId,amount\n1,2.50\n2,3\n")
    first_run(project, sandbox, loader)
    sandbox.tikpay.put_report("TAPS", b"tapId,amount,zone\n3,4,north\n")
    second_run(project, sandbox, loader)
    rows = [{name.lower(): value for name, value in row.items()} for row in ask("tikpay_taps")]
    found = sorted((row["tapid"], row["amount"], row["zone"]) for row in rows)
    assert found == [("1", "2.50", None), ("2", "3", None), ("3", "4", "north")]


def test_duckdb_gets_the_columns_of_a_later_report(project: Project, sandbox: Sandbox) -> None:
    database = project.home / "output/payments.duckdb"

    def ask(stream: str) -> list[Row]:
        return duckdb_rows(database, f"from main.{stream}")

    assert_later_column(project, sandbox, "target-duckdb", ask)


def test_postgres_gets_the_columns_of_a_later_report(
    project: Project, sandbox: Sandbox, postgres: Postgres
) -> None:
    project.settings["TARGET_POSTGRES_SQLALCHEMY_URL"] = postgres.url
    project.settings["TARGET_POSTGRES_DEFAULT_TARGET_SCHEMA"] = "later_columns"

    def ask(stream: str) -> list[Row]:
        return postgres.rows(f"select * from later_columns.{stream}")

    assert_later_column(project, sandbox, "target-postgres", ask)
