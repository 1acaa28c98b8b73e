"""Parquet files in a folder are a lake: what the docs page prints gives what the provider has."""

from __future__ import annotations

import subprocess
import typing as t
from collections import Counter

import pytest

from tap_payments.sandbox import Clock, Sandbox
from tests.e2e.meltano_project import ROOT, duckdb_rows, duckdb_run
from tests.support.batches import batch_config
from tests.support.taps import COMMAND, sync, written

if t.TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from tests.e2e.meltano_project import Row


NAMES = ("id", "type", "amount", "approved_at")


def printed(language: str, root: Path) -> str:
    """What the docs page prints in a language, for a folder."""
    page = (ROOT / "docs/use/speed.md").read_text(encoding="utf-8")
    (code,) = [part.split("```")[0] for part in page.split(f"```{language}\n")[1:]]
    return code.replace("/data/batches", str(root))


@pytest.fixture
def root(sandbox: Sandbox, tmp_path: Path) -> Path:
    """The files of two runs, in the second of which rows come again."""
    config = sandbox.config("zimpler") | batch_config(tmp_path / "b", "parquet", batch_size=50)
    first = sync(sandbox, config)
    sandbox.clock.advance(hours=20)
    second = sync(sandbox, config, state=first.state)
    assert first.of("BATCH", "zimpler_transactions")
    assert second.of("BATCH", "zimpler_transactions")
    return tmp_path / "b"


def assert_newest(rows: Iterable[Row], sandbox: Sandbox) -> None:
    """These are the provider's rows, each once."""
    truth = [row for account in sandbox.zimpler.accounts for row in sandbox.zimpler.rows(account)]
    expected = Counter(tuple(row[name] for name in NAMES) for row in truth)
    assert Counter(tuple(row[name] for name in NAMES) for row in rows) == expected


def test_duckdb_has_the_newest_row_of_each_key(
    sandbox: Sandbox, root: Path, tmp_path: Path
) -> None:
    database = tmp_path / "lake.duckdb"
    duckdb_run(database)
    assert_newest(duckdb_rows(database, printed("sql", root)), sandbox)


def test_polars_has_the_newest_row_of_each_key(sandbox: Sandbox, root: Path) -> None:
    found: Row = {}
    exec(printed("python", root), found)  # noqa: S102 - a reader would run it, too
    assert_newest(found["newest"].to_dicts(), sandbox)


def test_duckdb_reads_the_folder_while_a_run_writes_into_it(tmp_path: Path) -> None:
    root, database = tmp_path / "b", tmp_path / "lake.duckdb"
    duckdb_run(database)
    folder = root / "zimpler_transactions"
    ask = f"select count(distinct id) as n from read_parquet('{folder}/*.parquet')"
    clock = Clock(frozen=True)  # or a row more may come after the run
    with Sandbox(seed=1, days=40, accounts=1, latency=0.03, clock=clock) as sandbox:
        config = sandbox.config("zimpler") | batch_config(root, "parquet", batch_size=40)
        config["zimpler"] |= {"window_days": 1, "concurrency": 1}
        call = [*COMMAND, "--config", str(written(tmp_path, "config.json", config))]
        seen = []
        with subprocess.Popen(call, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as run:
            while run.poll() is None:
                if any(folder.glob("*.parquet")):
                    seen.append(duckdb_rows(database, ask)[0]["n"])
        assert run.returncode == 0
        seen.append(duckdb_rows(database, ask)[0]["n"])
        truth = {row["id"] for row in sandbox.zimpler.rows("main")}
    assert seen == sorted(seen)
    assert len(set(seen)) > 2, "it was read while it grew"
    assert seen[-1] == len(truth)
