"""A daily run over many quiet shops, 300 ms before each answer: nobody waits for anybody."""

from __future__ import annotations

import typing as t
from datetime import UTC, datetime, timedelta

from harness.bench import binary
from harness.contestants import CREDENTIALS
from harness.measure import Command
from harness.tables import Target, table, targets

if t.TYPE_CHECKING:
    from harness.bench import Bench

LATENCY = 300
SHOPS = 20
METHODS = ("credit_card", "alternative")
PASSES = ("created", "paid", "settled", "corrected")
SINCE_LAST_RUN = timedelta(hours=30)
"""Two windows of a day for each of eight series: sixteen requests a shop."""

STREAM = "begateway_transactions"
MOST_TIMES, MOST_SHARE = 3.0, 0.5


def accounts(bench: Bench) -> str:
    """Twenty shops against one, and one shop against itself with one request at a time."""
    commands = {
        f"{SHOPS} shops": _daily_run(bench, SHOPS),
        "1 shop": _daily_run(bench, 1),
        "1 shop, one request at a time": _daily_run(bench, 1, concurrency=1),
    }
    named = [Command(name, command.argv) for name, command in commands.items()]
    samples = bench.take_turns(named, bench.rounds(3))
    many, one, alone = (samples.median(name, "wall") for name in commands)
    lines = [
        [
            name,
            samples.spread(name, "wall"),
            samples.spread(name, "cpu"),
            samples.spread(name, "rss"),
        ]
        for name in commands
    ]
    goals = [
        Target(
            f"{SHOPS} shops in at most {MOST_TIMES:.0f} times the wall time of one",
            f"{many / one:.1f}",
            many / one <= MOST_TIMES,
        ),
        Target(
            "one shop in at most half of what it takes one request at a time",
            f"{one / alone:.2f}",
            one / alone <= MOST_SHARE,
        ),
    ]
    header = ["", "wall, s", "CPU, s", "peak, MB"]
    about = f"{LATENCY} ms before each answer; start-up included."
    return f"{about}\n\n{table(header, lines)}\n{targets(goals)}"


def _daily_run(bench: Bench, shops: int, **own: t.Any) -> Command:
    names = [f"shop{number}" for number in range(shops)]
    config = {
        "start_date": "2026-01-01",
        "begateway": {
            "api_url": bench.api("begateway", 100, LATENCY),
            **CREDENTIALS["begateway"],
            "accounts": [{"account": name} for name in names],
            **own,
        },
    }
    state = {"bookmarks": {STREAM: {"partitions": [_bookmark(*each) for each in _series(names)]}}}
    return Command(
        "",
        [
            binary("tap", "tap-payments"),
            *("--config", bench.write(config)),
            *("--state", bench.write(state)),
        ],
    )


def _series(names: list[str]) -> list[tuple[str, str, str]]:
    return [(name, method, pass_) for name in names for method in METHODS for pass_ in PASSES]


def _bookmark(account: str, method: str, pass_: str) -> dict[str, t.Any]:
    last = datetime.now(UTC) - SINCE_LAST_RUN
    return {
        "context": {"_account": account, "payment_method_type": method, "pass": pass_},
        "replication_key": "created_at",
        "replication_key_value": f"{last:%Y-%m-%dT%H:%M:%S}.000000Z",
    }
