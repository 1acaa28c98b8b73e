"""Markdown tables."""

from __future__ import annotations

import typing as t

if t.TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from harness.measure import Samples


def table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table: the first column is text, the others are numbers."""
    lines = [header, ["---"] + ["---:"] * (len(header) - 1), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines) + "\n"


def share(ratio: float) -> str:
    """A ratio below one as `1/12.3`, above as `1.40`."""
    return f"1/{1 / ratio:.1f}" if ratio < 1 else f"{ratio:.2f}"


class Target(t.NamedTuple):
    """What is to be reached, what was measured, and whether that is enough."""

    wanted: str
    measured: str
    reached: bool


def at_most(wanted: str, ratio: float, limit: float) -> Target:
    """A share of another's, which is not to be larger than the limit."""
    return Target(wanted, share(ratio), ratio <= limit)


def targets(lines: Iterable[Target]) -> str:
    """What was to be reached, and whether it was."""
    cells = [[*line[:2], "yes" if line.reached else "**no**"] for line in lines]
    return table(["target", "measured", "reached"], cells)


def costs(samples: Samples, names: Iterable[str], rows: int) -> list[list[str]]:
    """Lines with the name, wall time, CPU, CPU of a row, and memory."""
    return [
        [
            name,
            samples.spread(name, "wall"),
            samples.spread(name, "cpu"),
            f"{samples.median(name, 'cpu') / rows * 1e6:.2f}",
            samples.spread(name, "rss"),
        ]
        for name in names
    ]


COSTS = ("wall, s", "CPU, s", "µs of CPU a row", "peak, MB")
"""The header of `costs`, after the name."""
