"""While Tikpay makes its reports, the other providers' rows and watermarks go out."""

from __future__ import annotations

import contextlib
import json
import signal
import threading
import typing as t

from tap_payments.sandbox import Clock, Sandbox
from tests.support.clock import NOW
from tests.support.taps import Row, Run, spelled, watermarks, written

if t.TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tests.support.commands import Commands, Process

STREAM = "zimpler_transactions"
NEVER = 10**9
PATIENCE = 120.0
"""Seconds after which what should be there at once is not coming."""


@contextlib.contextmanager
def box() -> Iterator[Sandbox]:
    """Zimpler's rows, and reports that are never ready, at a time that stands."""
    with Sandbox(seed=3, days=4, accounts=1, clock=Clock(NOW, frozen=True)) as sandbox:
        sandbox.tikpay.job_seconds = NEVER
        yield sandbox


def config(sandbox: Sandbox) -> Row:
    """Settings with the documented times of waiting: half an hour in all."""
    return sandbox.config("zimpler", "tikpay") | {"start_date": "2026-03-16"}


def read_until(process: Process, is_enough: Callable[[Run], bool]) -> Run:
    """What comes out until it is enough; a process that says nothing more is killed."""
    run = Run()
    overdue = threading.Timer(PATIENCE, process.send, [signal.SIGKILL])
    overdue.start()
    try:
        for line in process.stdout:
            run.lines.append(line)
            if json.loads(line)["type"] in ("RECORD", "STATE") and is_enough(run):
                return run
    finally:
        overdue.cancel()
    raise AssertionError("it ended, or waited, before that came")


def test_no_row_and_no_watermark_waits_for_a_report(commands: Commands, tmp_path: Path) -> None:
    with box() as sandbox:
        truth = spelled(sandbox.zimpler.rows("main"))
        file = written(tmp_path, "c.json", config(sandbox))

        def is_all_of_zimpler(run: Run) -> bool:
            return len(run.records(STREAM)) == len(truth) and bool(
                run.states and watermarks(run.states[-1], STREAM)
            )

        with commands.started("--config", file, now=NOW) as process:
            run = read_until(process, is_all_of_zimpler)
            read_until(process, lambda rest: "report_jobs" in json.dumps(rest.states[-1:]))
            process.send(signal.SIGTERM)
            process.stdout.read()
            assert process.wait() == 128 + signal.SIGTERM
        assert spelled(run.rows(STREAM)) == truth
        assert watermarks(run.state, STREAM) == {"default": "2026-03-20T00:00:00.000000Z"}
        assert not run.records("tikpay_taps")
        assert sandbox.journal.of("tikpay", "/v1/generate-report")
