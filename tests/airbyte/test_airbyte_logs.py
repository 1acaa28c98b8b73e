"""Whatever Python logs or warns of becomes a LOG message, from whichever thread."""

from __future__ import annotations

import json
import logging
import sys
import threading
import typing as t
import warnings
from datetime import UTC, datetime

import pytest
from airbyte_runs import assert_protocol

from tap_payments.airbyte.logs import LogHandler, told_to
from tap_payments.airbyte.writer import AirbyteWriter
from tap_payments.core.redaction import redacting

if t.TYPE_CHECKING:
    from collections.abc import Iterator

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


def test_what_must_not_be_seen_is_not(
    writer: AirbyteWriter, capfd: pytest.CaptureFixture[str]
) -> None:
    with told_to(writer), redacting(["canary"]):
        TAP.warning("the key is %s", "canary")
    assert "canary" not in told(capfd)[0]["message"]


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


@pytest.fixture
def hasty() -> Iterator[None]:
    """Threads that take turns as often as they can."""
    usual = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(usual)


@pytest.mark.usefixtures("hasty")
def test_lines_of_many_threads_stay_whole(
    writer: AirbyteWriter, capfd: pytest.CaptureFixture[str]
) -> None:
    def talk() -> None:
        for _ in range(100):
            TAP.warning("x" * 5000)

    with told_to(writer):
        threads = [threading.Thread(target=talk) for _ in range(4)]
        for thread in threads:
            thread.start()
        for _ in range(200):
            writer.write_rows("s", b'{"a":"' + b"y" * 20_000 + b'"}\n', NOW)
        for thread in threads:
            thread.join()
    lines = capfd.readouterr().out.splitlines()
    assert_protocol(lines)
    assert len(lines) == 400 + 200 + 1


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
