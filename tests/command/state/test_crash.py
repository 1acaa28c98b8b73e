"""A run that is stopped anywhere and started again from its last STATE loses nothing."""

from __future__ import annotations

import io
import json
import random
import signal
import typing as t

import pytest

from tap_payments.sandbox import Clock, Sandbox
from tests.support.clock import NOW
from tests.support.feeds import DAYS, Feed, assert_nothing_lost, each_feed
from tests.support.mortal import Killed, Mortal
from tests.support.taps import Row, Run, sync, written

if t.TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.support.commands import Commands


# Every line of a run


@pytest.mark.parametrize("workers", [1, 4])
@each_feed
def test_a_run_that_dies_at_any_line_is_completed_by_the_next(feed: Feed, workers: int) -> None:
    clock = Clock(NOW, frozen=True)
    with Sandbox(seed=None, days=DAYS, accounts=1, clock=clock) as sandbox:
        feed.fill(sandbox)
        config = feed.config(sandbox, concurrency=workers)
        undisturbed = sync(sandbox, config)
        assert_nothing_lost(feed, sandbox, [undisturbed])
        assert len(undisturbed.states) >= DAYS
        for lines in range(0, len(undisturbed.lines), 1 if workers == 1 else 5):
            mortal = Mortal(lines)
            output = io.TextIOWrapper(mortal, encoding="utf-8")
            with pytest.raises(Killed):
                sync(sandbox, config, stdout=output)
            first = Run(lines=mortal.whole_lines())
            output.close()
            assert len(first.lines) == lines
            state = first.states[-1] if first.states else {}
            second = sync(sandbox, config, state=state)
            assert_nothing_lost(feed, sandbox, [first, second])
            assert second.state == undisturbed.state


# Signals


def box(latency: float) -> Sandbox:
    """A sandbox in real time, which answers slowly enough to be interrupted.

    From 0.02 seconds on, windows are read ahead.
    """
    return Sandbox(seed=None, days=DAYS, accounts=1, latency=latency)


def chain(
    commands: Commands,
    folder: Path,
    config: Row,
    until: Callable[[int, Row], bool],
    signum: signal.Signals,
) -> list[Run]:
    """Runs that a signal ends once `until` holds of a line, until one ends by itself."""
    runs: list[Run] = []
    state: Row = {}
    file = written(folder, "config.json", config)
    while len(runs) < 10 * DAYS:
        resume = written(folder, "state.json", state)
        with commands.started("--config", file, "--state", resume) as process:
            lines: list[bytes] = []
            for line in process.stdout:
                lines.append(line)
                if json.loads(line).get("value") != state and until(len(lines), json.loads(line)):
                    process.send(signum)
                    break
            lines += process.stdout.readlines()
            code = process.wait()
            runs.append(Run(lines=[each for each in lines if each.endswith(b"\n")]))
            assert "Traceback" not in process.stderr
            if code == 0:
                return runs
            if signum == signal.SIGTERM:
                # Minus the number: the run was over already, and Python itself was ending.
                assert code in (128 + signum, -signum), process.stderr
                assert all(each.endswith(b"\n") for each in lines)
            if code == 128 + signum:
                assert runs[-1].messages[-1]["type"] == "STATE"
            else:
                assert code == -signum
            state = runs[-1].states[-1] if runs[-1].states else state
    raise AssertionError("the runs make no progress")


@pytest.mark.parametrize("signum", [signal.SIGKILL, signal.SIGTERM])
@each_feed
def test_a_process_that_is_killed_after_each_state_is_completed_by_the_next(
    commands: Commands, tmp_path: Path, feed: Feed, signum: signal.Signals
) -> None:
    with box(latency=0.01) as sandbox:
        feed.fill(sandbox)
        config = feed.config(sandbox, concurrency=1, window_days=2)
        # Without an end each run, a second later, has a window more.
        config["end_date"] = f"{sandbox.clock.now():%Y-%m-%d}"
        runs = chain(commands, tmp_path, config, lambda _, line: line["type"] == "STATE", signum)
        assert len(runs) > 2
        assert_nothing_lost(feed, sandbox, runs)


@pytest.mark.parametrize("signum", [signal.SIGKILL, signal.SIGTERM])
@each_feed
def test_a_process_that_is_stopped_at_chance_lines_is_completed_by_the_next(
    commands: Commands, tmp_path: Path, feed: Feed, signum: signal.Signals
) -> None:
    dice = random.Random(7)  # stops the first run at its fourth line, the others at any
    with box(latency=0.1) as sandbox:
        feed.fill(sandbox)
        config = feed.config(sandbox, lookback_days=0)
        runs = chain(commands, tmp_path, config, lambda _, _line: dice.random() < 0.1, signum)
        assert len(runs) > 1
        assert_nothing_lost(feed, sandbox, runs)
