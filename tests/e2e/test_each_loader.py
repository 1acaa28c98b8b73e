"""Two runs fed to each loader by itself: the rows, each value in them, and the state."""

from __future__ import annotations

import csv
import json
import sqlite3
import subprocess
import typing as t
from datetime import UTC, datetime, timedelta

import pytest
from targets import TARGETS

from tap_payments.sandbox import Clock, Sandbox
from tests.e2e.feeds import ALONE, Feed, assert_same, load
from tests.e2e.meltano_project import Row, duckdb_rows
from tests.support.taps import command, written

if t.TYPE_CHECKING:
    from pathlib import Path

    from postgres import Postgres

Feeds = tuple[Feed, Feed]


@pytest.fixture(scope="session")
def feeds(tmp_path_factory: pytest.TempPathFactory) -> Feeds:
    """Two runs over all providers, twenty hours apart."""
    return _two_runs(tmp_path_factory.mktemp("feeds"))


@pytest.fixture(scope="session")
def flat_feeds(tmp_path_factory: pytest.TempPathFactory) -> Feeds:
    """The same, with a column for each member of a section."""
    options = {"flattening_enabled": True, "flattening_max_depth": 5}
    return _two_runs(tmp_path_factory.mktemp("flat_feeds"), **options)


def _two_runs(folder: Path, **options: t.Any) -> Feeds:
    hour = datetime.now(UTC).replace(minute=0, second=0, microsecond=0)
    clock = Clock(hour - timedelta(hours=21), frozen=True)
    with Sandbox(seed=1, days=3, clock=clock) as apis:
        apis.tikpay.job_seconds = 0
        config = apis.config() | {"sync_windows": True} | options
        first = _run(folder, config | {"end_date": clock.now().isoformat()})
        clock.advance(hours=20)
        state = written(folder, "state.json", first.state)
        return first, _run(folder, config, "--state", str(state))


def _run(folder: Path, config: Row, *options: str) -> Feed:
    done = command("--config", written(folder, "config.json", config), *options)
    assert done.code == 0, done.stderr
    return Feed(done.stdout)


def both(name: str, feeds: t.Sequence[Feed], folder: Path, config: Row) -> None:
    """Loads two runs, and holds the states that the loader hands on against the tap's."""
    for feed in feeds:
        assert load(name, feed, folder, config) == feed.state


def test_jsonl(feeds: Feeds, tmp_path: Path) -> None:
    both("target-jsonl", feeds, tmp_path, {"do_timestamp_file": False})

    def held(stream: str) -> list[Row]:
        text = (tmp_path / f"{stream}.jsonl").read_text(encoding="utf-8")
        return [json.loads(line) for line in text.splitlines()]

    assert_same(feeds, held, appends=True)


def test_csv_whose_header_is_the_first_row(flat_feeds: Feeds, tmp_path: Path) -> None:
    for number, feed in enumerate(flat_feeds):
        config = {"destination_path": ".", "disable_collection": True}
        assert load("target-csv", feed, tmp_path / str(number), config) == feed.state

    def held(stream: str) -> list[Row]:
        files = [next((tmp_path / str(n)).glob(f"{stream}-*.csv")) for n in range(len(flat_feeds))]
        return [row for file in files for row in rows_of_csv(file)]

    assert_same(flat_feeds, held, appends=True)


def rows_of_csv(file: Path) -> list[Row]:
    """The rows of a CSV file; none has more cells than the header, or fewer."""
    with file.open(newline="") as lines:
        header, *rows = csv.reader(lines)
    return [dict(zip(header, row, strict=True)) for row in rows]


def test_duckdb(feeds: Feeds, tmp_path: Path) -> None:
    both("target-duckdb", feeds, tmp_path, {"filepath": "it.db", "default_target_schema": "main"})

    def held(stream: str) -> list[Row]:
        return duckdb_rows(tmp_path / "it.db", f"from main.{stream}")

    assert_same(feeds, held, appends=False)
    kinds = _kinds(duckdb_rows(tmp_path / "it.db", COLUMNS.format(schema="main")))
    assert kinds["zimpler_transactions", "amount"] == "VARCHAR"
    assert kinds["begateway_transactions", "transaction_fee"] == "VARCHAR"
    assert kinds["zimpler_transactions", "approved_at"] == "TIMESTAMP"
    _assert_told("target-duckdb", money="VARCHAR", time="TIMESTAMP")


RECOMMENDED = {"validate_records": False}


@pytest.mark.parametrize("own", [{}, RECOMMENDED], ids=["as it comes", "as recommended"])
def test_postgres(feeds: Feeds, tmp_path: Path, postgres: Postgres, own: Row) -> None:
    schema = f"fast_{bool(own)}".lower()
    config = {
        "sqlalchemy_url": postgres.url,
        "default_target_schema": schema,
        **own,
    }
    both("target-postgres", feeds, tmp_path, config)
    assert_same(feeds, lambda stream: postgres.rows(f"table {schema}.{stream}"), appends=False)
    kinds = _kinds(postgres.rows(COLUMNS.format(schema=schema)))
    assert kinds["zimpler_transactions", "amount"] == "numeric"
    assert kinds["begateway_transactions", "transaction_fee"] == "numeric"
    assert kinds["zimpler_transactions", "approved_at"].startswith("timestamp")
    assert kinds["begateway_transactions", "payment"] == "jsonb"
    _assert_told("target-postgres", money="NUMERIC", time="TIMESTAMP", nested="JSONB")


def test_avro(feeds: Feeds, tmp_path: Path) -> None:
    for number, feed in enumerate(feeds):
        config = {"destination_path": "./", "prefix": "p_"}
        assert load("target-avro", feed, tmp_path / str(number), config) == feed.state

    def held(stream: str) -> list[Row]:
        files = [tmp_path / str(number) / f"p_.{stream}.avro" for number in range(len(feeds))]
        return [row for file in files for row in avro_rows(file)]

    assert_same(feeds, held, appends=True, within=1)


def test_sqlite(flat_feeds: Feeds, tmp_path: Path) -> None:
    """Without the report that has a column `from`, which it does not quote."""
    some = [feed.without("tikpay_trips") for feed in flat_feeds]
    both("target-sqlite", some, tmp_path, {"database": "it.db"})

    def held(stream: str) -> list[Row]:
        with sqlite3.connect(tmp_path / "it.db") as database:
            database.row_factory = sqlite3.Row
            return [dict(row) for row in database.execute(f"select * from {stream}")]

    assert_same(some, held, appends=False)


COLUMNS = (
    "select table_name, column_name, data_type from information_schema.columns "
    "where table_schema = '{schema}'"
)


def _kinds(rows: list[Row]) -> dict[tuple[str, str], str]:
    return {(row["table_name"], row["column_name"]): row["data_type"] for row in rows}


def _assert_told(name: str, **words: str) -> None:
    """The table in the documents says the same."""
    for column, word in words.items():
        assert getattr(TARGETS[name], column).startswith(word)


def avro_rows(file: Path) -> list[Row]:
    """The rows of an Avro file; instants as texts."""
    program = (
        "import fastavro, json, sys\n"
        "for row in fastavro.reader(open(sys.argv[1], 'rb')): print(json.dumps(row, default=str))"
    )
    done = subprocess.run(
        [ALONE / "avro/bin/python", "-c", program, file], capture_output=True, check=True
    )
    return [json.loads(line) for line in done.stdout.splitlines()]
