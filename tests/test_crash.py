"""A run that is stopped anywhere and started again from its last STATE loses nothing."""

from __future__ import annotations

import io
import itertools
import json
import random
import signal
import time
import typing as t
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
from clock import NOW
from taps import Row, Run, settings, signals_kept, spelled, sync, watermarks, written

from tap_payments.core.stopping import Terminated
from tap_payments.sandbox import Clock, Fault, Sandbox
from tap_payments.tap import TapPayments

if t.TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from commands import Commands

    from tap_payments.core.streams import ProviderStream
    from tap_payments.sandbox.spacivox import Spacivox
    from tap_payments.sandbox.zimpler import Zimpler

DAYS = 5
PER_DAY = 4


@dataclass(frozen=True)
class Feed:
    """One provider's rows by time, in the words of its API."""

    provider: str
    stream: str
    cursor: str
    path: str
    lookback: timedelta

    def fill(self, sandbox: Sandbox) -> None:
        """Rows on each of the days before the sandbox's today, some of them at midnight."""
        api = t.cast("Zimpler | Spacivox", sandbox.apis[self.provider])
        today = sandbox.clock.now().replace(hour=0, minute=0, second=0, microsecond=0)
        for day, hour in itertools.product(range(1, DAYS + 1), range(0, 24, 24 // PER_DAY)):
            instant = today - timedelta(days=day) + timedelta(hours=hour)
            row = {"id": f"{day}/{hour}", self.cursor: f"{instant:%Y-%m-%dT%H:%M:%SZ}"}
            api.put("main", api.example(**row))

    def config(self, sandbox: Sandbox, **own: t.Any) -> Row:
        """Small windows and, where there are pages, small pages."""
        start = f"{sandbox.clock.now() - timedelta(days=DAYS):%Y-%m-%d}"
        pages = {"page_size": 3} if self.provider == "zimpler" else {}
        own = {"window_days": 1, "lookback_days": self.lookback.days, **pages, **own}
        return settings(sandbox, self.provider, start, **own)

    def marks(self, run: Run) -> list[str]:
        """The watermarks of a run's STATEs."""
        return [
            mark for state in run.states if (mark := watermarks(state, self.stream).get("default"))
        ]


FEEDS = [
    Feed("zimpler", "zimpler_transactions", "approved_at", "/v4/tran", timedelta(days=1)),
    Feed("spacivox", "spacivox_payment_transactions", "timestamp", "/j/pay", timedelta(days=2)),
]
each_feed = pytest.mark.parametrize("feed", FEEDS, ids=[feed.provider for feed in FEEDS])


def assert_nothing_lost(feed: Feed, sandbox: Sandbox, runs: list[Run]) -> None:
    """The union of the runs is the truth, and what they repeat lies where it may."""
    truth = sandbox.apis[feed.provider].rows("main")
    union = {json.dumps(row, sort_keys=True) for run in runs for row in run.rows(feed.stream)}
    assert sorted(union) == spelled(truth)
    marks = [mark for run in runs for mark in feed.marks(run)]
    assert marks == sorted(marks)
    reached: str | None = None
    seen: set[str] = set()
    for run in runs:
        rows = run.rows(feed.stream)
        if reached is not None:
            oldest = datetime.fromisoformat(reached) - feed.lookback
            for row in rows:
                repeated = row["id"] in seen
                assert not repeated or datetime.fromisoformat(row[feed.cursor]) >= oldest
        names = [row["id"] for row in rows]
        assert len(names) == len(set(names))
        seen |= set(names)
        reached = next(reversed(feed.marks(run)), reached)


# Every line of a run


class Killed(BaseException):
    """The process is gone; nothing catches this."""


class Mortal(io.BytesIO):
    """An output that takes so many lines and half of one more, and then ends the run."""

    def __init__(self, lines: int) -> None:
        super().__init__()
        self._left = lines

    def write(self, data: t.Any) -> int:
        """Writes, or dies."""
        for piece in bytes(data).splitlines(keepends=True):
            if not self._left:
                super().write(piece[: len(piece) // 2])
                raise Killed
            self._left -= piece.endswith(b"\n")
            super().write(piece)
        return len(data)

    def whole_lines(self) -> list[bytes]:
        """What a reader takes: a line that is not whole is none."""
        return [line for line in self.getvalue().splitlines(keepends=True) if line.endswith(b"\n")]


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


def box() -> Sandbox:
    """A sandbox in real time, which answers slowly enough to be interrupted."""
    return Sandbox(seed=None, days=DAYS, accounts=1, latency=0.02)


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
    while len(runs) < 3 * DAYS:
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
    with box() as sandbox:
        feed.fill(sandbox)
        config = feed.config(sandbox, concurrency=1, window_days=2)
        runs = chain(commands, tmp_path, config, lambda _, line: line["type"] == "STATE", signum)
        assert len(runs) > 2
        assert_nothing_lost(feed, sandbox, runs)


@each_feed
def test_a_process_that_is_stopped_at_chance_lines_is_completed_by_the_next(
    commands: Commands, tmp_path: Path, feed: Feed
) -> None:
    dice = random.Random(7)
    with box() as sandbox:
        feed.fill(sandbox)
        config = feed.config(sandbox, lookback_days=0)
        for signum in (signal.SIGTERM, signal.SIGKILL):
            runs = chain(
                commands, tmp_path, config, lambda _number, _line: dice.random() < 0.1, signum
            )
            assert len(runs) > 1
            assert_nothing_lost(feed, sandbox, runs)


def held_up(sandbox: Sandbox, feed: Feed, how: str) -> None:
    """Lets the second window's request stall, or be refused with a long time to wait."""
    faults = {
        "stall": Fault(feed.provider, "stall", seconds=60, path=feed.path, after=2, times=None),
        "wait": Fault(feed.provider, 503, retry_after=60, path=feed.path, after=2, times=None),
        "limit": Fault(feed.provider, 429, retry_after=60, path=feed.path, after=2, times=None),
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
            deadline = time.monotonic() + 30
            while len(sandbox.journal.of(feed.provider, feed.path)) < 3:
                assert time.monotonic() < deadline
                time.sleep(0.01)
            time.sleep(0.1)
            began = time.monotonic()
            process.send(signum)
            run = Run(lines=process.stdout.read().splitlines())
            assert process.wait() == code
            assert time.monotonic() - began < 10
            assert signum.name in process.stderr.rstrip().rpartition("\n")[2]
            assert "Traceback" not in process.stderr
        assert run.messages[-1]["type"] == "STATE"
        assert len(feed.marks(run)) >= 1
        sandbox.faults.clear()
        rest = sync_again(commands, tmp_path, config, run.states[-1])
        assert_nothing_lost(feed, sandbox, [run, rest])


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
            rest = process.stdout.readlines()
            assert process.wait() == 143
            assert "Traceback" not in process.stderr
            assert json.loads(rest[-1])["type"] == "STATE"


def test_a_signal_that_surfaces_as_another_error_ends_the_run_all_the_same() -> None:
    """A lock that was being taken when the signal came complains in the signal's place."""
    with box() as sandbox, signals_kept():
        tap = TapPayments(config=sandbox.config("zimpler"))
        stream = t.cast("ProviderStream", tap.streams["zimpler_transactions"])

        def work() -> None:
            try:
                signal.raise_signal(signal.SIGTERM)
            except Terminated:
                raise RuntimeError("cannot release un-acquired lock") from None

        with pytest.raises(Terminated):
            tap.attempt(stream, {"_account": "default"}, work)
        assert tap.failures == []


def test_the_clock_of_these_tests_is_the_real_one() -> None:
    """What the command reads is what was filled in: both count days from now."""
    with box() as sandbox:
        assert abs(sandbox.clock.now() - datetime.now(UTC)) < timedelta(seconds=5)
