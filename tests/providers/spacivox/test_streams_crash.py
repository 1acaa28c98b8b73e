"""A run of all of Spacivox's streams that dies anywhere is completed by the next."""

from __future__ import annotations

import io
import json
import typing as t
from datetime import timedelta

import pytest

from tests.providers.spacivox.box import box, put, put_other
from tests.support.clock import NOW
from tests.support.mortal import Killed, Mortal
from tests.support.taps import Run, selecting, settings, spelled, sync

if t.TYPE_CHECKING:
    from tap_payments.sandbox import Sandbox

KINDS = ("payment_transactions", "call_records", "text_records", "jobs")
STREAMS = [f"spacivox_{kind}" for kind in KINDS]


def fill(sandbox: Sandbox) -> None:
    """Rows of each kind on two days with a quiet one between them, and jobs of long ago."""
    for day in (17, 19):
        for number in range(3):
            instant = f"2026-03-{day}T0{number}:00:00.000Z"
            put(sandbox, f"{day}/{number}", instant)
            for kind in ("call_records", "text_records"):
                put_other(sandbox, kind, 10 * day + number, timestamp=instant)
            put_other(sandbox, "jobs", 10 * day + number, created_at=instant)
    changed = NOW - timedelta(days=2)
    put_other(
        sandbox, "jobs", 1, created_at="2026-01-15T00:00:00.000Z", changes=[(changed, {"state": 2})]
    )


def union(runs: list[Run], stream: str) -> list[str]:
    """The rows of some runs, each once."""
    return sorted({text for run in runs for text in spelled(run.rows(stream))})


def truth(sandbox: Sandbox, kind: str) -> list[str]:
    rows = [
        {name: value for name, value in row.items() if value is not None}
        for row in sandbox.spacivox.rows("main", kind=kind)
    ]
    if kind == "jobs":
        rows = [{**row, "value": str(row["value"])} for row in rows]
    return spelled(rows)


@pytest.mark.parametrize("workers", [1, 4])
def test_what_dies_at_any_line_is_completed_by_the_next(workers: int) -> None:
    with box() as sandbox:
        fill(sandbox)
        config = settings(sandbox, "spacivox", "2026-03-17", concurrency=workers)
        catalog = selecting(config, *STREAMS)
        undisturbed = sync(sandbox, config, catalog=catalog)
        assert undisturbed.failed is None
        for kind, stream in zip(KINDS, STREAMS, strict=True):
            assert union([undisturbed], stream) == truth(sandbox, kind)
        assert len(undisturbed.states) >= 3 * 4 + 1  # a window a day, and one of jobs
        # Before and after each STATE; the rest with larger steps.
        ends = [
            n for n, line in enumerate(undisturbed.lines) if json.loads(line)["type"] == "STATE"
        ]
        for lines in sorted({*ends, *(n + 1 for n in ends[:-1]), *range(0, ends[-1], 7)}):
            output = io.TextIOWrapper(mortal := Mortal(lines), encoding="utf-8")
            with pytest.raises(Killed):
                sync(sandbox, config, catalog=catalog, stdout=output)
            first = Run(lines=mortal.whole_lines())
            output.close()
            state = first.states[-1] if first.states else {}
            second = sync(sandbox, config, catalog=catalog, state=state)
            for stream in STREAMS:
                assert union([first, second], stream) == union([undisturbed], stream)
            assert marks(second) == marks(undisturbed)


def marks(run: Run) -> dict[str, t.Any]:
    """What the last state says of each stream, in whatever order they came to an end."""
    return dict(sorted(run.state["bookmarks"].items()))
