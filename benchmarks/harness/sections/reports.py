"""Tikpay's CSV reports: this tap against `csv.DictReader` and the SDK's path."""

from __future__ import annotations

import json
import subprocess
import typing as t
from datetime import UTC, datetime, timedelta

from harness.bench import binary
from harness.compare import compare
from harness.measure import Command
from harness.tables import COSTS, Target, costs, table, targets

if t.TYPE_CHECKING:
    from harness.bench import Bench

ROUNDS = 2
ROWS = 2_000_000
COMPARED = 20_000
TIMES, MOST = 5, 300


def reports(bench: Bench) -> str:
    """Rows a second of CPU, with the job, the download and start-up."""
    rows = bench.rows(ROWS)
    same = compare(bench, "tikpay", _tap(bench, COMPARED), _plain(bench, COMPARED))
    commands = [_tap(bench, rows), _plain(bench, rows)]
    samples = bench.take_turns(commands, bench.rounds(ROUNDS))
    lines = [
        [*line, f"{rows / samples.median(line[0], 'cpu'):,.0f}"]
        for line in costs(samples, ("tap", "plain"), rows)
    ]
    times = 1 / samples.ratio("tap", "plain", "cpu")
    peak = samples.median("tap", "rss")
    goals = [
        Target(f"{TIMES} times the rows per second of CPU", f"{times:.1f}", times >= TIMES),
        Target(f"under {MOST} MB", f"{peak:.0f}", peak < MOST),
    ]
    return (
        f"A CSV report of {rows:,} rows of 12 columns, about 137 bytes each. {same}\n\n"
        f"{table(['', *COSTS, 'rows per second of CPU'], lines)}\n{targets(goals)}"
    )


def _tap(bench: Bench, rows: int) -> Command:
    api, now = bench.api(f"tikpay/{rows}", rows), datetime.now(UTC)
    own = {
        "api_url": f"{api}/v1",
        "token_url": f"{api}/oauth2/token",
        "client_id": "benchmark",
        "client_secret": "-",
        "api_key": "-",
        "timezone": "UTC",
        "poll_interval": 1,
    }
    since, until = (f"{now - timedelta(days=days):%Y-%m-%d}" for days in (40, 30))
    config = bench.write({"start_date": since, "end_date": until, "tikpay": own})
    program = binary("tap", "tap-payments")
    discover = [str(program), "--config", str(config), "--discover"]
    catalog = json.loads(subprocess.run(discover, check=True, capture_output=True).stdout)
    for stream in catalog["streams"]:
        selected = stream["tap_stream_id"] == "tikpay_taps"
        for entry in stream["metadata"]:
            if not entry["breadcrumb"]:
                entry["metadata"]["selected"] = selected
    return Command("tap", [program, "--config", config, "--catalog", bench.write(catalog)])


def _plain(bench: Bench, rows: int) -> Command:
    url = f"{bench.url}/rows-{rows}/report-{rows}.csv"
    return Command(
        "plain", [binary("plain", "tap-plain"), "--config", bench.write({"report_url": url})]
    )
