"""Zimpler's pages by offset: all rows, each once, whatever the count says and however they move."""

from __future__ import annotations

import typing as t

import pytest

from tap_payments.sandbox import Fault
from tests.providers.zimpler.box import PATH, STREAM, asked, box, fill, ids, put
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


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        (0, [0]),
        (1, [0]),
        (9, [0]),
        (10, [0, 10]),
        (11, [0, 10]),
        (20, [0, 10, 20]),
        (25, [0, 10, 20]),
    ],
)
@pytest.mark.parametrize("total", [True, False, None])
def test_every_row_comes_once_with_every_reading_of_count(
    rows: int, expected: list[int], total: bool | None
) -> None:
    with box() as sandbox:
        sandbox.zimpler.count_is_total = total
        put_in = fill(sandbox, rows)
        run = read(sandbox)
        assert run.failed is None
        assert run.rows(STREAM) == put_in
        assert offsets(sandbox) == expected
        assert not run.logged("WARNING")
        assert watermarks(run.state, STREAM) == {"default": END}


@pytest.mark.parametrize("rows", [3, 4, 5, 8, 9])
def test_pages_that_are_capped_below_the_asked_limit_are_all_read(rows: int) -> None:
    with box() as sandbox:
        sandbox.zimpler.max_limit = 4
        put_in = fill(sandbox, rows)
        run = read(sandbox)
        assert run.rows(STREAM) == put_in
        assert offsets(sandbox) == list(range(0, rows, 4))
        assert {one.query["limit"] for one in sandbox.journal.of("zimpler", PATH)} == {"10"}


def removing(sandbox: Sandbox, **victims: str) -> None:
    """Takes a row away after a page: `after_1="0003"`."""

    def remove(page: int) -> None:
        if name := victims.get(f"after_{page}"):
            sandbox.zimpler.remove("main", id=name)

    sandbox.zimpler.on_page = remove


@pytest.mark.parametrize("victim", ["0000", "0009", "0010", "0024"])
@pytest.mark.parametrize("page", [1, 2])
def test_a_row_that_is_removed_while_pages_are_read_costs_no_other_row(
    victim: str, page: int
) -> None:
    with box() as sandbox:
        put_in = fill(sandbox, 25)
        removing(sandbox, **{f"after_{page}": victim})
        run = read(sandbox)
        assert run.failed is None
        assert run.rows(STREAM) == [row for row in put_in if row["id"] != victim]
        assert offsets(sandbox) == [*range(0, 10 * page + 1, 10), 0, 10, 20]


def test_rows_may_be_removed_again_while_the_window_is_read_again() -> None:
    with box() as sandbox:
        put_in = fill(sandbox, 25)
        removing(sandbox, after_1="0001", after_3="0002", after_5="0003")
        run = read(sandbox)
        assert run.failed is None
        assert run.rows(STREAM) == [put_in[0], *put_in[4:]]


@pytest.mark.parametrize("kept", [0, 1, 9])
def test_most_rows_may_vanish_while_they_are_read(kept: int) -> None:
    with box() as sandbox:
        put_in = fill(sandbox, 20)

        def remove(page: int) -> None:
            if page == 1:
                for row in put_in[kept:]:
                    sandbox.zimpler.remove("main", id=row["id"])

        sandbox.zimpler.on_page = remove
        run = read(sandbox)
        assert run.failed is None
        assert run.rows(STREAM) == (put_in[:kept] or put_in[:10])
        assert watermarks(run.state, STREAM) == {"default": END}


def test_a_list_that_shrinks_in_every_reading_fails_its_stream_and_keeps_the_watermark() -> None:
    with box() as sandbox:
        put_in = fill(sandbox, 25)
        put(sandbox, "before", "2026-03-08T12:00:00Z")
        sandbox.zimpler.on_page = lambda page: removing(
            sandbox, **{f"after_{page + 1}": put_in[page]["id"]}
        )
        removals = iter(put_in)

        def remove(_page: int) -> None:
            sandbox.zimpler.remove("main", id=next(removals)["id"])

        sandbox.zimpler.on_page = remove
        run = read(sandbox, window_days=1)
        assert run.failed is not None
        for word in (STREAM, "'default'", "2026-03-10T00:00:00Z..2026-03-11", "removed"):
            assert word in run.failed
        assert watermarks(run.state, STREAM) == {"default": "2026-03-10T00:00:00.000000Z"}


def test_a_row_that_is_added_while_pages_are_read_costs_no_other_row() -> None:
    with box() as sandbox:
        put_in = fill(sandbox, 25)

        def add(page: int) -> None:
            if page == 1:
                put(sandbox, "new", f"{DAY}T00:00:30Z")

        sandbox.zimpler.on_page = add
        run = read(sandbox)
        assert run.failed is None
        assert {row["id"] for row in put_in} <= set(ids(run))


@pytest.mark.parametrize("effect", ["truncate", "drop", "html", "empty", "halfjson", "503"])
def test_an_answer_that_breaks_off_is_asked_for_again(effect: str) -> None:
    with box() as sandbox:
        put_in = fill(sandbox, 25)
        sandbox.faults.add(Fault("zimpler", effect, path=PATH, after=1))
        run = read(sandbox)
        assert run.failed is None
        assert run.rows(STREAM) == put_in
        assert offsets(sandbox) == [0, 10, 10, 20]
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
        assert offsets(sandbox) == [0, 10, 10, 10]
