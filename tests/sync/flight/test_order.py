from __future__ import annotations

import random
import threading
import time
import typing as t
from collections import deque

import pytest

from tap_payments.errors import StreamFailed
from tap_payments.streams.page import Again, Page
from tap_payments.sync.flight import Flight
from tap_payments.sync.routes import Begun, Course, Failed, Over, Route
from tests.sync.jobs import PATIENCE, Source, arrivals, course, flight_of, page, read_all, until

if t.TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.sync.jobs import Yielded


@pytest.mark.parametrize("workers", [1, 2, 4, 8, 16])
@pytest.mark.parametrize("budget", [0, 5, 10**6])
def test_every_page_comes_once_in_the_order_of_the_jobs(workers: int, budget: int) -> None:
    chance = random.Random(workers)
    counts = [chance.randrange(5) for _ in range(60)]
    source = Source(lambda job: [page(f"{job}.{n}", size=3) for n in range(counts[job])])
    flight = flight_of(source, range(60), workers=workers, budget=budget)
    assert read_all(flight) == [
        (job, f"{job}.{n}") for job, count in enumerate(counts) for n in range(count)
    ]
    assert source.most_at_once <= workers
    until(source.is_over)


def test_jobs_that_end_in_any_order_are_handed_out_in_theirs() -> None:
    source = Source(lambda job: [page(str(job))])
    gates = [source.gate(job) for job in range(4)]
    got: list[tuple[int, str]] = []
    flight = flight_of(source, range(4), workers=4)
    consumer = threading.Thread(target=lambda: got.extend(read_all(flight)))
    consumer.start()
    for job in (3, 1, 2):
        gates[job].set()
        until(lambda job=job: job in source.ended)  # type: ignore[misc]  # bound now, not later
    assert got == []
    gates[0].set()
    consumer.join(PATIENCE)
    assert got == [(job, str(job)) for job in range(4)]


def test_no_jobs_are_no_rows() -> None:
    source = Source(lambda _job: [])
    assert read_all(flight_of(source, [], workers=4)) == []
    assert read_all(Flight([], source.read, crew=lambda _account: 4)) == []


def test_a_course_begins_and_is_over_also_without_a_job() -> None:
    empty, full = course([]), course([7])
    route = Route("account", 2, deque([empty, full]))
    item, _size = page("a")
    flight = Flight([route], Source(lambda _job: [(item, 1)]).read, crew=lambda _account: 2)
    assert list(flight) == [
        (empty, None, Begun()),
        (empty, None, Over()),
        (full, None, Begun()),
        (full, 7, item),
        (full, None, Over()),
    ]


def test_as_many_jobs_as_workers_are_read_at_once_and_no_more() -> None:
    source = Source(lambda job: [page(str(job))])
    gates = [source.gate(job) for job in range(12)]
    flight = flight_of(source, range(12), workers=3)
    consumer = threading.Thread(target=read_all, args=(flight,))
    consumer.start()
    until(lambda: len(source.begun) == 3)
    time.sleep(0.02)
    assert source.begun == [0, 1, 2]
    for gate in gates:
        gate.set()
    consumer.join(PATIENCE)
    assert source.most_at_once == 3


def test_a_job_that_is_read_again_leaves_nothing_of_the_first_reading() -> None:
    source = Source(lambda job: [page("a"), page("b"), Again("moved"), page("c"), page(f"{job}")])
    flight = flight_of(source, range(2), workers=2)
    assert read_all(flight) == [(0, "c"), (0, "0"), (1, "c"), (1, "1")]


def test_a_job_that_is_read_again_gives_its_budget_back() -> None:
    source = Source(lambda _job: [page("a", size=10), Again("moved")] * 5 + [page("z", size=10)])
    flight = flight_of(source, range(3), workers=3, budget=30)
    assert read_all(flight) == [(job, "z") for job in range(3)]


@pytest.mark.parametrize("workers", [1, 2, 8])
def test_a_job_that_fails_says_so_when_its_turn_comes_and_nothing_of_its_course_follows(
    workers: int,
) -> None:
    def pages(job: int) -> list[Yielded]:
        return [page(f"{job}"), StreamFailed("no more") if job == 3 else page("rest")]

    source = Source(pages)
    done: list[int] = []
    with pytest.raises(StreamFailed, match="no more"):  # noqa: PT012 - what was done before counts
        for job, _page in arrivals(flight_of(source, range(50), workers=workers)):
            done.append(job)
    assert done == [0, 0, 1, 1, 2, 2, 3]
    until(source.is_over)
    assert len(source.begun) < 50


def test_a_failure_leaves_other_courses_be_also_the_next_of_its_lane() -> None:
    source = Source(lambda job: [StreamFailed("no") if job == 1 else page(str(job))])
    failing, next_one, other = course(range(9)), course([20, 21]), course([30])
    routes = [Route("a", 2, deque([failing, next_one])), Route("b", 2, deque([other]))]
    came = list(Flight(routes, source.read, crew=lambda _account: 2))
    of = {each: [item for one, _job, item in came if one is each] for each in (failing, next_one)}
    assert [type(item) for item in of[failing]] == [Begun, Page, Failed, Over]
    assert [item.rows for item in of[next_one] if isinstance(item, Page)] == [["20"], ["21"]]
    assert [item.rows for one, _, item in came if one is other and isinstance(item, Page)] == [
        ["30"]
    ]


def test_after_a_failure_no_other_job_of_the_course_is_begun() -> None:
    source = Source(lambda job: [StreamFailed("no more") if job == 1 else page(str(job))])
    gates = [source.gate(job) for job in range(3)]
    flight = flight_of(source, range(50), workers=3)
    consumer = threading.Thread(target=failing, args=(flight,))
    consumer.start()
    until(lambda: len(source.begun) == 3)
    for job in (1, 2):
        gates[job].set()
        until(lambda job=job: job in source.ended)  # type: ignore[misc]  # bound now, not later
        time.sleep(0.02)
    assert sorted(source.begun) == [0, 1, 2]
    gates[0].set()
    consumer.join(PATIENCE)
    until(source.is_over)


def failing(flight: Flight) -> None:
    with pytest.raises(StreamFailed, match="no more"):
        read_all(flight)


def test_a_consumer_that_drops_a_course_gets_nothing_more_of_it() -> None:
    source = Source(lambda job: [page(str(job), size=10)])
    dropped, other = course(range(100)), course([200])
    routes = [Route("a", 2, deque([dropped])), Route("b", 1, deque([other]))]
    flight = Flight(routes, source.read, crew=lambda _account: 2, budget=30)
    came = []
    for one, job, item in flight:
        came.append((one, job))
        if one is dropped and isinstance(item, Page):
            flight.drop(dropped)
    assert [job for one, job in came if one is dropped] == [None, 0, None]
    assert (other, 200) in came
    until(source.is_over)


def test_a_consumer_that_stops_ends_every_thread() -> None:
    source = Source(lambda job: [page(f"{job}.{n}", size=10) for n in range(5)])
    only = course(range(1000))
    route = Route("account", 4, deque([only]))
    arriving = iter(Flight([route], source.read, crew=lambda _account: 4, budget=20))
    for _ in range(3):
        next(arriving)
    arriving.close()
    assert only.cancelled.is_set()
    until(source.is_over)
    assert len(source.begun) < 1000


def test_work_that_waits_is_told_that_it_is_called_off() -> None:
    told = threading.Event()

    def read(one: Course, job: int) -> Iterator[tuple[Page, int]]:
        if job == 0:
            yield page("a")
        elif one.cancelled.wait(PATIENCE):
            told.set()

    route = Route("account", 2, deque([course(range(2))]))
    arriving = iter(Flight([route], read, crew=lambda _account: 2))
    for _ in range(2):
        next(arriving)
    arriving.close()
    assert told.wait(PATIENCE)
