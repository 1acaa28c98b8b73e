"""CPU of whole syncs: this tap, the plain tap, dlt and Airbyte on the same rows in turns."""

from __future__ import annotations

import typing as t

from harness.compare import compare
from harness.contestants import airbyte, dlt, plain, tap
from harness.tables import COSTS, at_most, costs, share, table, targets

if t.TYPE_CHECKING:
    from collections.abc import Sequence

    from harness.bench import Bench
    from harness.measure import Command, Samples

ROUNDS = 3
FLAT, NESTED = 200_000, 50_000
AGAINST_PLAIN = {"flat": 8, "nested": 10}
"""Two thirds of what flat rows cost is start-up."""

HASHED = {"personal_data": "hash", "personal_data_key": "benchmark-key"}


def flat(bench: Bench) -> str:
    """Flat rows, as Zimpler has them: all contestants."""
    return _all(bench, "flat", "zimpler", bench.rows(FLAT))


def nested(bench: Bench) -> str:
    """Nested rows, as beGateway has them: all contestants."""
    return _all(bench, "nested", "begateway", bench.rows(NESTED))


def hashed(bench: Bench) -> str:
    """Nested rows with `personal_data: hash`."""
    rows = bench.rows(NESTED)
    commands = [
        tap(bench, "begateway", rows),
        tap(bench, "begateway", rows, name="tap, hash", top=HASHED),
        plain(bench, "begateway", rows),
    ]
    samples = bench.take_turns(commands, bench.rounds(ROUNDS))
    ratio = samples.ratio("tap, hash", "plain", "cpu")
    goal = at_most("at most 1/4 of the plain tap's CPU", ratio, 1 / 4)
    return (
        f"{rows:,} nested rows; the plain tap hashes nothing.\n\n"
        f"{_table(samples, commands, rows)}\n{targets([goal])}"
    )


def _all(bench: Bench, shape: str, provider: str, rows: int) -> str:
    commands = [
        tap(bench, provider, rows),
        plain(bench, provider, rows),
        dlt(bench, provider, rows),
        dlt(bench, provider, rows, compressed=False),
        airbyte(bench, provider, rows),
    ]
    same = compare(bench, provider, commands[0], commands[1])
    samples = bench.take_turns(commands, bench.rounds(ROUNDS))
    least = AGAINST_PLAIN[shape]
    ratio = samples.ratio("tap", "plain", "cpu")
    goals = [at_most(f"at most 1/{least} of the plain tap's CPU", ratio, 1 / least)]
    return (
        f"{rows:,} {shape} rows, start-up included, default settings. {same}\n\n"
        f"{_table(samples, commands, rows)}\n{targets(goals)}"
    )


def _table(samples: Samples, commands: Sequence[Command], rows: int) -> str:
    names = [command.name for command in commands]
    lines = [
        [
            *line,
            share(samples.ratio(name, "plain", "cpu")),
            share(samples.ratio("tap", name, "cpu")),
        ]
        for name, line in zip(names, costs(samples, names, rows), strict=True)
    ]
    return table(["", *COSTS, "its CPU to plain's", "the tap's to its"], lines)
