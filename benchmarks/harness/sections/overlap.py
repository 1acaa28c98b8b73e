"""Accounts at the same time: what waits for reports, and what a loader makes of mixed streams."""

from __future__ import annotations

import itertools
import json
import shlex
import subprocess
import time
import typing as t

from postgres import serving
from tap_payments.sandbox import Sandbox

from harness.bench import ENVIRONMENTS, binary
from harness.contestants import CREDENTIALS, STREAMS
from harness.measure import Command
from harness.tables import Target, table, targets

if t.TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from postgres import Postgres

    from harness.bench import Bench
    from harness.measure import Samples

ACCOUNTS = 20
JOB_SECONDS, MOST_SECONDS = 30, 5.0
ROUNDS = 3
ROWS = {"zimpler": 1_000, "begateway": 100}
"""Of each account."""

MIXED, GROUPED = "as the tap writes them", "the same, one stream after the other"
MOST_TIMES = 1.1


def overlap(bench: Bench) -> str:
    """Rows that are out while reports are made, and mixed rows into target-postgres."""
    return f"{_while_reports_are_made(bench)}\n{_into_postgres(bench)}"


# Who waits for reports


def _while_reports_are_made(bench: Bench) -> str:
    names = [f"shop{number}" for number in range(ACCOUNTS)]
    accounts = {"zimpler": names, "begateway": names, "tikpay": ["transit"]}
    with Sandbox(days=2, accounts=accounts) as sandbox:
        sandbox.tikpay.job_seconds = JOB_SECONDS
        config = sandbox.config(*accounts)
        config["tikpay"] |= {"poll_interval": 10, "max_wait": 120}
        # The sandbox makes its rows when it is first asked for them.
        _last_rows(bench, {name: each for name, each in config.items() if name != "tikpay"})
        last, ended = _last_rows(bench, config)
    others = max(seconds for stream, seconds in last.items() if not stream.startswith("tikpay_"))
    goal = Target(
        f"the others' rows are all out within {MOST_SECONDS:.0f} s",
        f"{others:.1f} s",
        others <= MOST_SECONDS,
    )
    lines = [[stream, f"{seconds:.1f}"] for stream, seconds in sorted(last.items())]
    about = (
        f"{ACCOUNTS} accounts of Zimpler and as many of beGateway beside one of Tikpay, whose jobs "
        f"take {JOB_SECONDS} s; the run ended after {ended:.0f} s. Seconds from the start of the "
        "process:"
    )
    return f"{about}\n\n{table(['', 'last row after, s'], lines)}\n{targets([goal])}"


def _last_rows(bench: Bench, config: dict[str, t.Any]) -> tuple[dict[str, float], float]:
    """When each stream's last row came, and when the run ended."""
    last: dict[str, float] = {}
    tap = [binary("tap", "tap-payments"), "--config", bench.write(config)]
    began = time.perf_counter()
    with (
        bench.log.open("wb") as log,
        subprocess.Popen(tap, stdout=subprocess.PIPE, stderr=log) as process,
    ):
        for message in map(json.loads, process.stdout or ()):
            if message["type"] == "RECORD":
                last[message["stream"]] = time.perf_counter() - began
    if process.returncode:
        raise RuntimeError(bench.log.read_text()[-1000:])
    return last, time.perf_counter() - began


# Mixed streams into a loader


def _into_postgres(bench: Bench) -> str:
    mixed = _messages(bench)
    grouped = mixed.with_name("grouped")
    lengths = _group(mixed, grouped)
    with serving(ENVIRONMENTS / "postgres", tcp=True) as postgres:
        commands = [
            _load(bench, postgres, name, file)
            for name, file in ((MIXED, mixed), (GROUPED, grouped))
        ]
        samples = bench.take_turns(commands, bench.rounds(ROUNDS))
        rows = {_count(postgres, schema) for schema in range(len(commands))}
    if len(rows) != 1:
        raise RuntimeError(f"not the same rows in both: {rows}")
    return _told(samples, sum(lengths), lengths)


def _messages(bench: Bench) -> Path:
    """What the tap writes of two providers with many accounts, in a file."""
    config: dict[str, t.Any] = {"start_date": bench.first_day("zimpler", ROWS["zimpler"])}
    for provider, rows in ROWS.items():
        config[provider] = {
            "api_url": bench.api(provider, rows, latency=20),
            **CREDENTIALS[provider],
            "accounts": [{"account": f"shop{number}"} for number in range(ACCOUNTS)],
        }
        config["start_date"] = min(config["start_date"], bench.first_day(provider, rows))
    file = bench.folder / "mixed"
    tap = [str(binary("tap", "tap-payments")), "--config", str(bench.write(config))]
    with file.open("wb") as output:
        subprocess.run(tap, stdout=output, stderr=subprocess.DEVNULL, check=True)
    return file


def _group(mixed: Path, grouped: Path) -> list[int]:
    """Writes the same lines with each stream's together; how long its runs of rows were before."""
    lines = mixed.read_bytes().splitlines(keepends=True)
    kinds = [(told["type"], told.get("stream", "")) for told in map(json.loads, lines)]
    records = [stream for kind, stream in kinds if kind == "RECORD"]
    by_stream = sorted(
        (pair for pair in zip(kinds, lines, strict=True) if pair[0][0] != "STATE"),
        key=lambda pair: pair[0][1],
    )
    grouped.write_bytes(b"".join(line for _kind, line in by_stream) + lines[-1])
    return [_length(run) for _stream, run in itertools.groupby(records)]


def _length(run: Iterable[str]) -> int:
    return sum(1 for _ in run)


def _load(bench: Bench, postgres: Postgres, name: str, file: Path) -> Command:
    schema = f"way_{(MIXED, GROUPED).index(name)}"
    config = {"sqlalchemy_url": postgres.url, "default_target_schema": schema}
    target = [str(binary("postgres", "target-postgres")), "--config", str(bench.write(config))]
    clear = shlex.join(postgres.psql(f"drop schema if exists {schema} cascade"))
    line = f"{clear} && exec {shlex.join(target)} < {shlex.quote(str(file))}"
    return Command(name, ["sh", "-c", line])


def _count(postgres: Postgres, schema: int) -> tuple[int, ...]:
    return tuple(
        postgres.rows(f"select count(*) as n from way_{schema}.{STREAMS[provider]}")[0]["n"]  # noqa: S608 - our own names
        for provider in ROWS
    )


def _told(samples: Samples, rows: int, lengths: list[int]) -> str:
    ratio = samples.ratio(MIXED, GROUPED, "wall")
    lines = [
        [name, samples.spread(name, "wall"), samples.spread(name, "cpu")] for name in samples.runs
    ]
    goal = Target(
        f"mixed rows take at most {MOST_TIMES} times as long", f"{ratio:.2f}", ratio <= MOST_TIMES
    )
    about = (
        f"{rows:,} rows of {ACCOUNTS} accounts of Zimpler and of beGateway into target-postgres as "
        f"it comes, {rows / len(lengths):,.0f} rows of a stream in a row on average; the same rows "
        "arrive."
    )
    return f"{about}\n\n{table(['', 'wall, s', 'CPU, s'], lines)}\n{targets([goal])}"
