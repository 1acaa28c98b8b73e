"""Start-up: what `--version` and `--discover` take before anything is read."""

from __future__ import annotations

import typing as t

from harness.bench import binary
from harness.measure import Command
from harness.tables import Target, table, targets

if t.TYPE_CHECKING:
    from harness.bench import Bench

ROUNDS = 15
FLAGS = ("--version", "--discover")
PROGRAMS = {"tap": "tap-payments", "plain": "tap-plain"}
MOST = 1.1


def startup(bench: Bench) -> str:
    """Milliseconds, the tap's against the plain one's."""
    commands = [
        Command(f"{name} {flag}", [binary(name, program), flag])
        for flag in FLAGS
        for name, program in PROGRAMS.items()
    ]
    samples = bench.take_turns(commands, 5 if bench.quick else ROUNDS)
    lines, goals = [], []
    for flag in FLAGS:
        lines += [
            [
                f"{name} {flag}",
                f"{samples.median(f'{name} {flag}', 'wall') * 1000:.0f}",
                f"{samples.median(f'{name} {flag}', 'cpu') * 1000:.0f}",
                f"{samples.median(f'{name} {flag}', 'rss'):.0f}",
            ]
            for name in PROGRAMS
        ]
        ratio = samples.ratio(f"tap {flag}", f"plain {flag}", "cpu")
        wanted = f"`{flag}`: at most {MOST} of the plain tap's CPU"
        goals.append(Target(wanted, f"{ratio:.2f}", ratio <= MOST))
    return f"{table(['', 'wall, ms', 'CPU, ms', 'peak, MB'], lines)}\n{targets(goals)}"
