"""What loaders make of the tap's output: measured by tests/e2e/test_each_loader.py, or failing."""

from __future__ import annotations

import typing as t

from tables import table


class Target(t.NamedTuple):
    """A loader that takes two runs whole, and what it does to values."""

    package: str
    rows: str
    money: str
    time: str
    nested: str
    settings: str


class Failing(t.NamedTuple):
    """A loader that does not, and why."""

    package: str
    reason: str


TARGETS = {
    "target-jsonl": Target(
        "target-jsonl 0.1.4",
        rows="appended: a changed row is a new line",
        money="text, every digit",
        time="text, as the vendor wrote it",
        nested="objects",
        settings="`destination_path`; the folder must exist",
    ),
    "target-csv": Target(
        "target-csv 0.3.0, on Python 3.9 or older",
        rows="appended, a file for each run",
        money="text, every digit",
        time="text, as the vendor wrote it",
        nested="shifts columns; with the tap's flattening a column for each declared member",
        settings="of the tap: `flattening_enabled: true`, `flattening_max_depth: 5`; "
        "`disable_collection: true`, or it calls its maker's server",
    ),
    "target-duckdb": Target(
        "target-duckdb 0.8.0 with duckdb 1.2.2",
        rows="upserted",
        money="VARCHAR, every digit",
        time="TIMESTAMP, offsets to UTC",
        nested="JSON text",
        settings="`default_target_schema`; no setting makes it faster; no newer duckdb, and no "
        "table of nothing but texts: it loses a row of each batch",
    ),
    "target-postgres": Target(
        "meltanolabs-target-postgres 0.8.1",
        rows="upserted",
        money="NUMERIC, every digit",
        time="TIMESTAMP, offsets to UTC",
        nested="JSONB",
        settings="`validate_records: false`: 2.5 times as fast, and as exact. Not `use_copy: "
        "true`: of amounts it keeps 15 digits. Takes [JSONL files](speed.md)",
    ),
    "target-avro": Target(
        "target-avro 0.2.0",
        rows="a new run overwrites the files: a folder for each run",
        money="string, every digit",
        time="timestamp-millis: fractions of a second are cut off",
        nested="records of the declared members; others are lost",
        settings="`destination_path`, `prefix`",
    ),
    "target-sqlite": Target(
        "target-sqlite 0.2.0, on Python 3.9 or older",
        rows="upserted",
        money="VARCHAR, every digit",
        time="VARCHAR, as the vendor wrote it",
        nested="a column for each declared member",
        settings="of the tap: `flattening_enabled: true`, `flattening_max_depth: 5`, and no "
        "`tikpay_trips`, whose column `from` it does not quote",
    ),
}

FAILING = (
    Failing("target-parquet 0.0.1", "cannot be installed on Python 3.11: it pins pandas 0.24"),
    Failing(
        "meltanolabs-target-csv 0.5.0",
        "a second run overwrites the first one's files; nested values are Python's spelling",
    ),
    Failing("thk-target-mysql 0.1.3", "renames `_account`, and then lacks its key"),
    Failing(
        "pipelinewise-target-postgres 2.1.2",
        "drops the offset of instants that are not in UTC; an empty text becomes null",
    ),
)


def loaders_table() -> str:
    """The loaders that work."""
    head = ("Loader", "Rows of a second run", "Money", "Time", "Nested values", "Settings")
    return table(head, [tuple(each) for each in TARGETS.values()])


def failing_table() -> str:
    """The loaders that do not."""
    return table(("Loader", "Why not"), [tuple(each) for each in FAILING])
