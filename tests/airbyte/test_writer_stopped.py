"""A read that is stopped ends at once, with whole lines, and never as a success."""

from __future__ import annotations

import contextlib
import json
import os
import re
import shlex
import signal
import subprocess
import threading
import time
import typing as t

import pytest

from tap_payments.output.stopping import GRACE
from tests.airbyte.protocol import assert_protocol
from tests.airbyte.runs import COMMAND, Platform, Run, configured

if t.TYPE_CHECKING:
    from collections.abc import Iterator

    from tap_payments.sandbox import Sandbox

STREAM = "spacivox_payment_transactions"
PATIENCE = 100.0
"""Seconds after which what does not end is killed."""


@contextlib.contextmanager
def reading(platform: Platform, *streams: str) -> Iterator[subprocess.Popen[bytes]]:
    """The command as a platform starts it."""
    arguments = platform.arguments("read", catalog=configured(*streams))
    process = subprocess.Popen(
        [*COMMAND, *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    overdue = threading.Timer(PATIENCE, process.kill)
    overdue.start()
    try:
        yield process
    finally:
        overdue.cancel()
        process.kill()
        process.communicate()


def read_until(process: subprocess.Popen[bytes], *words: bytes) -> list[bytes]:
    """The lines until each of these expressions was found in one."""
    assert process.stdout
    lines, missing = [], set(words)
    for line in process.stdout:
        lines.append(line)
        missing = {word for word in missing if not re.search(word, line)}
        if not missing:
            return lines
    raise AssertionError(lines)


def ended(process: subprocess.Popen[bytes], lines: list[bytes]) -> Run:
    assert process.stdout
    assert process.stderr
    # Not communicate(): it knows nothing of what the lines' reader holds already.
    output = b"".join(lines) + process.stdout.read()
    assert output.endswith(b"\n")
    code = process.wait(timeout=PATIENCE)
    run = Run(code, output.decode().splitlines(), process.stderr.read().decode())
    assert_protocol(run.lines)
    assert run.stderr == ""
    return run


@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 143), (signal.SIGINT, 130)])
@pytest.mark.parametrize("fault", ["stall=200", "503:retry-after=200"], ids=["request", "retry"])
def test_a_signal_while_it_waits(
    platform: Platform, box: Sandbox, number: int, code: int, fault: str
) -> None:
    platform.config["max_retries"] = 3
    platform.config["spacivox"]["concurrency"] = 1
    box.faults.add(f"spacivox:{fault}:path=/j/payment:after=2:times=99")
    with reading(platform, STREAM, "spacivox_teams", "zimpler_current_balance") as process:
        lines = read_until(process, rb'"recordCount"', rb'"spacivox_teams".*"COMPLETE"')
        while len(box.journal.of("spacivox", "/j/payment")) < 3:
            assert process.poll() is None
            time.sleep(0.01)
        process.send_signal(number)
        began = time.monotonic()
        run = ended(process, lines)
        assert time.monotonic() - began < PATIENCE
    assert run.code == code
    assert run.statuses(STREAM) == ["STARTED", "RUNNING", "INCOMPLETE"]
    assert run.statuses("spacivox_teams") == ["STARTED", "RUNNING", "COMPLETE"]  # it waits not
    box.faults.clear()
    rest = platform.read(STREAM, state=run.last_states)
    ids = {row["id"] for each in (run, rest) for row in each.records(STREAM)}
    assert ids == {row["id"] for row in platform.read(STREAM).records(STREAM)}


def test_a_reader_that_goes_away_ends_it_quietly(platform: Platform) -> None:
    with reading(platform, STREAM, "zimpler_transactions") as process:
        read_until(process, b'"RECORD"')
        assert process.stdout
        assert process.stderr
        process.stdout.close()
        assert process.wait(timeout=PATIENCE) == 141
        assert process.stderr.read() == b""


@pytest.mark.parametrize("where", [">/dev/full", ">&-"], ids=["full", "closed"])
def test_an_output_that_cannot_be_written_is_no_success(platform: Platform, where: str) -> None:
    for verb, catalog in (("spec", None), ("check", None), ("read", configured(STREAM))):
        line = shlex.join([*COMMAND, *platform.arguments(verb, catalog=catalog)])
        done = subprocess.run(
            ["sh", "-c", f"{line} {where}"], stderr=subprocess.PIPE, timeout=PATIENCE, check=False
        )
        assert done.returncode == 1
        assert done.stderr.decode().startswith("source-payments: stdout cannot be written")
        assert done.stderr.count(b"\n") == 1


def test_a_reader_that_takes_nothing_does_not_hold_it(platform: Platform, box: Sandbox) -> None:
    """Whether it hangs in a line, or waits while a line of another thread is stuck."""
    platform.config["max_retries"] = 99
    platform.config["spacivox"]["concurrency"] = 1
    with reading(platform, "zimpler_transactions") as in_a_line:
        read_until(in_a_line, b'"RUNNING"')
        box.faults.add("spacivox:503:path=/j/payment:after=2:times=999")
        with reading(platform, STREAM) as waiting:
            read_until(waiting, rb"\(1 of 99\)")
            fill(waiting)
            for process in (in_a_line, waiting):
                process.send_signal(signal.SIGTERM)
            assert [each.wait(timeout=PATIENCE) for each in (in_a_line, waiting)] == [143, 143]
    assert GRACE < 10, "Docker kills what has not ended by then"


def fill(process: subprocess.Popen[bytes]) -> None:
    """Leaves no room in the pipe that the command writes to."""
    with open(f"/proc/{process.pid}/fd/1", "wb", buffering=0) as pipe:  # noqa: PTH123
        os.set_blocking(pipe.fileno(), False)
        for size in (4096, 1):  # what is larger than the room that is left is refused whole
            while pipe.write(b" " * size) is not None:
                pass
    time.sleep(4)  # until the next retry has something to say


def test_the_last_line_is_whole_whenever_it_is_killed(platform: Platform) -> None:
    for delay in (0.0, 0.01, 0.03):
        with reading(platform, STREAM, "zimpler_transactions", "spacivox_teams") as process:
            lines = read_until(process, b'"RECORD"')
            time.sleep(delay)
            process.send_signal(signal.SIGTERM)
            run = ended(process, lines)
        assert run.code in (0, 143)
        assert all(json.loads(line) for line in run.lines)
        for stream in ("zimpler_transactions", STREAM, "spacivox_teams"):
            statuses = run.statuses(stream)
            assert statuses[-1:] in ([], ["COMPLETE"], ["INCOMPLETE"])
            if "COMPLETE" in statuses:
                assert "INCOMPLETE" not in statuses
                counts = [state["sourceStats"]["recordCount"] for state in run.states(stream)]
                assert sum(counts) == len(run.records(stream))
            elif statuses:
                assert run.code == 143
