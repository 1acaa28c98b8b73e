"""Many lanes and accounts in one flight: who waits for whom, and who does not."""

from __future__ import annotations

import itertools
import threading
import typing as t
from collections import Counter, deque

import pytest

from tap_payments.streams.page import Closed, Page
from tap_payments.sync.flight import TURN, Flight
from tap_payments.sync.routes import Route
from tests.sync.jobs import PATIENCE, Source, course, page, until

if t.TYPE_CHECKING:
    from collections.abc import Iterator

    from tap_payments.sync.routes import Course


def test_a_lane_that_waits_holds_up_no_other() -> None:
    source = Source(lambda job: [page(str(job))])
    waits = source.gate(0)
    slow, quick = course([0]), course(range(1, 40))
    routes = [Route("slow", 4, deque([slow])), Route("quick", 4, deque([quick]))]
    got = []
    for _course, job, item in Flight(routes, source.read, crew=lambda _account: 4):
        if isinstance(item, Page):
            got.append(job)
            if len(got) == 39:
                waits.set()
    assert got == [*range(1, 40), 0]


def test_lanes_of_one_account_overlap_up_to_its_crew() -> None:
    source = Source(lambda job: [page(str(job))])
    gates = [source.gate(job) for job in range(8)]
    routes = [Route("one", 4, deque([course([job])])) for job in range(8)]
    flight = Flight(routes, source.read, crew=lambda _account: 4)
    consumer = threading.Thread(target=lambda: list(flight))
    consumer.start()
    until(lambda: len(source.begun) == 4)
    assert source.at_once == 4
    for gate in gates:
        gate.set()
    consumer.join(PATIENCE)
    assert source.most_at_once == 4


def test_the_courses_of_a_lane_are_read_at_the_same_time_and_come_in_order() -> None:
    source = Source(lambda job: [page(str(job))])
    first = source.gate(0)
    courses = [course([job]) for job in range(4)]
    flight = Flight([Route("one", 4, deque(courses))], source.read, crew=lambda _account: 4)
    got: list[int] = []
    consumer = threading.Thread(
        target=lambda: got.extend(job for _, job, item in flight if isinstance(item, Page))
    )
    consumer.start()
    until(lambda: len(source.ended) == 3)
    assert got == []
    first.set()
    consumer.join(PATIENCE)
    assert got == [0, 1, 2, 3]


def test_a_narrow_lane_is_read_one_job_at_a_time() -> None:
    source = Source(lambda job: [page(str(job))])
    routes = [Route("one", 1, deque([course(range(5)), course(range(5, 9))]))]
    came = [
        job
        for _, job, item in Flight(routes, source.read, crew=lambda _account: 8)
        if isinstance(item, Page)
    ]
    assert came == list(range(9))
    assert source.most_at_once == 1


@pytest.mark.parametrize("accounts", [3, 50])
def test_every_account_has_a_crew_of_its_own(accounts: int) -> None:
    open_now: Counter[int] = Counter()
    most: Counter[int] = Counter()
    lock = threading.Lock()

    def read(_course: Course, job: int) -> Iterator[tuple[Page, int]]:
        account = job // 10
        with lock:
            open_now[account] += 1
            most[account] = max(most[account], open_now[account])
        yield page(str(job))
        with lock:
            open_now[account] -= 1

    routes = [
        Route(number, 2, deque([course(range(10 * number, 10 * number + 10))]))
        for number in range(accounts)
    ]
    flight = Flight(routes, read, crew=lambda _account: 2)
    came = [job for _course, job, _item in flight if job is not None]
    assert sorted(came) == list(range(10 * accounts))
    assert max(most.values()) <= 2


def test_rows_of_one_lane_stand_together_and_a_long_one_lets_others_have_their_turn() -> None:
    size = TURN // 4
    source = Source(lambda job: [page(str(job), size=size)])
    gates = [source.gate(job) for job in range(40)]
    long, short = course(range(20)), course(range(20, 40))
    routes = [Route("a", 20, deque([long])), Route("b", 20, deque([short]))]
    flight = Flight(routes, source.read, crew=lambda _account: 20, budget=10**9)
    got: list[int] = []
    consumer = threading.Thread(
        target=lambda: got.extend(job for _, job, item in flight if isinstance(item, Page))
    )
    consumer.start()
    for gate in reversed(gates):  # what comes last is there first
        gate.set()
    consumer.join(PATIENCE)
    assert sorted(got) == list(range(40))
    changes = sum(1 for one, other in itertools.pairwise(got) if (one < 20) != (other < 20))
    assert 1 <= changes <= 20


def test_what_is_closed_is_handed_out_before_its_job_is_done() -> None:
    """A report does not wait for the next one."""
    more = threading.Event()

    def read(_course: Course, job: int) -> Iterator[tuple[t.Any, int]]:
        yield page(f"{job}.a")
        yield CLOSED, 0
        assert more.wait(PATIENCE), "nothing was handed out"
        yield page(f"{job}.b")

    got = []
    flight = Flight([Route("a", 1, deque([course([0])]))], read, crew=lambda _account: 1)
    for _course, _job, item in flight:
        if isinstance(item, Closed):
            more.set()
        if isinstance(item, Page):
            got += item.rows
    assert got == ["0.a", "0.b"]


CLOSED = Closed(t.cast("t.Any", None), t.cast("t.Any", None), t.cast("t.Any", None))
"""The end of a window, of which a flight only has to know that it is one."""
