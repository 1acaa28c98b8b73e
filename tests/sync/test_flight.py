from __future__ import annotations

import contextlib
import random
import threading
import time
import typing as t

import pytest

from tap_payments.errors import StreamFailed
from tap_payments.sync.flight import Again, Flight, Page
from tests.sync.jobs import BOTH_WAYS, PATIENCE, Source, page, read_all, until

if t.TYPE_CHECKING:
    from collections.abc import Iterator


@BOTH_WAYS
@pytest.mark.parametrize("workers", [1, 2, 4, 8, 16])
@pytest.mark.parametrize("budget", [0, 5, 10**6])
def test_every_page_comes_once_in_the_order_of_the_jobs(
    workers: int, budget: int, *, slow: bool
) -> None:
    chance = random.Random(workers)
    counts = [chance.randrange(5) for _ in range(60)]
    source = Source(lambda job: [page(f"{job}.{n}", size=3) for n in range(counts[job])])
    flight = Flight(range(60), source.read, workers=workers, budget=budget, is_slow=lambda: slow)
    assert read_all(flight) == [
        (job, [f"{job}.{n}" for n in range(count)]) for job, count in enumerate(counts)
    ]
    assert source.most_at_once <= workers
    until(source.is_over)


def test_jobs_that_end_in_any_order_are_handed_out_in_theirs() -> None:
    source = Source(lambda job: [page(str(job))])
    gates = [source.gate(job) for job in range(4)]
    flight = Flight(range(4), source.read, workers=4)
    got: list[tuple[int, list[str]]] = []
    consumer = threading.Thread(target=lambda: got.extend(read_all(flight)))
    consumer.start()
    for job in (3, 1, 2):
        gates[job].set()
        until(lambda job=job: job in source.ended)  # type: ignore[misc]  # bound now, not later
    assert got == []
    gates[0].set()
    consumer.join(PATIENCE)
    assert got == [(job, [str(job)]) for job in range(4)]


@BOTH_WAYS
def test_no_jobs_are_no_rows(*, slow: bool) -> None:
    assert read_all(Flight([], Source(lambda _job: []).read, workers=4, is_slow=lambda: slow)) == []


def test_as_many_jobs_as_workers_are_read_at_once_and_no_more() -> None:
    source = Source(lambda job: [page(str(job))])
    gates = [source.gate(job) for job in range(12)]
    flight = Flight(range(12), source.read, workers=3)
    consumer = threading.Thread(target=read_all, args=(flight,))
    consumer.start()
    until(lambda: len(source.begun) == 3)
    time.sleep(0.02)
    assert source.begun == [0, 1, 2]
    for gate in gates:
        gate.set()
    consumer.join(PATIENCE)
    assert source.most_at_once == 3


@BOTH_WAYS
def test_a_job_that_is_read_again_leaves_nothing_of_the_first_reading(*, slow: bool) -> None:
    source = Source(lambda job: [page("a"), page("b"), Again("moved"), page("c"), page(f"{job}")])
    assert read_all(Flight(range(2), source.read, workers=2, is_slow=lambda: slow)) == [
        (0, ["c", "0"]),
        (1, ["c", "1"]),
    ]


@BOTH_WAYS
def test_a_job_that_is_read_again_gives_its_budget_back(*, slow: bool) -> None:
    source = Source(lambda _job: [page("a", size=10), Again("moved")] * 5 + [page("z", size=10)])
    assert read_all(Flight(range(3), source.read, workers=3, budget=30, is_slow=lambda: slow)) == [
        (job, ["z"]) for job in range(3)
    ]


@BOTH_WAYS
@pytest.mark.parametrize("workers", [1, 2, 8])
def test_a_job_that_fails_raises_when_its_turn_comes_and_nothing_follows(
    workers: int, *, slow: bool
) -> None:
    def pages(job: int) -> list[Page | Again | Exception]:
        return [page(f"{job}"), StreamFailed("no more") if job == 3 else page("rest")]

    source = Source(pages)
    flight = Flight(range(50), source.read, workers=workers, is_slow=lambda: slow)
    done: list[int] = []
    with pytest.raises(StreamFailed, match="no more"):  # noqa: PT012 - what was done before counts
        for job, handed_out in flight:
            list(handed_out)
            done.append(job)
    assert done == [0, 1, 2]
    until(source.is_over)
    assert len(source.begun) < 50


def test_after_a_failure_no_other_job_is_begun() -> None:
    source = Source(lambda job: [StreamFailed("no more") if job == 1 else page(str(job))])
    gates = [source.gate(job) for job in range(3)]
    consumer = threading.Thread(target=failing, args=(Flight(range(50), source.read, workers=3),))
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


def failing(flight: Flight[int]) -> None:
    with pytest.raises(StreamFailed, match="no more"):
        read_all(flight)


def test_the_consumer_reads_by_itself_while_answers_are_quick() -> None:
    source = Source(lambda job: [page(str(job))])
    flight = Flight(range(40), source.read, workers=4, is_slow=lambda: False)
    assert len(read_all(flight)) == 40
    assert source.threads == {threading.current_thread()}


@pytest.mark.parametrize("workers", [1, 2, 4])
@pytest.mark.parametrize("slow_page", ["3.a", "3.b"])
def test_threads_read_ahead_from_the_first_slow_answer_on(workers: int, slow_page: str) -> None:
    read: list[str] = []

    def pages(job: int) -> Iterator[Page]:
        for part in "ab":
            read.append(f"{job}.{part}")
            yield page(f"{job}.{part}")

    source = Source(pages)
    flight = Flight(range(20), source.read, workers=workers, is_slow=lambda: slow_page in read)
    got = []
    with contextlib.closing(iter(flight)) as jobs:
        for job, handed_out in jobs:
            assert job > 3 or len(source.threads) <= 1
            got += [row for each in handed_out for row in each.rows]
    assert got == [f"{job}.{part}" for job in range(20) for part in "ab"]
    assert source.most_at_once <= workers
    assert 1 < len(source.threads) <= workers + 1


def test_pages_of_jobs_that_are_never_read_again_are_handed_out_at_once() -> None:
    source = Source(lambda job: [page(f"{job}.{n}") for n in range(3)])
    flight = Flight(range(2), source.read, workers=4, is_slow=lambda: False, whole=False)
    taken = 0
    for _job, pages in flight:
        for _page in pages:
            assert len(source.put) == taken
            taken += 1
    assert taken == 6


def test_a_failure_far_ahead_waits_for_what_comes_before() -> None:
    source = Source(lambda job: [StreamFailed("later") if job == 2 else page(str(job))])
    first = source.gate(0)
    jobs = iter(Flight(range(3), source.read, workers=3))
    threading.Timer(0.02, first.set).start()
    for expected in (0, 1):
        job, pages = next(jobs)
        assert (job, [each.rows for each in pages]) == (expected, [[str(expected)]])
    job, pages = next(jobs)
    assert job == 2
    with pytest.raises(StreamFailed, match="later"):
        list(pages)
    jobs.close()


@BOTH_WAYS
@pytest.mark.parametrize("workers", [1, 4])
def test_jobs_that_cannot_be_listed_to_their_end_are_an_error_after_those_before(
    workers: int, *, slow: bool
) -> None:
    def jobs() -> Iterator[int]:
        yield from range(3)
        raise OverflowError("no such day")

    source = Source(lambda job: [page(str(job))])
    done: list[int] = []
    with pytest.raises(OverflowError, match="no such day"):  # noqa: PT012 - what was done before counts
        for job, pages in Flight(jobs(), source.read, workers=workers, is_slow=lambda: slow):
            list(pages)
            done.append(job)
    assert done == [0, 1, 2]
    until(source.is_over)


@BOTH_WAYS
def test_a_consumer_that_stops_ends_every_thread(*, slow: bool) -> None:
    source = Source(lambda job: [page(f"{job}.{n}", size=10) for n in range(5)])
    flight = Flight(range(1000), source.read, workers=4, budget=20, is_slow=lambda: slow)
    jobs = iter(flight)
    _, pages = next(jobs)
    next(pages)
    jobs.close()
    assert flight.cancelled.is_set()
    until(source.is_over)
    assert len(source.begun) < 1000


def test_work_that_waits_is_told_that_it_is_called_off() -> None:
    told = threading.Event()

    def read(job: int, cancelled: threading.Event) -> Iterator[Page]:
        if job == 0:
            yield page("a")
        elif cancelled.wait(PATIENCE):
            told.set()

    jobs = iter(Flight(range(2), read, workers=2))
    next(jobs)
    jobs.close()
    assert told.wait(PATIENCE)


@BOTH_WAYS
def test_a_page_keeps_what_was_asked_for(*, slow: bool) -> None:
    only = Page(["a"], 3, 7)
    jobs = iter(Flight([0], lambda _job, _cancelled: iter([only]), workers=1, is_slow=lambda: slow))
    _, pages = next(jobs)
    assert next(pages) is only
    jobs.close()
