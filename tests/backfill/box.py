"""Runs `tap-payments-backfill` against a sandbox, in this process or in one of its own."""

from __future__ import annotations

import contextlib
import io
import json
import subprocess
import sys
import typing as t
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from tap_payments.backfill.__main__ import main
from tap_payments.runtime import Runtime
from tap_payments.sandbox import Clock, Sandbox
from tests.support import in_process, taps

if t.TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

NOW = datetime(2026, 3, 4, 12, tzinfo=UTC)
"""The time of the sandboxes, and of what runs in this process."""

COMMAND = (sys.executable, "-m", "tap_payments.backfill")

Json = dict[str, t.Any]


def call(*arguments: str | Path, now: datetime = NOW) -> taps.Finished:
    """One call in this process, at an instant."""
    stdout = io.BytesIO()
    output = io.TextIOWrapper(stdout, encoding="utf-8")
    errors = io.StringIO()
    with (
        in_process.signals_kept(),
        contextlib.redirect_stdout(output),
        contextlib.redirect_stderr(errors),
    ):
        try:
            code = main([str(each) for each in arguments], Runtime(clock=lambda: now))
        except SystemExit as leaving:
            code = t.cast("int", leaving.code)
    output.flush()
    return taps.Finished(code, stdout.getvalue(), errors.getvalue())


@dataclass
class Box:
    """A sandbox, the tap's settings for it, and a folder for plans and results."""

    sandbox: Sandbox
    folder: Path
    config: Json
    plan: Path = field(init=False)
    now: datetime = NOW

    def __post_init__(self) -> None:
        self.plan = self.folder / "plan.json"
        (self.folder / "results").mkdir(exist_ok=True)

    @property
    def config_file(self) -> Path:
        """The settings as they are now, in a file."""
        return taps.written(self.folder, "config.json", self.config)

    def make_plan(self, *arguments: str, since: str | None = None) -> Json:
        """A plan; it has to succeed."""
        done = self.try_plan(*arguments, since=since)
        assert done.code == 0, done.stderr
        return t.cast("Json", json.loads(self.plan.read_text()))

    def try_plan(self, *arguments: str, since: str | None = None) -> taps.Finished:
        """A call of `plan`."""
        return call(
            "plan", "--config", self.config_file, "--since", since or day(10), *arguments,
            "--output", self.plan, now=self.now,
        )  # fmt: skip

    def result(self, shard: Json) -> Path:
        """Where the result of a shard goes."""
        return self.folder / "results" / f"{shard['id']}.json"

    def run(self, shard: Json) -> taps.Finished:
        """Runs one shard of the plan in this process."""
        return call(*self.run_arguments(shard), now=self.now)

    def run_arguments(self, shard: Json) -> tuple[str | Path, ...]:
        """What `run` is called with for a shard."""
        return (
            "run", "--config", self.config_file, "--plan", self.plan, "--shard", shard["id"],
            "--result", self.result(shard),
        )  # fmt: skip

    def read(self, shard: Json) -> Json:
        """The result of a shard."""
        return t.cast("Json", json.loads(self.result(shard).read_text()))

    def write(self, shard: Json, **changes: t.Any) -> Path:
        """Changes a shard's result."""
        self.result(shard).write_text(json.dumps({**self.read(shard), **changes}))
        return self.result(shard)

    def tap(self, *, state: Json | None = None, **settings: t.Any) -> list[str]:
        """The records of a run of the tap itself, with other settings; it has to succeed."""
        done = taps.sync(self.sandbox, self.config | settings, state=state)
        assert done.failed is None
        return records(done.lines)

    def merge(self, *arguments: str | Path) -> tuple[Json, taps.Finished]:
        """The state of all results that lie in the folder."""
        output = self.folder / "state.json"
        done = call(
            "merge-state", "--plan", self.plan, *arguments, "--output", output,
            self.folder / "results",
        )  # fmt: skip
        return json.loads(output.read_text()) if output.exists() else {}, done


@contextlib.contextmanager
def started(*arguments: str | Path) -> Iterator[subprocess.Popen[bytes]]:
    """The command in a process of its own; it is killed at the end if it still runs."""
    with subprocess.Popen(
        [*COMMAND, *map(str, arguments)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        stdin=subprocess.DEVNULL,
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def records(done: taps.Finished | Sequence[bytes]) -> list[str]:
    """The records of an output, each spelled in one way, sorted."""
    lines = done.stdout.splitlines() if isinstance(done, taps.Finished) else done
    messages = [json.loads(line) for line in lines]
    return sorted(
        json.dumps([each["stream"], each["record"]], sort_keys=True)
        for each in messages
        if each["type"] == "RECORD"
    )


def day(ago: int) -> str:
    """The UTC day so many days ago."""
    return f"{NOW - timedelta(days=ago):%Y-%m-%d}"


def frozen_sandbox(**options: t.Any) -> Sandbox:
    """A sandbox whose rows do not change while a test runs."""
    return Sandbox(clock=Clock(NOW, frozen=True), **options)
