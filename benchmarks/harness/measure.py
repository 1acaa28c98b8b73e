"""Whole processes, measured: wall time, CPU of the process and its children, peak memory."""

from __future__ import annotations

import os
import statistics
import subprocess
import time
import typing as t
from dataclasses import dataclass, field
from pathlib import Path

if t.TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

TAIL = 2000


@dataclass(frozen=True)
class Command:
    """What to run; standard output goes to `output` (None: nowhere)."""

    name: str
    argv: Sequence[str | Path]
    env: Mapping[str, str] = field(default_factory=dict)
    output: Path | None = None
    folder: Path | None = None


class Run(t.NamedTuple):
    """One run: seconds, seconds of CPU (user and system), and megabytes at the peak."""

    wall: float
    cpu: float
    rss: float


def measure(command: Command, log: Path) -> Run:
    """Runs a command to its end; its standard error goes to `log`.

    The peak is that of the largest process of the tree. A child begins with the peak of the
    process that starts it: this one has to stay small.

    Raises:
        RuntimeError: it failed.
    """
    output = command.output or Path(os.devnull)
    environment = {**os.environ, **command.env}
    with output.open("wb") as out, log.open("wb") as err:
        began = time.perf_counter()
        process = subprocess.Popen(
            [str(part) for part in command.argv],
            stdout=out,
            stderr=err,
            stdin=subprocess.DEVNULL,
            env=environment,
            cwd=command.folder,
        )
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.perf_counter() - began
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        said = log.read_text(errors="replace")[-TAIL:]
        raise RuntimeError(f"{command.name} ended with {process.returncode}:\n{said}")
    return Run(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)


class Samples:
    """The runs of several commands that took turns, by the command's name."""

    def __init__(self) -> None:
        self.runs: dict[str, list[Run]] = {}

    def median(self, name: str, what: str) -> float:
        """The median of `wall`, `cpu` or `rss`."""
        return statistics.median(self._values(name, what))

    def spread(self, name: str, what: str) -> str:
        """The median with the least and the most."""
        values = self._values(name, what)
        digits = 0 if what == "rss" else 2
        return (
            f"{statistics.median(values):.{digits}f} "
            f"[{min(values):.{digits}f}-{max(values):.{digits}f}]"
        )

    def ratio(self, name: str, other: str, what: str) -> float:
        """How much of `other` a command needs: the median over rounds, each held against itself."""
        pairs = zip(self._values(name, what), self._values(other, what), strict=True)
        return statistics.median(one / two for one, two in pairs)

    def _values(self, name: str, what: str) -> list[float]:
        return [getattr(run, what) for run in self.runs[name]]


def take_turns(commands: Sequence[Command], rounds: int, log: Path) -> Samples:
    """Runs commands one after the other, `rounds` times; each round begins with another one."""
    samples = Samples()
    for turn in range(rounds):
        start = turn % len(commands)
        for command in [*commands[start:], *commands[:start]]:
            run = measure(command, log)
            samples.runs.setdefault(command.name, []).append(run)
            print(f"    {command.name}: {run.wall:.2f} s, {run.cpu:.2f} s CPU, {run.rss:.0f} MB")
    return samples
