from __future__ import annotations

import contextlib
import typing as t
from datetime import timedelta

import pytest

from tap_payments.errors import StreamFailed
from tap_payments.http.calls import Statistics
from tap_payments.streams.page import Closed, Page
from tap_payments.streams.sync_windows import SyncWindows
from tap_payments.sync.delivery import Delivery
from tap_payments.sync.routes import Begun, Over
from tap_payments.windows.window import Window
from tests.support.clock import NOW
from tests.support.taps import state_of, watermarks
from tests.sync.box import STREAM, box, settings

if t.TYPE_CHECKING:
    from collections.abc import Iterator

    from tap_payments.sync.courses import PartitionCourse
    from tests.support.taps import Row
    from tests.sync.box import Box


class Line:
    """One partition on its way out: what a flight would hand out of it."""

    def __init__(self, made: Box) -> None:
        self.made = made
        windows = [each for each in made.tap.streams.values() if isinstance(each, SyncWindows)]
        self.delivery = Delivery(
            made.run,
            made.tap.writer,
            made.tap.events,
            write_state=made.tap.write_state,
            sync_windows=windows[0] if windows else None,
        )
        [route] = made.routes(STREAM)
        self.course: PartitionCourse = route.courses[0]
        self.windows: list[Window] = list(self.course.jobs)

    def arrive(self, item: t.Any, window: Window | None = None) -> None:
        """Something comes."""
        self.delivery.arrive(self.course, window, item)

    def page(self, window: Window, *rows: str) -> None:
        """Rows of a window, each an id and the time after midnight of the window's day."""
        texts = [
            f'{{"id":"{each.split()[0]}","timestamp":"{window.since:%Y-%m-}{each.split()[1]}:00Z"}}'
            for each in rows
        ]
        body = f"[{','.join(texts)}]".encode()
        self.arrive(Page(self.course.codec.decode(body)), window)

    def close(self, window: Window) -> None:
        """All of a window came."""
        self.arrive(Closed(window, Statistics(), NOW), window)

    def ids(self) -> list[str]:
        """The rows that are out."""
        return [each["record"]["id"] for each in self.made.written() if each["type"] == "RECORD"]

    def marks(self) -> list[dict[t.Any, str]]:
        """The watermarks of each STATE."""
        states = [each["value"] for each in self.made.written() if each["type"] == "STATE"]
        return [watermarks(state, STREAM) for state in states]


@contextlib.contextmanager
def line(state: Row | None = None, **more: t.Any) -> Iterator[Line]:
    with box(settings() | more, state) as made:
        begun = Line(made)
        begun.arrive(Begun())
        yield begun


def test_a_schema_comes_first_and_a_state_after_the_last_row_of_its_window() -> None:
    with line() as out:
        first, second = out.windows
        out.page(first, "a 18T01:00", "b 18T02:00")
        out.page(first, "c 18T03:00")
        assert out.marks() == [], "a window that is not whole moves no watermark"
        out.close(first)
        out.page(second, "d 19T01:00")
        out.close(second)
        out.arrive(Over())
        assert out.made.kinds() == [
            *("SCHEMA", "RECORD", "RECORD", "RECORD", "STATE", "RECORD", "STATE")
        ]
        assert out.marks() == [
            {"default": "2026-03-19T00:00:00.000000Z"},
            {"default": "2026-03-20T00:00:00.000000Z"},
        ]


def test_a_window_without_rows_moves_the_watermark_too() -> None:
    with line() as out:
        out.page(out.windows[0])
        out.close(out.windows[0])
        assert (out.ids(), len(out.marks())) == ([], 1)


def test_a_window_that_stays_open_commits_nothing() -> None:
    with line() as out:
        first = out.windows[0]._replace(closed=False)
        out.page(first, "a 18T01:00")
        out.close(first)
        assert (out.ids(), out.marks()) == (["a"], [])


def test_a_row_that_two_neighbours_return_goes_out_once() -> None:
    with line() as out:
        first, second = out.windows
        out.page(first, "a 18T23:00", "b 19T00:00")
        out.close(first)
        out.page(second, "b 19T00:00", "c 19T00:00")
        assert out.ids() == ["a", "b", "c"]


def test_a_row_that_cannot_be_written_is_an_error_that_names_its_window() -> None:
    with line() as out:
        body = b'[{"timestamp":"2026-03-18T01:00:00Z"}]'
        with pytest.raises(StreamFailed, match=r"window 2026-03-18T00:00:00Z.*id"):
            out.arrive(Page(out.course.codec.decode(body)), out.windows[0])
        assert out.marks() == []


def test_what_could_not_be_planned_is_told_when_its_turn_comes() -> None:
    with box(settings(), state_of(STREAM, "yesterday")) as made:
        out = Line(made)
        with pytest.raises(StreamFailed, match="is not an instant"):
            out.arrive(Begun())
        assert made.kinds() == ["SCHEMA"]


def test_each_window_that_closes_is_a_row_of_sync_windows_before_its_state() -> None:
    with line(sync_windows=True) as out:
        for window in out.windows:
            out.page(window, f"a{window.since.day} {window.since.day}T01:00")
            out.close(window)
        rows = [
            each["record"]
            for each in out.made.written()
            if (each["type"], each.get("stream")) == ("RECORD", "sync_windows")
        ]
        assert [(row["pages"], row["records"]) for row in rows] == [(1, 1), (1, 1)]
        assert [row["window_until"][:10] for row in rows] == ["2026-03-19", "2026-03-20"]
        kinds = out.made.kinds()
        assert kinds[-2:] == ["RECORD", "STATE"]


def test_sync_windows_is_declared_although_no_window_closed() -> None:
    with line(sync_windows=True) as out:
        out.delivery.finish()
        schemas = [each["stream"] for each in out.made.written() if each["type"] == "SCHEMA"]
        assert schemas == [STREAM, "sync_windows"]


def test_a_window_that_is_older_than_the_watermark_moves_nothing_back() -> None:
    state = state_of(STREAM, "2026-03-20T00:00:00.000000Z")
    with line(state) as out:
        old = Window(NOW - timedelta(days=9), NOW - timedelta(days=8))
        out.page(old, "a 11T13:00")
        out.close(old)
        assert out.ids() == ["a"]
        assert {mark["default"] for mark in out.marks()} <= {"2026-03-20T00:00:00.000000Z"}
