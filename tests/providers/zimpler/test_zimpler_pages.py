"""Zimpler's pages by offset: all rows, each once, whatever the count says and however they move."""

from __future__ import annotations

import typing as t

import pytest
from clock import Clock
from server import Answer
from taps import settings, sync, watermarks
from zimpler_box import PATH, STREAM, asked, box, fill, ids, put, served_by

from tap_payments.sandbox import Fault

if t.TYPE_CHECKING:
    from collections.abc import Callable

    from server import Request, Server
    from taps import Row, Run

    from tap_payments.sandbox import Sandbox

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


def listing(rows: list[Row], page: Callable[[Request, list[Row]], t.Any]) -> Callable[..., Answer]:
    """A handler that serves rows by offset, in the envelope that `page` makes."""

    def answer(request: Request) -> Answer:
        if request.path != PATH:
            return Answer({})
        offset, limit = int(request.query["offset"]), int(request.query["limit"])
        return Answer(page(request, rows[offset : offset + limit]))

    return answer


def example(number: int) -> Row:
    return {"id": str(number), "type": "deposit", "approved_at": f"{DAY}T00:{number:02}:00Z"}


ROWS = [example(number) for number in range(25)]


@pytest.mark.parametrize("claimed", [0, 1, 5, 10, 12, 24, 25])
def test_a_constant_count_that_is_too_small_costs_no_row(server: Server, claimed: int) -> None:
    server.handler = listing(ROWS, lambda _request, rows: {"count": claimed, "transactions": rows})
    run = sync(Clock(), served_by(server.url, DAY, **PER_PAGE))
    assert run.failed is None
    assert run.rows(STREAM)[:25] == ROWS


@pytest.mark.parametrize("rows", [0, 5, 10, 15, 20])
@pytest.mark.parametrize("surplus", [1, 1000])
def test_a_count_that_is_too_large_ends_with_an_empty_page_and_a_warning(
    server: Server, rows: int, surplus: int
) -> None:
    server.handler = listing(
        ROWS[:rows], lambda _request, page: {"count": rows + surplus, "transactions": page}
    )
    config = served_by(server.url, DAY, **PER_PAGE) | {"end_date": "2026-03-11"}
    run = sync(Clock(), config)
    assert run.failed is None
    assert run.rows(STREAM) == ROWS[:rows]
    assert len(run.logged("WARNING", f"counts {rows + surplus}", f"end after {rows}")) == 1
    assert watermarks(run.state, STREAM) == {"default": "2026-03-11T00:00:00.000000Z"}


@pytest.mark.parametrize("count", [None, "25", 25.0, -1, True, {}, "many"])
def test_a_count_that_is_no_number_counts_for_nothing(server: Server, count: t.Any) -> None:
    server.handler = listing(ROWS, lambda _request, rows: {"count": count, "transactions": rows})
    config = served_by(server.url, DAY, **PER_PAGE) | {"end_date": "2026-03-11"}
    run = sync(Clock(), config)
    assert run.failed is None
    assert run.rows(STREAM) == ROWS


@pytest.mark.parametrize("envelope", [{}, {"count": 25}, {"count": 10}, {"request_id": 0}])
def test_a_server_that_ignores_the_offset_is_an_error_and_no_endless_run(
    server: Server, envelope: Row
) -> None:
    def same_again(request: Request) -> Answer:
        if len(server.requests) > 50:
            return Answer(status=500)
        if "request_id" in envelope:
            envelope["request_id"] = len(server.requests)
        return Answer({**envelope, "transactions": ROWS[:10]} if request.path == PATH else {})

    server.handler = same_again
    config = served_by(server.url, DAY, **PER_PAGE) | {"end_date": "2026-03-11"}
    run = sync(Clock(), config)
    assert run.failed is not None
    for word in (STREAM, "'default'", "2026-03-10", "same page"):
        assert word in run.failed
    assert run.states == []
    assert len(server.requests) < 15


@pytest.mark.parametrize(
    "body",
    [
        *("[]", "{}", "null", '"text"', "1", "", "[" * 100_000),
        *('{"transactions":{}}', '{"transactions":null}', '{"transactions":[1]}'),
        *('{"transactions":[null]}', '{"transactions":[[]]}', '{"transactions":[{}]}'),
        '{"transactions":[{"id":"1","type":"deposit"}',
        '{"transactions":[{"id":"1","type":"deposit","amount":NaN}]}',
        b'{"transactions":[{"id":"1","type":"deposit","ref":"\xff"}]}',
    ],
)
def test_a_document_of_another_shape_is_never_taken_for_no_rows(
    server: Server, body: str | bytes
) -> None:
    server.handler = lambda request: Answer(body if request.path == PATH else {})
    config = served_by(server.url, DAY, **PER_PAGE) | {"end_date": "2026-03-11"}
    run = sync(Clock(), config | {"max_retries": 1})
    assert run.failed is not None
    for word in (STREAM, "'default'", "2026-03-10"):
        assert word in run.failed
    assert "please report" not in run.failed
    assert run.records(STREAM) == run.states == []
