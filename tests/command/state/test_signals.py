"""A signal ends a run at once, with whole lines, a last STATE and the exit code of its kind."""

from __future__ import annotations

import contextlib
import io
import json
import os
import signal
import subprocess
import sys
import time
import typing as t
from datetime import UTC, datetime
from functools import cached_property

import pytest

from tap_payments.output.stopping import Terminated
from tap_payments.sandbox import Clock, Fault, Sandbox
from tap_payments.sync.events import Events
from tap_payments.sync.progress import Progress
from tap_payments.tap import TapPayments
from tests.support.feeds import DAYS, FEEDS, Feed, assert_nothing_lost
from tests.support.in_process import runtime_of, signals_kept
from tests.support.taps import Row, Run, sync, written

if t.TYPE_CHECKING:
    from pathlib import Path

    from tap_payments.streams.partition import Partition
    from tap_payments.sync.summary import Summary
    from tests.support.commands import Commands

NAMES_HANG = """
import sys, time
def hang(event, arguments):
    if event != "socket.getaddrinfo":
        return
    print("looked up", file=sys.stderr, flush=True)
    until = time.monotonic() + 120
    while time.monotonic() < until:
        try:
            time.sleep(until - time.monotonic())
        except BaseException:  # as in the C library: no signal ends it
            pass
sys.addaudithook(hang)
from tap_payments.command import run
run()
"""


def box() -> Sandbox:
    """A sandbox in real time, which answers slowly enough to be interrupted."""
    return Sandbox(seed=None, days=DAYS, accounts=1, latency=0.06)


def held_up(sandbox: Sandbox, feed: Feed, how: str) -> None:
    """Lets the second window's request stall, or be refused with a long time to wait."""
    faults = {
        "stall": Fault(feed.provider, "stall", seconds=120, path=feed.path, after=2, times=None),
        "wait": Fault(feed.provider, 503, retry_after=120, path=feed.path, after=2, times=None),
        "limit": Fault(feed.provider, 429, retry_after=120, path=feed.path, after=2, times=None),
    }
    sandbox.faults.add(faults[how])


@pytest.mark.parametrize(
    ("feed", "how", "signum", "code"),
    [
        (FEEDS[0], "stall", signal.SIGTERM, 143),
        (FEEDS[0], "wait", signal.SIGINT, 130),
        (FEEDS[1], "stall", signal.SIGINT, 130),
        (FEEDS[1], "limit", signal.SIGTERM, 143),
    ],
    ids=lambda value: getattr(value, "provider", None),
)
def test_a_signal_ends_a_run_that_is_held_up_within_seconds(  # noqa: PLR0917
    commands: Commands, tmp_path: Path, feed: Feed, how: str, signum: signal.Signals, code: int
) -> None:
    with box() as sandbox:
        feed.fill(sandbox)
        held_up(sandbox, feed, how)
        config = feed.config(sandbox, concurrency=1) | {"max_retry_wait": 300}
        with commands.started("--config", written(tmp_path, "c.json", config)) as process:
            deadline = time.monotonic() + 100
            while len(sandbox.journal.of(feed.provider, feed.path)) < 3:
                assert time.monotonic() < deadline
                time.sleep(0.01)
            time.sleep(0.1)
            began = time.monotonic()
            process.send(signum)
            run = Run(lines=process.stdout.read().splitlines())
            assert process.wait() == code
            assert time.monotonic() - began < 60
            assert signum.name in process.stderr.rstrip().rpartition("\n")[2]
            assert "Traceback" not in process.stderr
        assert run.messages[-1]["type"] == "STATE"
        assert len(feed.marks(run)) >= 1
        sandbox.faults.clear()
        rest = sync_again(commands, tmp_path, config, run.states[-1])
        assert_nothing_lost(feed, sandbox, [run, rest])


@pytest.mark.parametrize(("signum", "code"), [(signal.SIGTERM, 143), (signal.SIGINT, 130)])
def test_a_look_up_that_hangs_holds_no_signal_up(
    tmp_path: Path, signum: signal.Signals, code: int
) -> None:
    zimpler = {"api_url": "https://api.example", "merchant_id": "shop", "api_key": "key"}
    config = written(tmp_path, "c.json", {"start_date": "2026-03-19", "zimpler": zimpler})
    tap = [sys.executable, "-c", NAMES_HANG, "--config", str(config)]
    pipe = subprocess.PIPE
    with subprocess.Popen(tap, stdout=pipe, stderr=pipe, text=True, env=without_proxies()) as run:
        assert run.stdout
        assert run.stderr
        while "looked up" not in (line := run.stderr.readline()):
            assert line
        began = time.monotonic()
        run.send_signal(signum)
        lines, words = run.communicate()
        assert time.monotonic() - began < 60
    assert run.returncode == code
    assert json.loads(lines.splitlines()[-1])["type"] == "STATE"
    assert signum.name in words.splitlines()[-1]
    assert "Traceback" not in words


def without_proxies() -> dict[str, str]:
    """This environment; a proxy would look the name up itself."""
    return {name: value for name, value in os.environ.items() if "proxy" not in name.lower()}


def sync_again(commands: Commands, folder: Path, config: Row, state: Row) -> Run:
    """The next run, which nobody disturbs."""
    done = commands(
        *("--config", written(folder, "config.json", config)),
        *("--state", written(folder, "state.json", state)),
    )
    assert done.code == 0
    return done.run


def test_a_second_signal_changes_nothing(commands: Commands, tmp_path: Path) -> None:
    feed = FEEDS[0]
    with box() as sandbox:
        feed.fill(sandbox)
        held_up(sandbox, feed, "stall")
        config = written(tmp_path, "c.json", feed.config(sandbox, concurrency=1))
        with commands.started("--config", config) as process:
            for line in process.stdout:
                if b'"STATE"' in line:
                    break
            for _ in range(5):
                process.send(signal.SIGTERM)
                time.sleep(0.002)
            *_, last = line, *process.stdout
            assert process.wait() == 143
            assert "Traceback" not in process.stderr
            assert json.loads(last)["type"] == "STATE"


def test_a_signal_that_surfaces_as_another_error_ends_the_run_all_the_same() -> None:
    """A lock that was being taken when the signal came complains in the signal's place."""

    class Complaining(Events):
        def progressed(self, partition: Partition, *, rows: int = 0, windows: int = 0) -> None:  # noqa: ARG002
            try:
                signal.raise_signal(signal.SIGTERM)
            except Terminated:
                raise RuntimeError("cannot release un-acquired lock") from None

    output = io.TextIOWrapper(io.BytesIO(), encoding="utf-8")
    with box() as sandbox, signals_kept(), contextlib.redirect_stdout(output):
        tap = TapPayments(config=sandbox.config("zimpler"), listener=Complaining())
        with pytest.raises(Terminated):
            tap.sync_all()
        assert tap.failures.found == []


def test_a_signal_after_the_last_row_leaves_a_state_behind_it() -> None:
    """The lookback's rows move no watermark, so that no STATE but the last one follows them."""

    class Late(Progress):
        def finished(self, summary: Summary) -> None:  # noqa: ARG002
            signal.raise_signal(signal.SIGTERM)

    class Tap(TapPayments):
        @cached_property
        def progress(self) -> Progress:
            return Late(self.logger)

    output = io.TextIOWrapper(io.BytesIO(), encoding="utf-8")
    clock = Clock(datetime(2026, 3, 20, 12, tzinfo=UTC), frozen=True)
    with Sandbox(seed=None, days=DAYS, accounts=1, clock=clock) as sandbox:
        FEEDS[0].fill(sandbox)
        config = FEEDS[0].config(sandbox)
        state = sync(sandbox, config).state
        with signals_kept(), contextlib.redirect_stdout(output):
            tap = Tap(config=config, state=state, runtime=runtime_of(sandbox, []))
            with pytest.raises(Terminated):
                tap.sync_all()
    *rest, last = map(json.loads, output.buffer.getvalue().splitlines())
    assert last["type"] == "STATE"
    assert rest[-1]["type"] == "RECORD"
