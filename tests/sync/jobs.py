"""Jobs for a flight, that note what was read, when and by how many."""

from __future__ import annotations

import contextlib
import threading
import time
import typing as t

import pytest

from tap_payments.sync.flight import Again, Flight, Page

if t.TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

PATIENCE = 5.0
"""Seconds after which something that should happen at once does not happen at all."""


BOTH_WAYS = pytest.mark.parametrize("slow", [True, False], ids=["ahead", "by itself"])
"""Read by threads from the start, or by the consumer."""


def until(condition: Callable[[], bool]) -> None:
    """Waits for what other threads do."""
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.001)


class Source:
    """Jobs by number, whose pages are listed; notes what was read, when and by how many."""

    def __init__(self, pages: Callable[[int], Iterable[Page | Again | Exception]]) -> None:
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

    def read(self, job: int, _cancelled: threading.Event) -> Iterator[Page | Again]:
        """The pages of a job; an error among them is raised."""
        with self._lock:
            self.begun.append(job)
            self.at_once += 1
            self.most_at_once = max(self.most_at_once, self.at_once)
            self.threads.add(threading.current_thread())
        try:
            if job in self.gates:
                assert self.gates[job].wait(PATIENCE)
            for page in self.pages(job):
                if isinstance(page, Exception):
                    raise page
                yield page
                self.put.append(job)
        finally:
            with self._lock:
                self.at_once -= 1
                self.ended.append(job)

    def is_over(self) -> bool:
        """Whether every thread that only reads has ended."""
        own = threading.current_thread()
        return not any(thread.is_alive() for thread in self.threads if thread is not own)


def page(*rows: str, size: int = 1) -> Page:
    return Page(list(rows), size)


def read_all(flight: Flight[int]) -> list[tuple[int, list[str]]]:
    with contextlib.closing(iter(flight)) as jobs:
        return [(job, [row for each in pages for row in each.rows]) for job, pages in jobs]
