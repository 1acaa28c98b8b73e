"""Rows in files are the rows of RECORDs, and a STATE says only what whole files have."""

from __future__ import annotations

import subprocess
import sys
import typing as t

import pytest

from tap_payments.sandbox import Clock, Sandbox
from tap_payments.windows.instants import to_instant
from tests.support.batches import (
    FORMATS,
    as_cells,
    assert_no_others,
    batch_config,
    batch_rows,
    files_of,
    in_json,
    record_rows,
    rows_of_file,
    table_of,
    with_nested,
)
from tests.support.clock import NOW
from tests.support.feeds import DAYS, Feed, each_feed
from tests.support.taps import (
    Finished,
    Row,
    Run,
    spelled,
    sync,
    vendor_part,
    watermarks,
    written,
)

if t.TYPE_CHECKING:
    from pathlib import Path


STREAM = "zimpler_transactions"
PROVIDERS = ("zimpler", "begateway", "spacivox", "tikpay")


def box() -> Sandbox:
    """All providers at an instant; the same one every time."""
    apis = Sandbox(seed=6, days=3, accounts=2, clock=Clock(NOW, frozen=True))
    apis.tikpay.job_seconds = 0
    return apis


def both_ways(config: t.Callable[[Sandbox], Row], files: Row) -> tuple[Run, Run]:
    """The same run twice, with RECORDs and with files."""
    runs = []
    for own in ({}, files):
        with box() as sandbox:
            runs.append(sync(sandbox, config(sandbox) | own))
            assert runs[-1].failed is None
    return runs[0], runs[1]


OWN = {"run_id", "jobId", "_report_job_id", "_observed_at", "closed_at", "seconds"}
OWN |= {"completedAt", "expiresAt", "createdAt", "_report_created_at", "requests"}
"""What is another in each run: names of jobs, and when something happened.

So are requests: a window of Zimpler's needs one less once another has shown what `count` means.
"""

MODES: list[Row] = [
    {},
    {"personal_data": "hash", "personal_data_key": "k" * 16, "sync_windows": True},
    {"personal_data": "drop"},
]


@pytest.mark.parametrize("mode", MODES, ids=["keep", "hash", "drop"])
@pytest.mark.parametrize("format_", FORMATS)
def test_files_have_what_records_have(format_: str, mode: Row, tmp_path: Path) -> None:
    records, files = both_ways(
        lambda sandbox: sandbox.config(*PROVIDERS) | mode, batch_config(tmp_path / "b", format_)
    )
    assert not files.of("RECORD")
    schemas = {each["stream"]: each["schema"] for each in files.of("SCHEMA")}
    assert schemas == {each["stream"]: each["schema"] for each in records.of("SCHEMA")}
    assert schemas.keys() == {each["stream"] for each in files.of("BATCH")} >= {"tikpay_taps"}
    for stream, schema in schemas.items():
        expected, found = record_rows(records, stream), batch_rows(files, stream)
        if format_ != "jsonl":
            expected, found = as_cells(expected, schema), with_nested(found, schema)
        assert spelled(without_run(found)) == spelled(without_run(expected)) != []
        assert watermarks(files.state, stream) == watermarks(records.state, stream)
    assert_no_others(tmp_path / "b", [files])


def without_run(rows: list[Row]) -> list[Row]:
    """Rows without what each run has of its own."""
    return [{name: each for name, each in row.items() if name not in OWN} for row in rows]


def test_deselected_columns_are_in_no_file(tmp_path: Path) -> None:
    with box() as sandbox:
        config = sandbox.config("zimpler") | batch_config(tmp_path / "b", "arrow")
        breadcrumb = ["properties", "amount"]
        catalog = {
            "streams": [
                {
                    "tap_stream_id": "zimpler_transactions",
                    "schema": {
                        "type": "object",
                        "properties": {"id": {"type": "string"}, "amount": {"type": "string"}},
                    },
                    "metadata": [
                        {"breadcrumb": [], "metadata": {"selected": True}},
                        {"breadcrumb": breadcrumb, "metadata": {"selected": False}},
                    ],
                }
            ]
        }
        run = sync(sandbox, config, catalog=catalog)
    (schema,) = run.of("SCHEMA", "zimpler_transactions")
    for url in files_of(run):
        assert table_of(url).column_names == list(schema["schema"]["properties"])
        assert "amount" not in table_of(url).column_names


def test_streams_that_are_mapped_go_out_as_records_with_one_line(tmp_path: Path) -> None:
    maps = {"stream_maps": {"zimpler_transactions": {"amount": None}}}
    with box() as sandbox:
        config = sandbox.config("zimpler", "spacivox") | maps | batch_config(tmp_path / "b")
        run = sync(sandbox, config)
    assert run.failed is None
    assert run.records("zimpler_transactions")
    assert not run.of("BATCH", "zimpler_transactions")
    assert run.of("BATCH", "spacivox_payment_transactions")
    (line,) = run.logged("RECORDs")
    assert "zimpler_transactions: " in line


@each_feed
def test_a_state_says_only_what_files_before_it_have(feed: Feed, tmp_path: Path) -> None:
    with Sandbox(seed=None, days=DAYS, accounts=1, clock=Clock(NOW, frozen=True)) as sandbox:
        feed.fill(sandbox)
        small = batch_config(tmp_path / "b", batch_size=3)
        run = sync(sandbox, feed.config(sandbox) | small)
        truth = sandbox.apis[feed.provider].rows("main")
    assert run.failed is None
    held: list[Row] = []
    marks: list[str] = []
    for message in run.messages:
        if message["type"] == "BATCH" and message["stream"] == feed.stream:
            (url,) = message["manifest"]
            rows = rows_of_file(message["encoding"], url)
            assert 1 <= len(rows) <= 3
            held += map(vendor_part, rows)
        elif message["type"] == "STATE":
            mark = watermarks(message["value"], feed.stream).get("default")
            if mark is not None:
                marks.append(mark)
                settled = [row for row in truth if to_instant(row[feed.cursor]) < to_instant(mark)]
                assert set(spelled(settled)) <= set(spelled(in_json(held)))
    assert len(set(marks)) > 3
    assert spelled(in_json(held)) == spelled(truth)


def test_a_report_with_other_columns_begins_another_file(tmp_path: Path) -> None:
    with Sandbox(seed=6, days=3, accounts=1, clock=Clock(NOW, frozen=True)) as sandbox:
        config = sandbox.config("tikpay") | batch_config(tmp_path / "b", "parquet")
        sandbox.tikpay.put_report("TAPS", b"tapId,amount\n1,2.50\n2,3\n")
        first = sync(sandbox, config)
        sandbox.clock.advance(hours=30)
        sandbox.tikpay.put_report("TAPS", b"tapId,zone\n3,north\n4,\n")
        second = sync(sandbox, config, state=first.state)
    for run, columns in ((first, {"tapId", "amount"}), (second, {"tapId", "zone"})):
        names = {
            name for url in files_of(run) if "taps" in url for name in table_of(url).schema.names
        }
        assert {name for name in names if not name.startswith("_")} == columns


def test_a_root_that_fsspec_knows(tmp_path: Path) -> None:
    root = tmp_path / "b"
    with box() as sandbox:
        files = batch_config(root, "parquet")
        files["batch_config"]["storage"]["root"] = f"local://{root}"
        run = sync(sandbox, sandbox.config("zimpler") | files)
        truth = [row for account in ("main", "shop2") for row in sandbox.zimpler.rows(account)]
    assert run.failed is None
    urls = [url for each in run.of("BATCH", "zimpler_transactions") for url in each["manifest"]]
    assert all(url.startswith(f"local://{root}/zimpler_transactions/") for url in urls)
    tables = [table_of(url.replace("local://", "file://")) for url in urls]
    assert sum(table.num_rows for table in tables) == len(truth)


def test_without_pyarrow_one_line_says_what_to_install(tmp_path: Path) -> None:
    config = {"zimpler": {"merchant_id": "m", "api_key": "k"}, "start_date": "2026-01-01"}
    file = written(tmp_path, "c.json", config | batch_config(tmp_path / "b", "arrow"))
    without = (
        "import sys; sys.modules['pyarrow'] = None; sys.argv = ['tap-payments', *sys.argv[1:]]; "
        "from tap_payments.__main__ import main; main()"
    )
    done = subprocess.run(
        [sys.executable, "-c", without, "--config", str(file)],
        capture_output=True,
        check=False,
        timeout=60,
    )
    found = Finished(done.returncode, done.stdout, done.stderr.decode())
    assert found.code == 1
    assert found.is_quiet
    assert found.last_line.endswith(
        "batch_config.encoding.format: needs pyarrow: pip install 'tap-payments[arrow]'"
    )
