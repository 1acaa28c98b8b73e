"""A month of 1,000,000 rows held against its audit, by dbt on DuckDB and on PostgreSQL."""

from __future__ import annotations

import json
import os
import subprocess
import time
import typing as t

from postgres import serving

from harness.bench import ENVIRONMENTS, HERE, binary
from harness.tables import table

if t.TYPE_CHECKING:
    from pathlib import Path

    from postgres import Postgres

    from harness.bench import Bench

ROWS = 1_000_000
MONTH = "2026-02"
MODELS = ("reconciliation_pairs", "reconciliation_reads", "reconciliation_days")
WRONG = 6

# A year of transactions; the audit has February and a day either side, and six rows differ.
MAKE = """
create schema {audit};
create table {schema}.zimpler_transactions as
select
    'main' as _account, cast(null as {text}) as _extra, md5(cast(n as varchar)) as id,
    'deposit' as type, 'zimpler_bank' as product,
    timestamp '2025-09-01' + n * interval '365 days' / {rows} as approved_at,
    cast(cast(n % 500000 as numeric(18, 2)) / 100 as {amount}) as amount, 'FI' as country_code,
    cast(-0.5 as {amount}) as fee_amount, 'EUR' as currency, 'order-' || n as ref,
    'shop.example.com' as site, 'account-' || n % 400 as account_ref
from generate_series(1, {rows}) as numbers(n);
create table {audit}.zimpler_transactions as
select * from {schema}.zimpler_transactions
where approved_at >= timestamp '2026-01-31' and approved_at < timestamp '2026-03-02';
create table {audit}.sync_windows as
select
    'main' as _account, 'zimpler_transactions' as stream, 'all' as series,
    timestamp '2026-01-31' as window_since, timestamp '2026-03-02' as window_until,
    'run' as run_id, timestamp '2026-03-04' as closed_at, count(*) as records
from {audit}.zimpler_transactions;
delete from {schema}.zimpler_transactions where id in (
    select id from {audit}.zimpler_transactions
    where approved_at >= timestamp '2026-02-10' order by approved_at, id limit 3
);
update {schema}.zimpler_transactions set currency = 'SEK' where id in (
    select id from {audit}.zimpler_transactions
    where approved_at >= timestamp '2026-02-20' order by approved_at, id limit 3
);
"""


def reconciliation(bench: Bench) -> str:
    """Seconds of each model, and of dbt as a whole."""
    rows = bench.rows(ROWS)
    with serving(ENVIRONMENTS / "postgres") as postgres:
        lines = [_line(each, bench.rounds(3)) for each in _engines(bench, postgres, rows)]
    header = ["", *(name.partition("_")[2] + ", s" for name in MODELS), "dbt as a whole, s"]
    return (
        f"{rows:,} transactions of a year in the warehouse, a month of them and two days in the "
        f"audit; {WRONG} differ, and were found. Seconds of the models that compare, best of "
        "three; of the whole, dbt's own start is the most.\n\n"
        f"{table(header, lines)}\n"
    )


class _Engine(t.NamedTuple):
    name: str
    folder: Path
    environment: dict[str, str]


def _engines(bench: Bench, postgres: Postgres, rows: int) -> list[_Engine]:
    folders = {name: bench.folder / f"dbt-{name}" for name in ("DuckDB", "PostgreSQL")}
    for folder in folders.values():
        folder.mkdir()
    database = folders["DuckDB"] / "payments.duckdb"
    made = MAKE.format(schema="main", audit="main_audit", rows=rows, text="json", amount="varchar")
    program = "import duckdb, sys; duckdb.connect(sys.argv[1]).execute(sys.argv[2])"
    python = str(binary("dbt", "python"))
    subprocess.run([python, "-c", program, str(database), made], check=True)
    made = MAKE.format(
        schema="public", audit="public_audit", rows=rows, text="jsonb", amount="numeric"
    )
    subprocess.run(postgres.psql(made), check=True, capture_output=True)
    subprocess.run(postgres.psql("vacuum analyze"), check=True, capture_output=True)
    return [
        _Engine("DuckDB", folders["DuckDB"], {"PAYMENTS_DUCKDB": str(database)}),
        _Engine(
            "PostgreSQL",
            folders["PostgreSQL"],
            {
                "PAYMENTS_TARGET": "postgres",
                "PGHOST": str(postgres.socket_folder),
                "PAYMENTS_SCHEMA": "public",
            },
        ),
    ]


def _line(engine: _Engine, rounds: int) -> list[str]:
    runs = [_build(engine) for _ in range(rounds)]
    return [engine.name, *(f"{min(each):.1f}" for each in zip(*runs, strict=True))]


def _build(engine: _Engine) -> list[float]:
    """The seconds of each model, and of the whole.

    Raises:
        RuntimeError: something else was found than what differs.
    """
    variables = {"payments_providers": ["zimpler"], "reconcile_month": MONTH}
    command = [
        *(str(binary("dbt", "dbt")), "--quiet", "build", "--vars", json.dumps(variables)),
        *("--select", "iso_4217", "zimpler_payments", "reconciliation_pairs+"),
        *("--project-dir", str(HERE.parent / "transform")),
        *("--profiles-dir", str(HERE.parent / "transform")),
        *("--target-path", str(engine.folder), "--log-path", str(engine.folder)),
    ]
    began = time.monotonic()
    environment = os.environ | {"DBT_SEND_ANONYMOUS_USAGE_STATS": "false"} | engine.environment
    subprocess.run(command, env=environment, check=False, capture_output=True)
    whole = time.monotonic() - began
    results = json.loads((engine.folder / "run_results.json").read_text())["results"]
    found = {each["unique_id"].split(".")[2]: each for each in results}
    if found["month_agrees"]["failures"] != WRONG:
        raise RuntimeError(f"{engine.name} found {found['month_agrees']['failures']} differences")
    return [*(found[name]["execution_time"] for name in MODELS), whole]
