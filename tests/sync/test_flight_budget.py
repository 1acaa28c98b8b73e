from __future__ import annotations

import threading
import time
import typing as t

import pytest

from tap_payments.sync.flight import AHEAD, Flight, Page
from tests.sync.jobs import BOTH_WAYS, PATIENCE, Source, page, read_all, until

if t.TYPE_CHECKING:
    from collections.abc import Iterator


def test_jobs_are_not_read_far_ahead_of_a_slow_consumer() -> None:
    source = Source(lambda job: [page(str(job), size=0)])
    flight = Flight(range(100), source.read, workers=2)
    jobs = iter(flight)
    next(jobs)
    until(lambda: len(source.ended) == 2 * AHEAD)
    time.sleep(0.02)
    assert len(source.begun) == 2 * AHEAD
    jobs.close()
    until(source.is_over)


@BOTH_WAYS
def test_waiting_pages_stay_within_the_budget(*, slow: bool) -> None:
    source = Source(lambda job: [page(f"{job}.{n}", size=10) for n in range(5)])
    flight = Flight(range(20), source.read, workers=4, budget=100, is_slow=lambda: slow)
    taken = 0
    for _job, pages in flight:
        for _page in pages:
            taken += 1
            time.sleep(0.001)
            assert len(source.put) - taken <= 100 // 10 + 4  # each thread may hold one more
    assert taken == 100


def test_a_thread_that_was_held_back_goes_on_as_soon_as_there_is_room() -> None:
    """Also while the job whose turn it is keeps everybody waiting."""
    full, done = threading.Event(), threading.Event()

    def pages(job: int) -> Iterator[Page]:
        yield page(str(job), size=10)
        if job == 0:
            full.set()
            assert done.wait(PATIENCE)

    source = Source(pages)
    slow, held_back = source.gate(1), source.gate(2)
    flight = Flight(range(3), source.read, workers=3, budget=10)
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


@BOTH_WAYS
def test_a_job_larger_than_the_budget_is_handed_out_while_it_is_read(*, slow: bool) -> None:
    more = threading.Event()

    def pages(_job: int) -> Iterator[Page]:
        yield page("a", size=10)
        yield page("b", size=10)
        assert more.wait(PATIENCE), "nothing was handed out"
        yield page("c", size=10)

    flight = Flight([0], Source(pages).read, workers=2, budget=15, is_slow=lambda: slow)
    for _job, handed_out in flight:
        rows = []
        for each in handed_out:
            rows += each.rows
            more.set()
        assert rows == ["a", "b", "c"]


@BOTH_WAYS
@pytest.mark.parametrize("workers", [1, 4])
def test_a_single_page_larger_than_the_budget_is_no_dead_end(workers: int, *, slow: bool) -> None:
    source = Source(lambda job: [page(f"{job}", size=1000)])
    flight = Flight(range(8), source.read, workers=workers, budget=10, is_slow=lambda: slow)
    assert [job for job, _ in read_all(flight)] == list(range(8))


def test_a_job_is_not_handed_out_before_it_is_complete_where_the_budget_allows_it() -> None:
    reached, go_on = threading.Event(), threading.Event()

    def pages(_job: int) -> Iterator[Page]:
        yield page("a")
        reached.set()
        assert go_on.wait(PATIENCE)
        yield page("b")

    got: list[str] = []

    def consume() -> None:
        for _job, handed_out in Flight([0], Source(pages).read, workers=1):
            for each in handed_out:
                got.extend(each.rows)

    consumer = threading.Thread(target=consume)
    consumer.start()
    assert reached.wait(PATIENCE)
    time.sleep(0.02)
    assert got == []
    go_on.set()
    consumer.join(PATIENCE)
    assert got == ["a", "b"]
