"""Bars on a terminal take the log lines of stderr, and no others."""

from __future__ import annotations

import contextlib
import io
import logging
import sys
import typing as t

import pytest

from tap_payments.sync.bars import BarProgress

if t.TYPE_CHECKING:
    from pathlib import Path


def record(text: str) -> logging.LogRecord:
    return logging.LogRecord("tap", logging.INFO, __file__, 1, text, None, None)


@pytest.mark.parametrize("other", [logging.NullHandler(), logging.StreamHandler(io.StringIO())])
def test_a_handler_that_does_not_write_to_stderr_stays_as_it_is(other: logging.Handler) -> None:
    before = vars(other).copy()
    BarProgress(logging.getLogger("bars"), [other])
    assert vars(other) == before


def test_a_files_lines_stay_in_the_file(tmp_path: Path) -> None:
    file = tmp_path / "tap.log"
    handler = logging.FileHandler(file)
    BarProgress(logging.getLogger("bars"), [handler])
    handler.emit(record("a line"))
    handler.close()
    assert file.read_text() == "a line\n"


def test_lines_for_stderr_appear_above_the_bars() -> None:
    terminal = io.StringIO()
    with contextlib.redirect_stderr(terminal):
        handler = logging.StreamHandler(sys.stderr)
        BarProgress(logging.getLogger("bars"), [handler])
        assert handler.stream is not terminal
        handler.emit(record("a line"))
    assert terminal.getvalue() == "a line\n"
