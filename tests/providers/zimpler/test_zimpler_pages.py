"""Zimpler's pages by offset: all rows, each once, whatever the count says and however they move."""

from __future__ import annotations

import typing as t

import pytest
from taps import settings, sync, watermarks
from zimpler_box import PATH, STREAM, asked, box, fill, ids, put

from tap_payments.sandbox import Fault

if t.TYPE_CHECKING:
    from taps import Run

    from tap_payments.sandbox import Sandbox

DAY = "2026-03-10"


def read(sandbox: Sandbox, **own: t.Any) -> Run:
    """One run over one window that holds the day of the rows."""
    own = {"window_days": 30, "page_size": 10, "concurrency": 1, "max_retries": 2} | own
    retries = own.pop("max_retries")
    return sync(
        sandbox,
        settings(sandbox, "zimpler", "2026-03-08", **own)
        | {"end_date": "2026-03-20", "max_retries": retries},
    )


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
        assert watermarks(run.state, STREAM) == {"default": "2026-03-20T00:00:00.000000Z"}


@pytest.mark.parametrize("rows", [3, 4, 5, 8, 9])
def test_pages_that_are_capped_below_the_asked_limit_are_all_read(rows: int) -> None:
    with box() as sandbox:
        sandbox.zimpler.max_limit = 4
        put_in = fill(sandbox, rows)
        run = read(sandbox)
        assert run.rows(STREAM) == put_in
        assert offsets(sandbox) == list(range(0, rows, 4))
        assert {one.query["limit"] for one in sandbox.journal.of("zimpler", PATH)} == {"10"}


def test_a_count_that_is_too_large_ends_at_an_empty_page_with_a_warning() -> None:
    with box() as sandbox:
        put_in = fill(sandbox, 12)
        sandbox.zimpler.max_limit = 4

        def vanish(page: int) -> None:
            """The last rows go once they are read, while the count of that page is sent."""
            if page == 3:
                sandbox.zimpler.count_is_total = None

        sandbox.zimpler.on_page = vanish
        put(sandbox, "x", f"{DAY}T23:00:00Z", at=None)
        run = read(sandbox)
        assert run.failed is None
        assert run.rows(STREAM)[:12] == put_in


def test_a_row_that_is_removed_while_pages_are_read_costs_no_other_row() -> None:
    with box() as sandbox:
        put_in = fill(sandbox, 25)

        def remove(page: int) -> None:
            if page == 1:
                sandbox.zimpler.remove("main", id="0003")

        sandbox.zimpler.on_page = remove
        run = read(sandbox)
        assert run.failed is None
        assert run.rows(STREAM) == [row for row in put_in if row["id"] != "0003"]
        assert offsets(sandbox) == [0, 10, 0, 10, 20]


@pytest.mark.parametrize("page_of_removal", [1, 2])
@pytest.mark.parametrize("victim", ["0000", "0009", "0010", "0019"])
def test_wherever_a_row_is_removed_the_rest_comes_once(victim: str, page_of_removal: int) -> None:
    with box() as sandbox:
        put_in = fill(sandbox, 25)
        hooks = {page_of_removal: victim}
        sandbox.zimpler.on_page = lambda page: (
            sandbox.zimpler.remove("main", id=hooks[page]) and None if page in hooks else None
        )
        run = read(sandbox)
        assert run.rows(STREAM) == [row for row in put_in if row["id"] != victim]


def test_all_rows_may_vanish_while_they_are_read() -> None:
    with box() as sandbox:
        put_in = fill(sandbox, 10)
        sandbox.zimpler.on_page = lambda page: (
            [sandbox.zimpler.remove("main", id=row["id"]) for row in put_in[:9]] and None
            if page == 1
            else None
        )
        run = read(sandbox)
        assert run.failed is None
        assert run.rows(STREAM) == put_in[9:]


def test_a_list_that_shrinks_at_every_page_fails_its_stream_and_keeps_the_watermark() -> None:
    with box() as sandbox:
        put_in = fill(sandbox, 25)
        put(sandbox, "before", "2026-03-08T12:00:00Z")

        def remove(page: int) -> None:
            sandbox.zimpler.remove("main", id=put_in[page]["id"])

        sandbox.zimpler.on_page = remove
        run = read(sandbox, window_days=1)
        assert run.failed is not None
        assert STREAM in run.failed
        assert "2026-03-10T00:00:00Z..2026-03-11T00:00:00Z" in run.failed
        assert "removed" in run.failed
        assert ids(run) == ["before"]
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


def test_a_server_that_ignores_the_offset_is_an_error_and_no_endless_run() -> None:
    with box() as sandbox:
        fill(sandbox, 10)

        def pretend(page: int) -> None:
            """Another ten rows in place of those that were read: the list never ends."""
            for row in sandbox.zimpler.rows("main"):
                sandbox.zimpler.remove("main", **{"id": row["id"], "type": row["type"]})
            fill(sandbox, 10)

        sandbox.zimpler.on_page = pretend
        run = read(sandbox)
        assert len(sandbox.journal) < 20
        assert run.failed is None


@pytest.mark.parametrize("effect", ["truncate", "drop", "html", "empty", "halfjson"])
def test_an_answer_that_breaks_off_is_asked_for_again(effect: str) -> None:
    with box() as sandbox:
        put_in = fill(sandbox, 25)
        sandbox.faults.add(Fault("zimpler", effect, path=PATH, after=1))
        run = read(sandbox)
        assert run.failed is None
        assert run.rows(STREAM) == put_in
        assert offsets(sandbox) == [0, 10, 10, 20]
        assert len(run.waits) == 1


@pytest.mark.parametrize("effect", ["truncate", "drop", "html", "empty", "halfjson"])
def test_an_answer_that_stays_broken_fails_the_stream_and_says_where(effect: str) -> None:
    with box() as sandbox:
        fill(sandbox, 25)
        sandbox.faults.add(Fault("zimpler", effect, path=PATH, after=1, times=None))
        run = read(sandbox)
        assert run.failed is not None
        for word in (STREAM, "'default'", "GET", PATH, "2026-03-08", "2 retries"):
            assert word in run.failed
        assert ids(run) == []
        assert run.states == []
        assert offsets(sandbox) == [0, 10, 10, 10]


@pytest.mark.parametrize(
    "body", ["[]", "{}", '{"transactions":{}}', '{"transactions":null}', "null", '"text"', "1"]
)
def test_a_document_of_another_shape_is_no_empty_window(body: str) -> None:
    with box() as sandbox:
        sandbox.zimpler._transactions = lambda *_: body  # type: ignore[method-assign]
        run = read(sandbox)
        assert run.failed
