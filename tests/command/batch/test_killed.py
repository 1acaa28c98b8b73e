"""Killed anywhere while it writes files: what has its name is whole, and nothing is lost."""

from __future__ import annotations

import random
import time
import typing as t

import pytest

from tap_payments.sandbox import Sandbox
from tests.support.batches import (
    FORMATS,
    batch_config,
    files_of,
    path_of,
    rows_of_file,
)
from tests.support.feeds import DAYS, FEEDS
from tests.support.taps import Row, Run, written

if t.TYPE_CHECKING:
    from pathlib import Path

    from tests.support.commands import Commands

FEED = FEEDS[0]
DEATHS = 3


@pytest.mark.parametrize("seed", range(2))
@pytest.mark.parametrize("format_", FORMATS)
def test_a_killed_run_shows_no_half_file_and_the_next_loses_nothing(
    commands: Commands, tmp_path: Path, format_: str, seed: int
) -> None:
    dice, root = random.Random(seed), tmp_path / "b"
    with Sandbox(seed=None, days=DAYS, accounts=1, latency=0.03) as sandbox:
        FEED.fill(sandbox)
        size = dice.choice([1, 3, 7])
        config = FEED.config(sandbox, concurrency=1) | batch_config(root, format_, batch_size=size)
        encoding = config["batch_config"]["encoding"] | {"compression": "gzip"}
        file, state = written(tmp_path, "config.json", config), tmp_path / "state.json"
        runs: list[Run] = []
        for _ in range(DEATHS):
            options = ("--state", state) if state.exists() else ()
            with commands.started("--config", file, *options) as process:
                end = time.monotonic() + dice.uniform(0.1, 0.6)
                while time.monotonic() < end:
                    read_all(root, encoding)
                process.send(9)
                lines = process.finished().stdout.splitlines(keepends=True)
            runs.append(Run([line for line in lines if line.endswith(b"\n")]))
            read_all(root, encoding)
            if runs[-1].states:
                written(tmp_path, "state.json", runs[-1].state)
        options = ("--state", state) if state.exists() else ()
        last = commands("--config", file, *options)
        assert last.code == 0
        runs.append(last.run)
        truth = {row["id"] for row in sandbox.zimpler.rows("main")}
    named = [url for run in runs for url in files_of(run)]
    assert all(path_of(url).exists() for url in named)
    found = {
        row["id"] for url in named if FEED.stream in url for row in rows_of_file(encoding, url)
    }
    assert found == truth


def read_all(root: Path, encoding: Row) -> None:
    """Each file that has its name can be read to its end, and has a row."""
    for path in root.rglob("*"):
        if path.is_file() and not path.name.startswith("."):
            assert rows_of_file(encoding, f"file://{path}"), path
