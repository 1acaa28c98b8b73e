"""Zimpler's pages by offset: all rows, each once, whatever the count says and however they move."""

from __future__ import annotations

import typing as t

import pytest

from tap_payments.sandbox import Fault
from tests.providers.zimpler.box import PATH, STREAM, asked, box, fill
from tests.support.taps import settings, sync, watermarks

if t.TYPE_CHECKING:
    from tap_payments.sandbox import Sandbox
    from tests.support.taps import Run

DAY = "2026-03-10"
END = "2026-03-20T00:00:00.000000Z"
PER_PAGE = {"window_days": 30, "page_size": 10, "concurrency": 1}


def read(sandbox: Sandbox, retries: int = 2, **own: t.Any) -> Run:
    """One run over one window that holds the day of the rows."""
    config = settings(sandbox, "zimpler", "2026-03-08", **PER_PAGE | own)
    return sync(sandbox, config | {"end_date": "2026-03-20", "max_retries": retries})


def offsets(sandbox: Sandbox) -> list[int]:
    return [offset for _, _, offset in asked(sandbox)]


@pytest.mark.parametrize("count", ["total", "page", None])
@pytest.mark.parametrize(
    ("rows", "with_total", "without"),
    [
        (0, [0], [0]),
        (1, [0, 0, 1], [0, 0, 1]),
        (9, [0, 8], [0, 8, 9]),
        (10, [0, 9], [0, 9, 10]),
        (11, [0, 9], [0, 9, 10, 11]),
        (20, [0, 9, 18], [0, 9, 18, 19, 20]),
        (25, [0, 9, 18], [0, 9, 18, 24, 25]),
    ],
)
def test_every_row_comes_once_with_every_reading_of_count(
    rows: int, with_total: list[int], without: list[int], count: str | None
) -> None:
    with box() as sandbox:
        sandbox.zimpler.count = count
        put_in = fill(sandbox, rows)
        run = read(sandbox)
        assert run.failed is None
        assert run.rows(STREAM) == put_in
        assert offsets(sandbox) == (with_total if count == "total" else without)
        assert not run.logged("WARNING")
        assert watermarks(run.state, STREAM) == {"default": END}


def test_windows_cost_a_request_each_once_the_count_is_known_as_the_total() -> None:
    with box() as sandbox:
        put_in = fill(sandbox, 25, "2026-03-08")
        for day in ("09", "12", "17"):
            put_in += fill(sandbox, 5, f"2026-03-{day}")
        run = read(sandbox, window_days=1)
        assert run.rows(STREAM) == put_in
        assert offsets(sandbox) == [0, 9, 18] + [0] * 11


@pytest.mark.parametrize("count", ["total", "page", None])
@pytest.mark.parametrize("rows", [3, 4, 5, 8, 9])
def test_pages_that_are_capped_below_the_asked_limit_are_all_read(
    rows: int, count: str | None
) -> None:
    with box() as sandbox:
        sandbox.zimpler.page_cap = 4
        sandbox.zimpler.count = count
        put_in = fill(sandbox, rows)
        run = read(sandbox)
        assert run.failed is None
        assert run.rows(STREAM) == put_in
        assert {one.query["limit"] for one in sandbox.journal.of("zimpler", PATH)} == {"10"}


@pytest.mark.parametrize("effect", ["truncate", "drop", "html", "empty", "halfjson", "503"])
def test_an_answer_that_breaks_off_is_asked_for_again(effect: str) -> None:
    with box() as sandbox:
        put_in = fill(sandbox, 25)
        sandbox.faults.add(Fault("zimpler", effect, path=PATH, after=1))
        run = read(sandbox)
        assert run.failed is None
        assert run.rows(STREAM) == put_in
        assert offsets(sandbox) == [0, 9, 9, 18]
        assert len(run.waits) == 1


@pytest.mark.parametrize("effect", ["truncate", "drop", "html", "empty", "halfjson", "503"])
def test_an_answer_that_stays_broken_fails_the_stream_and_says_where(effect: str) -> None:
    with box() as sandbox:
        fill(sandbox, 25)
        sandbox.faults.add(Fault("zimpler", effect, path=PATH, after=1, times=None))
        run = read(sandbox)
        assert run.failed is not None
        for word in (STREAM, "'default'", "GET", PATH, "2026-03-08", "2 retries"):
            assert word in run.failed
        assert run.states == []
        assert offsets(sandbox) == [0, 9, 9, 9]
