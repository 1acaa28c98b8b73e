from __future__ import annotations

import signal
import typing as t
from datetime import timedelta

import pytest

from tap_payments.output.stopping import Terminated
from tap_payments.streams.page import Noted
from tap_payments.sync.commits import Commits
from tests.support.clock import NOW
from tests.support.taps import state_of, watermarks
from tests.sync.box import STREAM, box, settings

if t.TYPE_CHECKING:
    from tap_payments.sync.courses import PartitionCourse
    from tests.sync.box import Box

DAY = timedelta(days=1)


def course_of(made: Box, stream: str = STREAM) -> PartitionCourse:
    [route] = made.routes(stream)
    return t.cast("PartitionCourse", route.courses[0])


def commits(made: Box) -> Commits:
    return Commits(made.run, made.tap.writer.shield)


def marks(made: Box) -> dict[t.Any, str]:
    return watermarks(made.run.watermarks.state, STREAM)


def test_a_watermark_moves_forward_and_never_back() -> None:
    with box(settings()) as made:
        said: list[dict[t.Any, str]] = []
        for until in (NOW - DAY, NOW, NOW - 2 * DAY):
            commits(made).commit(course_of(made), until, lambda: said.append(marks(made)))
        assert said == [
            {"default": "2026-03-19T12:00:00.000000Z"},
            {"default": "2026-03-20T12:00:00.000000Z"},
            {"default": "2026-03-20T12:00:00.000000Z"},
        ]


def test_a_stream_without_a_watermark_and_an_audit_commit_nothing() -> None:
    def never() -> None:
        raise AssertionError

    with box(settings()) as made:
        commits(made).commit(course_of(made, "spacivox_teams"), NOW, never)
    audit = settings() | {"audit_month": "2026-02"}
    del audit["start_date"], audit["end_date"]
    with box(audit) as made:
        commits(made).commit(course_of(made), NOW, never)
        assert marks(made) == {}


def test_a_signal_waits_until_watermark_and_state_agree() -> None:
    with box(settings()) as made:
        written: list[t.Any] = []

        def interrupted() -> None:
            made.tap.writer.shield.on_signal(signal.SIGTERM, None)
            written.append(marks(made))

        with pytest.raises(Terminated):
            commits(made).commit(course_of(made), NOW, interrupted)
        assert written == [{"default": "2026-03-20T12:00:00.000000Z"}]


def test_what_is_noted_is_written_when_it_is_new() -> None:
    state = state_of(STREAM, "2026-03-19T00:00:00.000000Z")
    with box(settings(), state) as made:
        partition = course_of(made).partition
        states: list[int] = []
        for value in ({}, {"J1": "x"}, {"J1": "x"}, {}):
            commits(made).note(Noted(partition, "report_jobs", value), lambda: states.append(1))
        assert len(states) == 2
        assert marks(made) == {"default": "2026-03-19T00:00:00.000000Z"}
