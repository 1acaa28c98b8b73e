"""The command `tap-payments` many times over, each in a process, with its imports done once.

A process that has imported the tap forks for each command. What is forked has its own arguments,
environment, output and signals, and ends as the command ends.
"""

from __future__ import annotations

import contextlib
import gc
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import typing as t
from datetime import UTC, datetime, timedelta
from pathlib import Path

from tap_payments.runtime import Runtime
from tap_payments.tap import TapPayments
from tests.support.taps import Finished

if t.TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 300.0
"""Seconds after which a command that does not end is an error."""


class Process:
    """A command that runs; `stdout` is the end of its pipe from which to read."""

    def __init__(self, commands: Commands, pid: int, stdout: t.BinaryIO, stderr: Path) -> None:
        self.pid = pid
        self.stdout = stdout
        self._commands = commands
        self._stderr = stderr
        self._code: int | None = None

    def send(self, signum: int) -> None:
        """Sends a signal."""
        os.kill(self.pid, signum)

    @property
    def stderr(self) -> str:
        """What it has said so far."""
        return self._stderr.read_text()

    def wait(self) -> int:
        """The exit code; minus the signal's number where one ended it."""
        if self._code is None:
            self._code = int(self._commands.ask({"wait": self.pid})["code"])
        return self._code

    def finished(self) -> Finished:
        """Reads it to its end."""
        stdout = self.stdout.read()
        return Finished(self.wait(), stdout, self.stderr)


class Commands:
    """Starts commands; a context manager."""

    def __enter__(self) -> t.Self:
        """Starts the process that forks."""
        self._channel, theirs = socket.socketpair()
        self._channel.settimeout(PATIENCE)
        self._server = subprocess.Popen(
            [sys.executable, "-m", "tests.support.commands", str(theirs.fileno())],
            cwd=ROOT,
            pass_fds=[theirs.fileno()],
            stdin=subprocess.DEVNULL,
        )
        theirs.close()
        return self

    def __exit__(self, *_: object) -> None:
        """Ends it."""
        self._channel.close()
        self._server.wait(PATIENCE)

    def ask(self, message: dict[str, t.Any], files: tuple[int, ...] = ()) -> dict[str, t.Any]:
        """Sends a message to the process that forks; its answer."""
        socket.send_fds(self._channel, [json.dumps(message).encode()], files)
        return t.cast("dict[str, t.Any]", json.loads(self._channel.recv(1000)))

    @contextlib.contextmanager
    def started(
        self, *arguments: str | Path, now: datetime | None = None, **environment: str
    ) -> Iterator[Process]:
        """A command while it runs; it is killed at the end if it still does.

        It starts at the instant `now`, as far as it knows, and at the real one without.
        """
        theirs = os.environ | environment
        offset = (now - datetime.now(UTC)).total_seconds() if now else 0.0
        request: dict[str, t.Any] = {"arguments": [*map(str, arguments)], "offset": offset}
        request["environment"] = dict(theirs)
        with tempfile.NamedTemporaryFile() as stderr:
            read, write = os.pipe()
            try:
                pid = self.ask(request, (write, stderr.fileno()))["pid"]
            finally:
                os.close(write)
            with open(read, "rb") as stdout:  # noqa: PTH123 - a file descriptor
                process = Process(self, pid, stdout, Path(stderr.name))
                try:
                    yield process
                finally:
                    if process._code is None:  # noqa: SLF001 - both are one
                        with contextlib.suppress(ProcessLookupError):
                            os.kill(pid, signal.SIGKILL)
                        process.wait()

    def __call__(
        self, *arguments: str | Path, now: datetime | None = None, **environment: str
    ) -> Finished:
        """Runs a command to its end, from an instant on, with variables in its environment."""
        with self.started(*arguments, now=now, **environment) as process:
            return process.finished()


def serve(channel: socket.socket) -> tuple[list[str], timedelta]:
    """Forks for every request; returns, in what is forked, its arguments and its clock's offset."""
    while True:
        message, files, *_ = socket.recv_fds(channel, 1_000_000, 2)
        if not message:
            sys.exit()
        request = json.loads(message)
        if "wait" in request:
            _, status = os.waitpid(request["wait"], 0)
            channel.send(json.dumps({"code": os.waitstatus_to_exitcode(status)}).encode())
            continue
        pid = os.fork()
        if pid == 0:
            channel.close()
            for given, place in zip(files, (1, 2), strict=True):
                os.dup2(given, place)
            os.environ.clear()
            os.environ.update(request["environment"])
            return request["arguments"], timedelta(seconds=request["offset"])
        for each in files:
            os.close(each)
        channel.send(json.dumps({"pid": pid}).encode())


def tap_at(offset: timedelta) -> type[TapPayments]:
    """The tap, by a clock that is so much ahead of the real one."""

    class Tap(TapPayments):
        def __init__(self, **options: t.Any) -> None:
            clock = Runtime(clock=lambda: datetime.now(UTC) + offset)
            super().__init__(runtime=clock, **options)

    return Tap


if __name__ == "__main__":
    sys.path.remove(str(ROOT))  # the tap does not know these tests
    from tap_payments.command import run as main

    gc.freeze()  # what is imported is not looked through again at the end of each command
    given, ahead = serve(socket.socket(fileno=int(sys.argv[1])))
    sys.argv = ["tap-payments", *given]
    main(tap_at(ahead))
