"""Two runs a few hours apart deliver every row, at whatever hour and date they are."""

from __future__ import annotations

import json
import typing as t
from datetime import UTC, datetime, timedelta

import pytest

from tap_payments.sandbox import Clock, Sandbox
from tests.support.taps import written

if t.TYPE_CHECKING:
    from pathlib import Path

    from tests.support.commands import Commands
    from tests.support.taps import Row

HOURS = 7
INSTANTS = [
    datetime(2026, 11, 29, 0, 2, tzinfo=UTC),
    datetime(2026, 11, 20, 12, tzinfo=UTC),
    datetime(2026, 11, 29, 23, 58, tzinfo=UTC),
    datetime(2026, 10, 3, 16, 10, tzinfo=UTC),  # Sydney's clocks have just gone forward
    datetime(2027, 4, 3, 16, 10, tzinfo=UTC),  # and back
    datetime(2028, 2, 29, 0, 2, tzinfo=UTC),
    datetime(2026, 12, 31, 23, 58, tzinfo=UTC),
    datetime(2027, 1, 1, 0, 2, tzinfo=UTC),
]

CURSORS = {
    "zimpler_transactions": "approved_at",
    "begateway_transactions": "created_at",
    "spacivox_payment_transactions": "timestamp",
}
KEYS = ("id", "uid", "type")
SETTLING = timedelta(minutes=6)
"""What is younger is left for a later run; the settling time, and what the runs take."""


def key(row: Row) -> tuple[str, ...]:
    """What identifies a row at its provider."""
    return tuple(str(row.get(name)) for name in KEYS)


@pytest.mark.parametrize("instant", INSTANTS, ids=str)
def test_two_runs_deliver_every_row_at_any_hour(
    commands: Commands, tmp_path: Path, instant: datetime
) -> None:
    began = instant - timedelta(hours=HOURS)
    with Sandbox(seed=6, days=4, accounts=1, clock=Clock(began)) as sandbox:
        config = sandbox.config("zimpler", "begateway", "spacivox")
        file = written(tmp_path, "config.json", config)
        first = commands("--config", file, now=began)
        assert first.code == 0, first.stderr
        state = written(tmp_path, "state.json", first.stdout.splitlines()[-1].decode())
        # As many loaders take it: the value of the last line.
        state.write_text(json.dumps(json.loads(state.read_text())["value"]))
        sandbox.clock.advance(hours=HOURS)
        second = commands("--config", file, "--state", state, now=instant)
        assert second.code == 0, second.stderr
        assert second.run.messages[-1]["type"] == "STATE"
        for stream, cursor in CURSORS.items():
            rows = sandbox.apis[stream.partition("_")[0]].rows("main")
            seen = {key(row) for run in (first.run, second.run) for row in run.rows(stream)}
            missed = [row[cursor] for row in rows if key(row) not in seen]
            young = f"{instant - SETTLING:%Y-%m-%dT%H:%M:%SZ}"
            assert [each for each in missed if config["start_date"] <= each < young] == [], stream
            assert seen <= {key(row) for row in rows}
        zimpler = [len(run.records("zimpler_transactions")) for run in (second.run, first.run)]
        assert 0 < zimpler[0] < zimpler[1]  # it was read from its state
