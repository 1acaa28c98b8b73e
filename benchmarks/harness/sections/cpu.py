"""CPU of whole syncs: this tap, the plain tap, dlt and Airbyte on the same rows in turns."""

from __future__ import annotations

import typing as t

from harness.compare import compare
from harness.contestants import airbyte, dlt, plain, tap
from harness.tables import table, times

if t.TYPE_CHECKING:
    from harness.bench import Bench

ROUNDS = 5
SHAPES = (("flat", "zimpler", 200_000), ("nested", "begateway", 50_000))
KEY = "benchmark-key"


def cpu(bench: Bench) -> str:
    """Flat and nested rows, start-up included, default settings."""
    return "\n".join(measure(bench, *shape) for shape in SHAPES)


def flat(bench: Bench) -> str:
    """Flat rows alone."""
    return measure(bench, *SHAPES[0])


def nested(bench: Bench) -> str:
    """Nested rows alone."""
    return measure(bench, *SHAPES[1])


def measure(bench: Bench, shape: str, provider: str, usual: int) -> str:
    """One shape of rows."""
    rows = bench.rows(usual)
    commands = [each(bench, provider, rows) for each in (tap, plain, dlt, airbyte)]
    hashed = provider == "begateway"
    if hashed:
        top = {"personal_data": "hash", "personal_data_key": KEY}
        commands.insert(1, tap(bench, provider, rows, name="tap, hash", top=top))
    same = compare(bench, provider, rows)
    samples = bench.take_turns(commands, bench.rounds(ROUNDS))
    lines = [
        [
            command.name,
            samples.spread(command.name, "wall"),
            samples.spread(command.name, "cpu"),
            f"{samples.median(command.name, 'cpu') / rows * 1e6:.2f}",
            samples.spread(command.name, "rss"),
            times(samples.ratio(command.name, "plain", "cpu")),
            times(samples.ratio("tap", command.name, "cpu")) if command.name != "tap" else "",
        ]
        for command in commands
    ]
    header = [shape, "wall, s", "CPU, s", "µs of CPU a row", "peak, MB", "of plain", "tap of it"]
    return f"{rows:,} {shape} rows. {same}\n\n{table(header, lines)}"
