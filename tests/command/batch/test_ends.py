"""How a run ends that writes files: no file that no message names, and nothing lost."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
import typing as t

import pytest

from tap_payments.sandbox import Clock, Sandbox
from tests.support.batches import (
    FORMATS,
    assert_no_others,
    batch_config,
    batch_rows,
    files_of,
    in_json,
    path_of,
)
from tests.support.feeds import DAYS, FEEDS
from tests.support.taps import Finished, Row, Run, command, spelled, vendor_part, written

if t.TYPE_CHECKING:
    from pathlib import Path

    from tests.support.commands import Commands

STREAM = "zimpler_transactions"


def slow_box() -> Sandbox:
    """A sandbox in real time, which answers slowly enough to be interrupted."""
    return Sandbox(seed=None, days=DAYS, accounts=1, latency=0.06)


@pytest.mark.parametrize("signum", [signal.SIGTERM, signal.SIGINT])
def test_a_stopped_run_names_all_its_files_and_the_next_goes_on(
    commands: Commands, tmp_path: Path, signum: signal.Signals
) -> None:
    feed, root = FEEDS[0], tmp_path / "b"
    with slow_box() as sandbox:
        feed.fill(sandbox)
        config = feed.config(sandbox, concurrency=1) | batch_config(root)
        first = stopped(commands, tmp_path, config, sandbox, signum)
        assert_no_others(root, [first])
        assert len(files_of(first)) >= 1
        state = written(tmp_path, "state.json", first.state)
        file = written(tmp_path, "config.json", config)
        rest = commands("--config", file, "--state", state)
        assert rest.code == 0
        assert_no_others(root, [first, rest.run])
        rows = [each for run in (first, rest.run) for each in batch_rows(run, feed.stream)]
        found = set(spelled(in_json(list(map(vendor_part, rows)))))
        assert found == set(spelled(sandbox.apis[feed.provider].rows("main")))


def stopped(
    commands: Commands, folder: Path, config: Row, sandbox: Sandbox, signum: signal.Signals
) -> Run:
    """A run that a signal ends while its file has the rows of some windows."""
    with commands.started("--config", written(folder, "config.json", config)) as process:
        deadline = time.monotonic() + 30
        while len(sandbox.journal.of("zimpler", FEEDS[0].path)) < 4:
            assert time.monotonic() < deadline
            time.sleep(0.005)
        process.send(signum)
        done = process.finished()
    assert done.code == 128 + signum
    assert done.is_quiet
    return done.run


def test_a_run_whose_reader_goes_away_leaves_no_file(commands: Commands, tmp_path: Path) -> None:
    feed, root = FEEDS[0], tmp_path / "b"
    with slow_box() as sandbox:
        feed.fill(sandbox)
        config = feed.config(sandbox) | batch_config(root)
        with commands.started("--config", written(tmp_path, "c.json", config)) as process:
            assert b"SCHEMA" in process.stdout.readline()
            process.stdout.close()
            process.wait()
    assert [path for path in root.rglob("*") if path.is_file()] == []


@pytest.mark.parametrize("format_", FORMATS)
def test_a_disk_that_is_full_is_one_line_and_loses_nothing(format_: str, tmp_path: Path) -> None:
    """A limit on the size of files says what a full disk says, in another word."""
    root = tmp_path / "b"
    with Sandbox(seed=6, days=3, accounts=1, clock=Clock(frozen=True)) as sandbox:
        config = sandbox.config("zimpler") | batch_config(root, format_)
        if format_ == "jsonl":
            config["batch_config"]["encoding"]["compression"] = "none"
        file = written(tmp_path, "c.json", config)
        done = limited(file, blocks=8)
        assert done.code == 1
        assert done.is_quiet
        assert done.last_line.endswith("batch_config.storage.root: File too large")
        assert [path for path in root.rglob("*") if path.is_file()] == assert_named(done.run)
        assert not done.run.states or STREAM not in done.run.state["bookmarks"]
        state = written(tmp_path, "s.json", done.run.states[-1] if done.run.states else {})
        rest = command("--config", file, "--state", state)
        assert rest.code == 0
        truth = {row["id"] for row in sandbox.zimpler.rows("main")}
    assert {row["id"] for row in batch_rows(rest.run, STREAM)} == truth


def assert_named(run: Run) -> list[Path]:
    """The files that a run names, which exist."""
    return [path for url in files_of(run) if (path := path_of(url)).exists()]


def limited(config: Path, *, blocks: int) -> Finished:
    """The command, where no file may have more than so many blocks of 512 bytes."""
    shell = f"ulimit -f {blocks}; exec {sys.executable} -m tap_payments --config {config}"
    done = subprocess.run(["sh", "-c", shell], capture_output=True, check=False, timeout=60)
    return Finished(done.returncode, done.stdout, done.stderr.decode())
