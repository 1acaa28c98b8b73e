"""Runs `tap-payments-doctor` in this process against a sandbox, by the sandbox's clock."""

from __future__ import annotations

import contextlib
import io
import json
import typing as t
from dataclasses import dataclass

from tap_payments.doctor.__main__ import main
from tap_payments.sandbox import Clock, Sandbox
from tests.support import in_process, taps
from tests.support.clock import NOW

if t.TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

Json = dict[str, t.Any]


@contextlib.contextmanager
def sandbox_in(
    *moods: str, days: int = 40, accounts: int = 1, seed: int | None = 1
) -> Iterator[Sandbox]:
    """A sandbox in some moods, whose clock stands still."""
    clock = Clock(NOW, frozen=True)
    with Sandbox(seed=seed, days=days, accounts=accounts, clock=clock) as sandbox:
        for mood in moods:
            sandbox.moods.set(mood)
        yield sandbox


@dataclass
class Visit:
    """What the doctor said: its exit code, both outputs, and how often the APIs were asked."""

    code: int
    stdout: str
    stderr: str
    requests: int

    @property
    def accounts(self) -> list[Json]:
        """The accounts of the JSON."""
        return t.cast("list[Json]", json.loads(self.stdout)["accounts"])

    @property
    def facts(self) -> dict[str, Json]:
        """The facts of the first account by their ids."""
        return {fact["id"]: fact for fact in self.accounts[0]["facts"]}

    def verdicts(self, verdict: str) -> set[str]:
        """The ids of the first account's facts that have a verdict."""
        return {name for name, fact in self.facts.items() if fact["verdict"] == verdict}


def visit(
    sandbox: Sandbox, config: Json | str, folder: Path, *arguments: str | Path, json_: bool = True
) -> Visit:
    """A call of the doctor; `config` may name a provider whose settings are right."""
    settings = sandbox.config(config) if isinstance(config, str) else config
    file = taps.written(folder, "config.json", settings)
    return call(sandbox, "--config", file, *(("--format", "json") if json_ else ()), *arguments)


def call(sandbox: Sandbox, *arguments: str | Path) -> Visit:
    """A call of the command in this process."""
    before = requests_of(sandbox)
    stdout, stderr = io.StringIO(), io.StringIO()
    with (
        in_process.signals_kept(),
        contextlib.redirect_stdout(stdout),
        contextlib.redirect_stderr(stderr),
    ):
        try:
            code = main([str(each) for each in arguments], in_process.runtime_of(sandbox, []))
        except SystemExit as leaving:
            code = t.cast("int", leaving.code)
    return Visit(code, stdout.getvalue(), stderr.getvalue(), requests_of(sandbox) - before)


def requests_of(sandbox: Sandbox) -> int:
    """How many requests the APIs had; tokens and downloads are none."""
    return sum(
        not request.path.endswith("/oauth2/token") and not request.provider.endswith("-downloads")
        for request in sandbox.journal
    )
