"""What shards and workers cost and save: `python tests/backfill/measure_cost.py`.

One account of the sandbox, 100 ms per answer, a request per day; shards run as processes, so many
at a time. With a limit the account answers no more than 20 requests a second, whoever asks.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import tempfile
import threading
import time
import typing as t
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

from tap_payments.sandbox import Sandbox

DAYS = 1600
SHARDS = 8
LATENCY = 0.1
LIMIT = 20
"""Requests per second."""
COMMAND = (sys.executable, "-m", "tap_payments.backfill")


class Limit:
    """Lets so many answers out per second, one after the other."""

    def __init__(self, per_second: float) -> None:
        self._pause = 1 / per_second
        self._lock = threading.Lock()
        self._next = 0.0

    def __call__(self, _pages: int) -> None:
        """Waits for its turn."""
        with self._lock:
            turn = max(self._next, time.monotonic())
            self._next = turn + self._pause
        time.sleep(max(0.0, turn - time.monotonic()))


def main() -> None:
    """Prints a table."""
    with (
        tempfile.TemporaryDirectory() as name,
        Sandbox(days=DAYS + 2, accounts=1, latency=LATENCY) as sandbox,
    ):
        folder = Path(name)
        until = sandbox.clock.now().date() - timedelta(days=1)
        since = until - timedelta(days=DAYS)
        sandbox.zimpler.per_day = (5, 5)
        config = sandbox.config("zimpler")
        config["zimpler"] |= {"window_days": 1}
        (folder / "config.json").write_text(json.dumps(config))
        for limit in (None, LIMIT):
            sandbox.zimpler.on_page = Limit(limit) if limit else None
            for shards, workers in ((1, 1), (SHARDS, 1), (SHARDS, 2), (SHARDS, 4)):
                size = ("--since", f"{since}", "--until", f"{until}", "--shards", str(shards))
                before = resource.getrusage(resource.RUSAGE_CHILDREN)
                seconds = measure(folder, size, workers)
                after = resource.getrusage(resource.RUSAGE_CHILDREN)
                cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
                print(  # noqa: T201
                    f"limit {limit or 'none':>4}  shards {shards}  workers {workers}  "
                    f"{seconds:5.1f} s  {cpu:4.1f} s CPU  {len(sandbox.journal)} requests",
                    flush=True,
                )
                sandbox.journal.clear()


def measure(folder: Path, size: tuple[str, ...], workers: int) -> float:
    """The seconds that the shards take with so many workers."""
    config, plan = str(folder / "config.json"), str(folder / "plan.json")
    call("plan", "--config", config, *size, "--output", plan)
    shards = json.loads(Path(plan).read_text())["shards"]
    began = time.monotonic()
    with ThreadPoolExecutor(workers) as pool:
        list(
            pool.map(
                lambda shard: call(
                    "run", "--config", config, "--plan", plan, "--shard", shard["id"],
                    "--result", str(folder / "result.json"),
                ),
                shards,
            )
        )  # fmt: skip
    return time.monotonic() - began


def call(*arguments: str) -> t.Any:
    """One call of the command."""
    return subprocess.run([*COMMAND, *arguments], check=True, capture_output=True)


if __name__ == "__main__":
    main()
