"""Whatever Python logs or warns of becomes a LOG message, from whichever thread."""

from __future__ import annotations

import contextlib
import json
import logging
import threading
import time
import typing as t
import warnings
from datetime import UTC, datetime

import pytest

from tap_payments.airbyte.logs import LogHandler, told_to
from tap_payments.airbyte.writer import AirbyteWriter
from tests.airbyte.protocol import assert_protocol

NOW = datetime(2026, 1, 31, tzinfo=UTC)
TAP = logging.getLogger("tap-payments.test")


@pytest.fixture
def writer() -> AirbyteWriter:
    return AirbyteWriter(lambda: NOW)


def told(capture: pytest.CaptureFixture[str]) -> list[dict[str, t.Any]]:
    lines = capture.readouterr().out.splitlines()
    assert_protocol(lines)
    return [json.loads(line)["log"] for line in lines]


def test_levels_and_texts(writer: AirbyteWriter, capfd: pytest.CaptureFixture[str]) -> None:
    with told_to(writer):
        TAP.debug("not this")
        TAP.info("one %d", 1)
        TAP.warning('two "lines"\nof text')
        TAP.error("three")
        TAP.critical("four")
        logging.getLogger("somebody.else").info("nor this")
        logging.getLogger("somebody.else").warning("five")
        logging.getLogger("singer_sdk.metrics").info("METRIC: not this either")
    TAP.warning("after it, nothing is told")
    assert told(capfd) == [
        {"level": "INFO", "message": "one 1"},
        {"level": "WARN", "message": 'two "lines"\nof text'},
        {"level": "ERROR", "message": "three"},
        {"level": "FATAL", "message": "four"},
        {"level": "WARN", "message": "five"},
    ]


def test_tracebacks_are_left_out(writer: AirbyteWriter, capfd: pytest.CaptureFixture[str]) -> None:
    with told_to(writer):
        try:
            raise ValueError("canary")
        except ValueError:
            TAP.exception("it failed")
    assert told(capfd) == [{"level": "ERROR", "message": "it failed"}]


def test_what_a_filter_holds_back_is_not_told(
    writer: AirbyteWriter, capfd: pytest.CaptureFixture[str]
) -> None:
    handler = LogHandler(writer)
    handler.addFilter(lambda record: "canary" not in record.getMessage())
    for text in ("canary", "plain"):
        handler.handle(TAP.makeRecord(TAP.name, logging.WARNING, "", 0, text, (), None))
    assert told(capfd) == [{"level": "WARN", "message": "plain"}]


def test_a_badly_formatted_line_is_told_as_it_is(
    writer: AirbyteWriter, capfd: pytest.CaptureFixture[str]
) -> None:
    record = logging.LogRecord("x", logging.WARNING, "", 0, "%s and %s", ("one",), None)
    LogHandler(writer).emit(record)
    assert told(capfd) == [{"level": "WARN", "message": "%s and %s"}]


def test_warnings(writer: AirbyteWriter, capfd: pytest.CaptureFixture[str]) -> None:
    with warnings.catch_warnings(), told_to(writer):
        warnings.simplefilter("always")
        warnings.warn("mind this", DeprecationWarning, stacklevel=1)
    (log,) = told(capfd)
    assert log["level"] == "WARN"
    assert "mind this" in log["message"]


class SlowOutput:
    """A stdout that takes its time over each piece."""

    def __init__(self) -> None:
        self.buffer = self
        self.pieces: list[bytes] = []

    def write(self, piece: memoryview) -> int:
        """Takes it whole."""
        self.pieces.append(bytes(piece))
        time.sleep(0.001)
        return len(piece)

    def flush(self) -> None:
        """Nothing is held back."""


def test_lines_of_many_threads_stay_whole(writer: AirbyteWriter) -> None:
    def talk() -> None:
        for number in range(20):
            TAP.warning("%d", number)

    output = SlowOutput()
    with contextlib.redirect_stdout(t.cast("t.TextIO", output)), told_to(writer):
        threads = [threading.Thread(target=talk) for _ in range(4)]
        for thread in threads:
            thread.start()
        for _ in range(40):
            writer.write_rows("s", b'\n{"a":1}\n{"a":2}\n', NOW)
        for thread in threads:
            thread.join()
    lines = b"".join(output.pieces).decode().splitlines()
    assert_protocol(lines)
    assert len(lines) == 80 + 80 + 1


def test_a_thread_whose_reader_has_gone_does_not_end_the_run() -> None:
    failures: list[BaseException] = []

    class Gone(AirbyteWriter):
        def write(self, *data: bytes | memoryview) -> None:
            raise BrokenPipeError(len(data))

    def talk() -> None:
        try:
            TAP.warning("nobody listens")
        except BaseException as error:  # noqa: BLE001 - that is the question
            failures.append(error)

    with told_to(Gone(lambda: NOW)):
        thread = threading.Thread(target=talk)
        thread.start()
        thread.join()
    assert not failures
