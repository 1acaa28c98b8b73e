"""Jobs for a flight, that note what was read, when and by how many."""

from __future__ import annotations

import contextlib
import threading
import time
import typing as t
from collections import deque

from tap_payments.streams.page import Again, Page
from tap_payments.sync.flight import Flight
from tap_payments.sync.routes import Begun, Course, Failed, Over, Route

if t.TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

PATIENCE = 5.0
"""Seconds after which something that should happen at once does not happen at all."""

Yielded = tuple[Page, int] | Again | Exception


def until(condition: Callable[[], bool]) -> None:
    """Waits for what other threads do."""
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.001)


class Source:
    """Jobs by number, whose pages are listed; notes what was read, when and by how many."""

    def __init__(self, pages: Callable[[int], Iterable[Yielded]]) -> None:
        self.pages = pages
        self.begun: list[int] = []
        self.put: list[int] = []
        self.ended: list[int] = []
        self.at_once = 0
        self.most_at_once = 0
        self.threads: set[threading.Thread] = set()
        self.gates: dict[int, threading.Event] = {}
        self._lock = threading.Lock()

    def gate(self, job: int) -> threading.Event:
        """Holds a job up before its first page until the event is set."""
        return self.gates.setdefault(job, threading.Event())

    def read(self, _course: Course, job: int) -> Iterator[tuple[t.Any, int]]:
        """The pages of a job; an error among them is raised."""
        with self._lock:
            self.begun.append(job)
            self.at_once += 1
            self.most_at_once = max(self.most_at_once, self.at_once)
            self.threads.add(threading.current_thread())
        try:
            if job in self.gates:
                assert self.gates[job].wait(PATIENCE)
            for each in self.pages(job):
                if isinstance(each, Exception):
                    raise each
                yield (each, 0) if isinstance(each, Again) else each
                self.put.append(job)
        finally:
            with self._lock:
                self.at_once -= 1
                self.ended.append(job)

    def is_over(self) -> bool:
        """Whether every thread has ended."""
        return not any(thread.is_alive() for thread in self.threads)


def page(*rows: str, size: int = 1) -> tuple[Page, int]:
    """A page, and the bytes that it takes."""
    return Page(list(rows)), size


def course(jobs: Iterable[int]) -> Course:
    """The jobs of one partition."""
    return Course(deque(jobs))


def flight_of(
    source: Source, jobs: Iterable[int], *, workers: int, budget: int | None = None
) -> Flight:
    """A flight of one course."""
    route = Route("account", workers, deque([course(jobs)]))
    return Flight([route], source.read, crew=lambda _account: workers, budget=budget)


def arrivals(flight: Flight) -> Iterator[tuple[int, t.Any]]:
    """Each job with what it yielded; a failure is raised."""
    with contextlib.closing(iter(flight)) as arriving:
        for _course, job, item in arriving:
            if isinstance(item, Failed):
                raise item.error
            if not isinstance(item, Begun | Over):
                yield job, item


def read_all(flight: Flight) -> list[tuple[int, str]]:
    """Each job with each of its rows."""
    return [(job, row) for job, item in arrivals(flight) for row in item.rows]
