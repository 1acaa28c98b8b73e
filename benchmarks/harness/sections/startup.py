"""Start-up: what `--version` and `--discover` take before anything is read."""

from __future__ import annotations

import typing as t

from harness.bench import binary
from harness.measure import Command
from harness.tables import table

if t.TYPE_CHECKING:
    from harness.bench import Bench

ROUNDS = 15


def startup(bench: Bench) -> str:
    """Milliseconds, ours against the plain tap's."""
    commands = [
        Command(f"{name} {flag}", [binary(environment, program), flag])
        for flag in ("--version", "--discover")
        for name, environment, program in (
            ("tap", "tap", "tap-payments"),
            ("plain", "plain", "tap-plain"),
        )
    ]
    samples = bench.take_turns(commands, bench.rounds(ROUNDS) if not bench.quick else 5)
    lines = []
    for flag in ("--version", "--discover"):
        for name in ("tap", "plain"):
            command = f"{name} {flag}"
            lines.append(
                [
                    command,
                    f"{samples.median(command, 'wall') * 1000:.0f}",
                    f"{samples.median(command, 'cpu') * 1000:.0f}",
                    f"{samples.median(command, 'rss'):.0f}",
                    f"{samples.ratio(command, f'plain {flag}', 'cpu'):.2f}",
                ]
            )
    return table(["start-up", "wall, ms", "CPU, ms", "peak, MB", "CPU of plain"], lines)
