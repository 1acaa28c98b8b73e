"""Two runs over all providers, as Arrow files, through Meltano's own target-postgres.

Not found by pytest on its own, since it needs the loader that `make batch TARGET=folder` installs.
"""

from __future__ import annotations

import json
import subprocess
import sys
import typing as t
from datetime import UTC, datetime, timedelta

import pytest
from postgres import serving

from tap_payments.output.transposed import kind_of
from tap_payments.sandbox import Clock, Sandbox
from tests.e2e.meltano_project import ROOT, TOOLS
from tests.e2e.same_values import by_folded_name, differences, folded, key_of
from tests.e2e.truth import assert_caught_up, assert_complete, select
from tests.support.batches import batch_config, batch_rows
from tests.support.taps import Row, Run, command, written

if t.TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from postgres import Postgres

LOADER = ROOT / ".tools/batch/bin/target-postgres"
LOG = "sync_windows"
"""Goes out as RECORDs, so that the loader hands on the last STATE; see docs/use/loaders.md."""

Keyed = dict[tuple[str, ...], Row]


@pytest.fixture(scope="module")
def postgres() -> Iterator[Postgres]:
    """A server with a port: the loader's driver takes no socket."""
    with serving(TOOLS.parent, tcp=True) as server:
        yield server


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    hour = datetime.now(UTC).replace(minute=0, second=0, microsecond=0)
    with Sandbox(seed=1, clock=Clock(hour - timedelta(hours=21), frozen=True)) as apis:
        apis.tikpay.job_seconds = 0
        yield apis


def tap(folder: Path, config: Row, state: Row | None) -> Run:
    """A run of the tap that ends well."""
    options = ("--state", written(folder, "state.json", state)) if state else ()
    done = command("--config", written(folder, "config.json", config), *options)
    assert done.code == 0, done.stderr
    return done.run


def load(
    postgres: Postgres, folder: Path, lines: bytes, schema: str
) -> subprocess.CompletedProcess[bytes]:
    """The loader's end, after it was fed."""
    config = {
        "host": "127.0.0.1",
        "port": postgres.port,
        "user": "postgres",
        "password": "none is asked for",
        "dbname": "postgres",
        "default_target_schema": schema,
    }
    call = [str(LOADER), "--config", str(written(folder, "loader.json", config))]
    return subprocess.run(call, input=lines, capture_output=True, check=False, timeout=300)


def test_two_runs_have_every_row_and_every_value(
    postgres: Postgres, sandbox: Sandbox, tmp_path: Path
) -> None:
    root, state = tmp_path / "files", None
    config = sandbox.config() | batch_config(root, "arrow")
    config |= {LOG: True, "stream_maps": {LOG: {"seconds": None}}}
    wanted: dict[str, Keyed] = {}
    runs: list[Run] = []
    for bound in ({"end_date": sandbox.clock.now().isoformat()}, {}):
        run = tap(tmp_path, config | bound, state)
        delivered(run, wanted)
        done = load(postgres, tmp_path, b"\n".join(run.lines), "loaded")
        assert done.returncode == 0, done.stderr.decode()[-3000:]
        assert [path for path in root.rglob("*") if path.is_file()] == []
        state = json.loads(done.stdout.splitlines()[-1])
        assert state == run.state
        check = assert_caught_up if runs else assert_complete
        check(sandbox, lambda stream: postgres.rows(select(stream, "loaded")))
        runs.append(run)
        sandbox.clock.advance(hours=20)
    schemas = {each["stream"]: each for run in runs for each in run.of("SCHEMA")}
    assert wanted.keys() == schemas.keys() - {LOG}
    for stream, rows in wanted.items():
        assert_same(rows, postgres.rows(f'table loaded."{stream}"'), schemas[stream])


def delivered(run: Run, wanted: dict[str, Keyed]) -> None:
    """Takes in the rows of a run's files, the last of each key."""
    for message in run.of("SCHEMA"):
        stream, schema = message["stream"], message["schema"]
        rows = (as_record(row, schema) for row in batch_rows(run, stream))
        found = {key_of(row, message["key_properties"]): row for row in rows}
        if stream != LOG:
            wanted.setdefault(stream, {}).update(found)


def as_record(row: Row, schema: Row) -> Row:
    """A row of a file as its RECORD would have been."""
    nested = [name for name, field in schema["properties"].items() if kind_of(field) == "json"]
    return row | {name: json.loads(row[name]) for name in nested if row[name] is not None}


def assert_same(wanted: Keyed, rows: list[Row], message: Row) -> None:
    """A table holds these rows and no others, value by value."""
    names = [*map(folded, message["key_properties"])]
    held = {key_of(row, names): row for row in map(by_folded_name, rows)}
    assert len(rows) == len(held)
    assert held.keys() == wanted.keys(), message["stream"]
    for key, row in wanted.items():
        found = differences(row, held[key], message["schema"], within=0.001)
        assert not found, (message["stream"], key)


# What docs/use/loaders.md says of it


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The page's program."""
    page = (ROOT / "docs/use/loaders.md").read_text(encoding="utf-8")
    (code,) = [part.split("```")[0] for part in page.split("```python\n")[1:]]
    return written(tmp_path_factory.mktemp("page"), "rows.py", code)


def fed(postgres: Postgres, program: Path, *words: str) -> subprocess.CompletedProcess[bytes]:
    """The loader's end, after the page's program; its tables are in a schema of the words' name."""
    call = [sys.executable, str(program), *words]
    lines = subprocess.run(call, check=True, capture_output=True, cwd=program.parent).stdout
    return load(postgres, program.parent, lines, "".join(words) or "files")


def test_files_alone_leave_the_first_state_and_no_offset(postgres: Postgres, program: Path) -> None:
    assert json.loads(fed(postgres, program).stdout) == {"files": 1}
    first, *_ = postgres.rows("select at::text, fee::text from files.rows order by id")
    assert first == {"at": "2026-01-01 12:00:00", "fee": "1.2345678901234568e+16"}


def test_a_file_with_a_key_twice_is_refused_and_stays(postgres: Postgres, program: Path) -> None:
    done = fed(postgres, program, "twice")
    assert done.returncode != 0
    assert b"ON CONFLICT DO UPDATE command cannot affect row a second time" in done.stderr
    assert [path.name for path in program.parent.glob("*.arrow")] == ["two.arrow"]


def test_a_record_brings_the_last_state_and_is_stored_in_its_own_way(
    postgres: Postgres, program: Path
) -> None:
    assert json.loads(fed(postgres, program, "record").stdout) == {"files": 2, "records": 1}
    rows = postgres.rows("select id, test from record.rows where test is null or not test")
    assert {row["id"]: row["test"] for row in rows} == {"a": None, "b": False, '"d"': None}
