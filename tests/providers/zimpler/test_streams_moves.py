"""Zimpler's transactions that go, come or change places while their pages are read."""

from __future__ import annotations

import typing as t

import pytest

from tests.providers.zimpler.box import PATH, STREAM, asked, box, fill, ids, put, served_by
from tests.support.clock import Clock as Standing
from tests.support.server import Answer
from tests.support.taps import settings, sync, watermarks

if t.TYPE_CHECKING:
    from tap_payments.sandbox import Sandbox
    from tests.support.server import Request, Server
    from tests.support.taps import Row, Run

DAY = "2026-03-10"
END = "2026-03-20T00:00:00.000000Z"
PER_PAGE = {"window_days": 30, "page_size": 10, "concurrency": 1}


def read(sandbox: Sandbox, retries: int = 2, **own: t.Any) -> Run:
    """One run over one window that holds the day of the rows."""
    config = settings(sandbox, "zimpler", "2026-03-08", **PER_PAGE | own)
    return sync(sandbox, config | {"end_date": "2026-03-20", "max_retries": retries})


def offsets(sandbox: Sandbox) -> list[int]:
    return [offset for _, _, offset in asked(sandbox)]


def removing(sandbox: Sandbox, **victims: str) -> None:
    """Takes a row away after a page: `after_1="0003"`."""

    def remove(page: int) -> None:
        if name := victims.get(f"after_{page}"):
            sandbox.zimpler.remove("main", id=name)

    sandbox.zimpler.on_page = remove


@pytest.mark.parametrize(
    ("page", "victim", "again"),
    [
        (1, "0000", [0, 9, 0, 9, 18]),
        (1, "0009", [0, 9, 0, 9, 18]),
        (1, "0010", [0, 9, 18]),
        (1, "0024", [0, 9, 18]),
        (2, "0000", [0, 9, 18, 0, 9, 18]),
        (2, "0010", [0, 9, 18, 0, 9, 18]),
        (2, "0024", [0, 9, 18]),
    ],
)
@pytest.mark.parametrize("count", ["total", "page", None])
def test_a_row_that_is_removed_while_pages_are_read_costs_no_other_row(
    page: int, victim: str, again: list[int], count: str | None
) -> None:
    with box() as sandbox:
        sandbox.zimpler.count = count
        put_in = fill(sandbox, 25)
        removing(sandbox, **{f"after_{page}": victim})
        run = read(sandbox)
        assert run.failed is None
        assert run.rows(STREAM) == [row for row in put_in if row["id"] != victim]
        assert offsets(sandbox)[: len(again)] == again


@pytest.mark.parametrize("count", ["total", "page", None])
@pytest.mark.parametrize("page", [1, 2])
def test_a_row_that_goes_while_another_comes_costs_no_third(page: int, count: str | None) -> None:
    with box() as sandbox:
        sandbox.zimpler.count = count
        put_in = fill(sandbox, 25)

        def change(served: int) -> None:
            if served == page:
                sandbox.zimpler.remove("main", id="0003")
                put_in[3] = put(sandbox, "new", f"{DAY}T23:00:00Z")

        sandbox.zimpler.on_page = change
        run = read(sandbox)
        assert run.failed is None
        assert {row["id"] for row in put_in} == set(ids(run))


@pytest.mark.parametrize("total", [True, False, None])
@pytest.mark.parametrize("page", [1, 2])
def test_rows_of_one_instant_that_change_places_are_all_delivered(
    server: Server, page: int, total: bool | None
) -> None:
    rows = [{"id": str(n), "type": "deposit", "approved_at": f"{DAY}T00:00:00Z"} for n in range(25)]

    offsets: list[int] = []

    def answer(request: Request) -> Answer:
        if request.path != PATH:
            return Answer({})
        if len(offsets) == page:
            seam = 9 * page
            rows[seam - 1], rows[seam + 1] = rows[seam + 1], rows[seam - 1]
        offsets.append(int(request.query["offset"]))
        listed = rows[offsets[-1] : offsets[-1] + 10]
        count = {True: {"count": 25}, False: {"count": len(listed)}, None: {}}[total]
        return Answer({**count, "transactions": listed})

    server.handler = answer
    run = sync(Standing(), served_by(server.url, DAY, **PER_PAGE) | {"end_date": "2026-03-11"})
    assert run.failed is None
    assert offsets.count(0) == 2
    assert {row["id"] for row in run.rows(STREAM)} == {row["id"] for row in rows}


def test_rows_may_be_removed_again_while_the_window_is_read_again() -> None:
    with box() as sandbox:
        put_in = fill(sandbox, 25)
        removing(sandbox, after_1="0001", after_3="0002", after_5="0003")
        run = read(sandbox)
        assert run.failed is None
        assert run.rows(STREAM) == [put_in[0], *put_in[4:]]
        # Three readings of the window, and then its days.
        assert asked(sandbox)[6:9] == [
            ("2026-03-08", "2026-03-08", 0),
            ("2026-03-09", "2026-03-09", 0),
            ("2026-03-10", "2026-03-10", 0),
        ]


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
        assert run.rows(STREAM) == put_in[:kept]
        assert watermarks(run.state, STREAM) == {"default": END}


@pytest.mark.parametrize("own", [{"window_days": 1}, {"window_days": 30}])
def test_a_day_that_moves_in_every_reading_fails_and_keeps_the_watermark(own: Row) -> None:
    with box() as sandbox:
        put(sandbox, "before", "2026-03-08T12:00:00Z")
        removals = iter(fill(sandbox, 25))

        def remove(_page: int) -> None:
            sandbox.zimpler.remove("main", id=next(removals)["id"])

        sandbox.zimpler.on_page = remove
        run = read(sandbox, **own)
        assert run.failed is not None
        for word in (STREAM, "'default'", "2026-03-10", "removed", "in each of 3 readings"):
            assert word in run.failed
        kept = {"default": "2026-03-10T00:00:00.000000Z"} if own["window_days"] == 1 else {}
        assert watermarks(run.state if run.states else {}, STREAM) == kept


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
