"""The rows of files that BATCH messages name, and what a RECORD would have had."""

from __future__ import annotations

import gzip
import typing as t
from pathlib import Path

import pyarrow as pa
from pyarrow import ipc, parquet

from tap_payments.output.transposed import kind_of
from tests.support.vendor_json import Number, exactly

if t.TYPE_CHECKING:
    from tap_payments.output.transposed import Kind
    from tests.support.taps import Row, Run

FORMATS = ("jsonl", "parquet", "arrow")


def batch_config(root: Path, format_: str = "jsonl", **own: t.Any) -> Row:
    """Settings that make files of a format in a folder."""
    root.mkdir(exist_ok=True)
    return {
        "batch_config": {
            "encoding": {"format": format_},
            "storage": {"root": f"file://{root}"},
            **own,
        }
    }


def cell_of(value: t.Any, kind: Kind) -> t.Any:
    """What a column has of a RECORD's value, whose numbers are spelled; nested ones as they are."""
    if value is None or kind == "json" or isinstance(value, bool):
        return value
    if kind == "integer":
        return int(value.spelling)
    if isinstance(value, Number):
        return value.spelling
    # Half of a pair of surrogates has no place in UTF-8.
    return value.encode(errors="backslashreplace").decode()


def table_of(url: str) -> pa.Table:
    """A Parquet or Arrow file."""
    path = path_of(url)
    return parquet.read_table(path) if path.suffix == ".parquet" else ipc.open_file(path).read_all()


def path_of(url: str) -> Path:
    """Where a file is."""
    assert url.startswith("file://")
    return Path(url.removeprefix("file://"))


def rows_of_file(encoding: Row, url: str) -> list[Row]:
    """The rows of a file, numbers of JSON lines by their spelling."""
    if encoding["format"] != "jsonl":
        return t.cast("list[Row]", table_of(url).to_pylist())
    content = path_of(url).read_bytes()
    content = gzip.decompress(content) if encoding["compression"] == "gzip" else content
    return [exactly(line) for line in content.splitlines()]


def files_of(run: Run) -> list[str]:
    """The URLs that a run's messages name."""
    return [url for message in run.of("BATCH") for url in message["manifest"]]


def batch_rows(run: Run, stream: str) -> list[Row]:
    """A stream's rows in files, in order."""
    return [
        row
        for message in run.of("BATCH", stream)
        for url in message["manifest"]
        for row in rows_of_file(message["encoding"], url)
    ]


def record_rows(run: Run, stream: str) -> list[Row]:
    """A stream's RECORDs, numbers by their spelling."""
    lines = (exactly(line) for line in run.lines)
    return [each["record"] for each in lines if each.get("stream") == stream and "record" in each]


def as_cells(rows: list[Row], schema: Row) -> list[Row]:
    """What columns have of RECORDs; nested values as they are."""
    kinds = {name: kind_of(field) for name, field in schema["properties"].items()}
    return [{name: cell_of(row[name], kind) for name, kind in kinds.items()} for row in rows]


def with_nested(rows: list[Row], schema: Row) -> list[Row]:
    """Rows of columns, with what their JSON texts say."""
    nested = [name for name, each in schema["properties"].items() if kind_of(each) == "json"]
    return [
        row | {name: exactly(row[name]) for name in nested if row[name] is not None} for row in rows
    ]


def assert_no_others(root: Path, runs: list[Run]) -> None:
    """Below a root there is no file that none of the runs names, under any name."""
    named = {path_of(url) for run in runs for url in files_of(run)}
    assert {path for path in root.rglob("*") if path.is_file()} == named


def in_json(rows: list[Row]) -> list[Row]:
    """Rows whose numbers are texts of their digits again numbers."""
    return [
        {n: int(v.spelling) if hasattr(v, "spelling") else v for n, v in row.items()}
        for row in rows
    ]
