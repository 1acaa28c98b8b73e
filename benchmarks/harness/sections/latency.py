"""100 ms before each answer: what windows in flight gain."""

from __future__ import annotations

import typing as t

from harness.bench import binary
from harness.contestants import tap
from harness.measure import Command
from harness.tables import Target, table, targets

if t.TYPE_CHECKING:
    from harness.bench import Bench

LATENCY = 100
WINDOWS = (1, 2, 4, 8, 16)
WANTED = {8: 6.5, 16: 11.0}
SHAPES: dict[str, tuple[str, int, dict[str, t.Any]]] = {
    "flat": ("zimpler", 200_000, {}),
    # One series, so that there are no windows but those with rows.
    "nested": (
        "begateway",
        50_000,
        {"payment_method_types": ["credit_card"], "track_updates": False},
    ),
}


def latency(bench: Bench) -> str:
    """Seconds, one run each: waiting does not spread."""
    started = Command("start-up", [binary("tap", "tap-payments"), "--version"])
    lines: list[list[str]] = []
    goals: list[Target] = []
    for shape, (provider, usual, own) in SHAPES.items():
        rows = usual // 2 if bench.quick else usual
        sizes = WINDOWS[::3] if bench.quick else WINDOWS
        commands = [
            tap(
                bench, provider, rows,
                name=f"{shape} {size}", latency=LATENCY, concurrency=size, **own,
            )
            for size in sizes
        ]  # fmt: skip
        samples = bench.take_turns([started, *commands], 1)
        alone, start = (samples.median(name, "wall") for name in (f"{shape} 1", started.name))
        for size in sizes:
            wall = samples.median(f"{shape} {size}", "wall")
            lines.append(
                [
                    f"{shape}, {rows:,} rows",
                    str(size),
                    f"{wall:.1f}",
                    f"{samples.median(f'{shape} {size}', 'cpu'):.2f}",
                    f"{samples.median(f'{shape} {size}', 'rss'):.0f}",
                    f"{alone / wall:.1f}",
                    f"{(alone - start) / (wall - start):.1f}",
                ]
            )
            if size in WANTED:
                wanted = f"{shape}: {size} windows at least {WANTED[size]} times as fast as 1"
                goals.append(Target(wanted, f"{alone / wall:.1f}", alone / wall >= WANTED[size]))
    header = [
        "",
        "windows",
        "wall, s",
        "CPU, s",
        "peak, MB",
        "times as fast as 1",
        "the same without start-up",
    ]
    return f"{LATENCY} ms before each answer.\n\n{table(header, lines)}\n{targets(goals)}"
