"""Peak memory: few rows and ten times as many, eight windows in flight, two kinds of readers."""

from __future__ import annotations

import shlex
import sys
import typing as t

from harness.bench import HERE
from harness.contestants import tap
from harness.measure import Command
from harness.tables import Target, table, targets

if t.TYPE_CHECKING:
    from harness.bench import Bench

ROUNDS = 2
WINDOWS, LATENCY = 8, 60
"""What answers more quickly than in 20 ms is not read ahead."""

SHAPES = {"flat": ("zimpler", 200_000), "nested": ("begateway", 20_000)}
MORE = 10
MOST_GROWTH, MOST = 1.15, 150


def memory(bench: Bench) -> str:
    """Megabytes at the peak."""
    commands, goals, lines = [], [], []
    for shape, (provider, usual) in SHAPES.items():
        for rows in (bench.rows(usual), bench.rows(usual) * MORE):
            fast = tap(
                bench, provider, rows,
                name=f"{shape} {rows}", latency=LATENCY, concurrency=WINDOWS,
            )  # fmt: skip
            commands += [fast, _slowly_read(fast)]
    samples = bench.take_turns(commands, bench.rounds(ROUNDS))
    for shape, (_, usual) in SHAPES.items():
        few = bench.rows(usual)
        for reader in ("", ", slowly read"):
            one, two = f"{shape} {few}{reader}", f"{shape} {few * MORE}{reader}"
            low, high = samples.median(one, "rss"), samples.median(two, "rss")
            lines.append(
                [
                    f"{shape}{reader}",
                    f"{few:,}: {samples.spread(one, 'rss')}",
                    f"{few * MORE:,}: {samples.spread(two, 'rss')}",
                    f"{high / low:.2f}",
                ]
            )
            measured = f"{high / low:.2f}, {high:.0f} MB"
            wanted = f"{shape}{reader}: the same within 15 %, under {MOST} MB"
            within = 1 / MOST_GROWTH <= high / low <= MOST_GROWTH
            goals.append(Target(wanted, measured, within and max(low, high) < MOST))
    header = ["rows", "peak, MB", "peak of ten times as many, MB", "ratio"]
    return (
        f"{WINDOWS} windows in flight, {LATENCY} ms before each answer. The slow reader takes a "
        "megabyte every 40 ms, so that what is read ahead piles up.\n\n"
        f"{table(header, lines)}\n{targets(goals)}"
    )


def _slowly_read(command: Command) -> Command:
    reader = [sys.executable, HERE / "rivals" / "slow_reader.py"]
    line = " | ".join(shlex.join(map(str, argv)) for argv in (command.argv, reader))
    return Command(f"{command.name}, slowly read", ["sh", "-c", line])
