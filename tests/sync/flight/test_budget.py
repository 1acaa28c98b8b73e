from __future__ import annotations

import threading
import time
import typing as t
from collections import deque

import pytest

from tap_payments.streams.page import Page
from tap_payments.sync.crews import AHEAD
from tap_payments.sync.flight import Flight
from tap_payments.sync.routes import Route
from tests.sync.jobs import PATIENCE, Source, arrivals, course, flight_of, page, read_all, until

if t.TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.sync.jobs import Yielded


def test_jobs_are_not_read_far_ahead_of_a_slow_consumer() -> None:
    source = Source(lambda job: [page(str(job), size=0)])
    arriving = arrivals(flight_of(source, range(100), workers=2))
    next(arriving)
    until(lambda: len(source.ended) == 2 * AHEAD)
    time.sleep(0.02)
    assert len(source.begun) == 2 * AHEAD
    arriving.close()  # type: ignore[attr-defined]  # a generator
    until(source.is_over)


def test_waiting_pages_stay_within_the_budget() -> None:
    source = Source(lambda job: [page(f"{job}.{n}", size=10) for n in range(5)])
    taken = 0
    for _job, _page in arrivals(flight_of(source, range(20), workers=4, budget=100)):
        taken += 1
        time.sleep(0.001)
        assert len(source.put) - taken <= 100 // 10 + 4  # each thread may hold one more
    assert taken == 100


@pytest.mark.parametrize("lanes", [2, 20])
def test_the_budget_is_one_for_all_lanes_and_no_dead_end(lanes: int) -> None:
    source = Source(lambda job: [page(f"{job}.{n}", size=10) for n in range(5)])
    routes = [
        Route(number, 2, deque([course(range(9 * number, 9 * number + 9))]))
        for number in range(lanes)
    ]
    flight = Flight(routes, source.read, crew=lambda _account: 2, budget=100)
    taken = 0
    for _course, _job, item in flight:
        taken += isinstance(item, Page)
        # Besides the budget: one page of each lane whose turn it is, and one in each thread.
        assert len(source.put) - taken <= 100 // 10 + 3 * lanes
    assert taken == 5 * 9 * lanes


def test_a_thread_that_was_held_back_goes_on_as_soon_as_there_is_room() -> None:
    """Also while the job whose turn it is keeps everybody waiting."""
    full, done = threading.Event(), threading.Event()

    def pages(job: int) -> Iterator[Yielded]:
        yield page(str(job), size=10)
        if job == 0:
            full.set()
            assert done.wait(PATIENCE)

    source = Source(pages)
    slow, held_back = source.gate(1), source.gate(2)
    flight = flight_of(source, range(3), workers=3, budget=10)
    consumer = threading.Thread(target=read_all, args=(flight,))
    consumer.start()
    assert full.wait(PATIENCE)
    held_back.set()
    time.sleep(0.02)
    assert 2 not in source.put
    done.set()
    until(lambda: 2 in source.ended)
    slow.set()
    consumer.join(PATIENCE)


def test_a_job_larger_than_the_budget_is_handed_out_while_it_is_read() -> None:
    more = threading.Event()

    def pages(_job: int) -> Iterator[Yielded]:
        yield page("a", size=10)
        yield page("b", size=10)
        assert more.wait(PATIENCE), "nothing was handed out"
        yield page("c", size=10)

    rows: list[str] = []
    for _job, each in arrivals(flight_of(Source(pages), [0], workers=2, budget=15)):
        rows += each.rows
        more.set()
    assert rows == ["a", "b", "c"]


@pytest.mark.parametrize("workers", [1, 4])
def test_a_single_page_larger_than_the_budget_is_no_dead_end(workers: int) -> None:
    source = Source(lambda job: [page(f"{job}", size=1000)])
    flight = flight_of(source, range(8), workers=workers, budget=10)
    assert [job for job, _ in read_all(flight)] == list(range(8))


def test_a_job_is_not_handed_out_before_it_is_complete_where_the_budget_allows_it() -> None:
    reached, go_on = threading.Event(), threading.Event()

    def pages(_job: int) -> Iterator[Yielded]:
        yield page("a")
        reached.set()
        assert go_on.wait(PATIENCE)
        yield page("b")

    got: list[tuple[int, str]] = []
    flight = flight_of(Source(pages), [0], workers=1)
    consumer = threading.Thread(target=lambda: got.extend(read_all(flight)))
    consumer.start()
    assert reached.wait(PATIENCE)
    time.sleep(0.02)
    assert got == []
    go_on.set()
    consumer.join(PATIENCE)
    assert got == [(0, "a"), (0, "b")]
