"""Zimpler's answers from a server that miscounts, repeats itself, or sends something else."""

from __future__ import annotations

import typing as t

import pytest

from tests.providers.zimpler.box import PATH, STREAM, served_by
from tests.support.clock import Clock
from tests.support.server import Answer
from tests.support.taps import sync, watermarks

if t.TYPE_CHECKING:
    from collections.abc import Callable

    from tests.support.server import Request, Server
    from tests.support.taps import Row

DAY = "2026-03-10"
PER_PAGE = {"window_days": 30, "page_size": 10, "concurrency": 1}


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
def test_a_count_that_no_reading_reaches_is_a_warning(
    server: Server, rows: int, surplus: int
) -> None:
    server.handler = listing(
        ROWS[:rows], lambda _request, page: {"count": rows + surplus, "transactions": page}
    )
    config = served_by(server.url, DAY, **PER_PAGE) | {"end_date": "2026-03-11"}
    run = sync(Clock(), config)
    assert run.failed is None
    assert run.rows(STREAM) == ROWS[:rows]
    assert len(run.logged("WARNING", f"counts {rows + surplus}", f"same {rows} different")) == 1
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
    for word in (STREAM, "'default'", "2026-03-10", "3 readings"):
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
