"""Whole lines, whatever happens: in this process, and in one that is ended from outside."""

from __future__ import annotations

import contextlib
import io
import json
import os
import select
import signal
import subprocess
import sys
import time
import typing as t
from datetime import UTC, datetime

import pytest
from singer_sdk.singerlib import StateMessage

from tap_payments.output.writer import Writer

if t.TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

AT = datetime(2026, 3, 20, 12, tzinfo=UTC)


class Unread(io.BytesIO):
    """Output whose reader has gone."""

    def write(self, _data: t.Any) -> int:
        """Fails as a closed pipe does."""
        raise BrokenPipeError(32, "Broken pipe")


def written(*calls: t.Callable[[Writer], object], text: bool = False) -> list[t.Any]:
    """The messages that calls of a writer write."""
    binary = io.BytesIO()
    output: t.Any = io.StringIO() if text else io.TextIOWrapper(binary, encoding="utf-8")
    with contextlib.redirect_stdout(output):
        writer = Writer()
        for call in calls:
            call(writer)
    lines = output.getvalue().encode() if text else binary.getvalue()
    assert lines.endswith(b"\n")
    return [json.loads(line) for line in lines.splitlines()]


@pytest.mark.parametrize("text", [False, True])
@pytest.mark.parametrize("count", [1, 2, 500])
def test_rows_become_records(count: int, *, text: bool) -> None:
    rows = [{"id": number, "text": "é}\n{"} for number in range(count)]
    lines = b"\n" + b"".join(json.dumps(row).encode() + b"\n" for row in rows)
    assert written(lambda writer: writer.write_rows("a_stream", lines, AT), text=text) == [
        {
            "type": "RECORD",
            "stream": "a_stream",
            "record": row,
            "time_extracted": "2026-03-20T12:00:00+00:00",
        }
        for row in rows
    ]


def test_messages_and_rows_keep_their_order() -> None:
    messages = written(
        lambda writer: writer.write_message(StateMessage(value={"n": 1})),
        lambda writer: writer.write_rows("s", b'\n{"id":1}\n', AT),
        lambda writer: writer.write_message(StateMessage(value={"n": "\ud800"})),
    )
    assert [message["type"] for message in messages] == ["STATE", "RECORD", "STATE"]
    assert messages[2]["value"] == {"n": "\ud800"}


PATIENCE = 60.0
"""Seconds after which what does not come is not coming."""

SLEEP = 120.0
"""Seconds that a process waits which is to be interrupted."""

SCRIPT = """
import signal, sys, time
from tap_payments.output.stopping import Shield, Stopped, Terminated
from tap_payments.output.writer import Writer

writer = Writer()
writer.shield = Shield(grace=float(sys.argv[2]))
for number in (signal.SIGTERM, signal.SIGINT):
    signal.signal(number, writer.shield.on_signal)

def lines(size, count=1):
    for _ in range(count):
        writer.write(b"x" * size + b"\\n")

try:
    try:
        print("ready", file=sys.stderr, flush=True)
        if sys.argv[1] == "wait":
            time.sleep(float(sys.argv[3]))
        lines(*map(int, sys.argv[1].split(",")))
    except Terminated:
        writer.write(b"last\\n")
        raise
except Stopped as stopped:
    sys.exit(stopped.code)
"""


@contextlib.contextmanager
def writing(
    what: str,
    *,
    grace: float = 8,
    stdout: int | t.IO[bytes] = subprocess.PIPE,
    unbuffered: str = "",
) -> Iterator[subprocess.Popen[bytes]]:
    """A process that writes lines: `<size>,<count>`; or waits, where that is `wait`."""
    with subprocess.Popen(
        [sys.executable, "-c", SCRIPT, what, str(grace), str(SLEEP)],
        stdout=stdout,
        stderr=subprocess.PIPE,
        bufsize=0,  # what `readline` leaves is there for `communicate`
        env=os.environ | {"PYTHONUNBUFFERED": unbuffered},
    ) as process:
        try:
            assert process.stderr is not None
            assert process.stderr.readline() == b"ready\n"
            yield process
        finally:
            process.kill()


def wait_for_output(process: subprocess.Popen[bytes]) -> None:
    """Waits until the process has begun to write."""
    assert process.stdout is not None
    readable, _, _ = select.select([process.stdout], [], [], PATIENCE)
    assert readable


@pytest.mark.parametrize(
    ("number", "code", "unbuffered"),
    [(signal.SIGTERM, 143, ""), (signal.SIGTERM, 143, "1"), (signal.SIGINT, 130, "1")],
)
def test_a_signal_lets_the_line_and_the_last_one_be_finished(
    number: signal.Signals, code: int, unbuffered: str
) -> None:
    with writing("3000000,9", unbuffered=unbuffered) as process:
        wait_for_output(process)
        process.send_signal(number)
        time.sleep(0.05)
        process.send_signal(number)
        output, errors = process.communicate(timeout=PATIENCE)
    assert output == b"x" * 3_000_000 + b"\nlast\n"
    assert (process.returncode, errors) == (code, b"")


def test_between_lines_a_signal_ends_at_once() -> None:
    with writing("wait") as process:
        began = time.monotonic()
        process.terminate()
        output, errors = process.communicate(timeout=PATIENCE)
    assert (output, process.returncode, errors) == (b"last\n", 143, b"")
    assert time.monotonic() - began < SLEEP / 2


def test_among_many_lines_no_one_is_cut() -> None:
    with writing("5000,1000000") as process:
        wait_for_output(process)
        process.terminate()
        output, _ = process.communicate(timeout=PATIENCE)
    *lines, last, rest = output.split(b"\n")
    assert (last, rest, process.returncode) == (b"last", b"", 143)
    assert set(lines) == {b"x" * 5000}


def test_a_reader_that_reads_nothing_holds_nobody_up() -> None:
    with writing("3000000,9", grace=0.2) as process:
        wait_for_output(process)
        process.terminate()
        assert process.wait(timeout=PATIENCE) == 143


def test_a_closed_pipe_ends_quietly_and_not_well() -> None:
    with writing("1000,1000000") as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"x" * 1000 + b"\n"
        process.stdout.close()
        assert process.wait(timeout=PATIENCE) == 141
        assert process.stderr is not None
        assert process.stderr.read() == b""


def test_a_full_disk_ends_with_a_line_that_says_so() -> None:
    with open("/dev/full", "wb") as full, writing("1000,1", stdout=full) as process:  # noqa: PTH123
        _, errors = process.communicate(timeout=PATIENCE)
    assert process.returncode == 1
    assert errors == b"stdout: No space left on device\n"


def test_a_file_is_written_whole(tmp_path: Path) -> None:
    with (tmp_path / "out").open("wb") as file, writing("100000,3", stdout=file) as process:
        assert process.wait(timeout=PATIENCE) == 0
    assert (tmp_path / "out").read_bytes() == (b"x" * 100_000 + b"\n") * 3
