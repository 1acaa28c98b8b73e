"""Windows fetched ahead by a few threads, and handed out in order."""

from __future__ import annotations

import threading
import typing as t
from collections import deque

from tap_payments.core.runtime import Cancelled

if t.TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterable, Iterator

    from tap_payments.core.windows import Window

BUDGET = 24 * 1024 * 1024
"""Bytes of answers that may wait to be written, over all windows in flight."""

AHEAD = 4
"""Windows per thread that may wait to be written, however small they are."""

J = t.TypeVar("J")


class Page(t.NamedTuple):
    """The rows of one answer, the answer's size in bytes, and the total that it announced.

    `window` is what was asked for, where that is only a part of the job's own.
    """

    rows: list[t.Any]
    size: int
    total: int | None = None
    window: Window | None = None


class Again(t.NamedTuple):
    """Says that a window is read again from its start, and why."""

    reason: str


Read = t.Callable[[J, threading.Event], "Iterator[Page | Again]"]


class _Slot(t.Generic[J]):
    """A window in flight."""

    def __init__(self, job: J) -> None:
        self.job = job
        self.pages: deque[Page] = deque()
        self.handed_out = False
        self.done = False
        self.error: BaseException | None = None


class Flight(t.Generic[J]):
    """Reads jobs with `workers` threads and yields their pages in the order of the jobs.

    A job's pages are handed out when it is complete, so that one that has to be read again
    leaves nothing behind; only a job that is larger than the budget is handed out while it is
    read. A job that fails raises when its turn comes; what comes after it is called off.
    """

    def __init__(
        self,
        jobs: Iterable[J],
        read: Callable[[J, threading.Event], Iterator[Page | Again]],
        *,
        workers: int,
        budget: int = BUDGET,
    ) -> None:
        self._jobs = iter(jobs)
        self._read = read
        self._workers = workers
        self._budget = budget
        self._slots: deque[_Slot[J]] = deque()
        self._buffered = 0
        self._held_back = 0
        self._running = 0
        self._no_more_jobs: BaseException | None = None
        self._changed = threading.Condition()
        self.cancelled = threading.Event()

    def __iter__(self) -> Generator[tuple[J, Iterator[Page]]]:
        """Each job with an iterator over its pages, which must be used up before the next."""
        self._running = self._workers
        for _ in range(self._workers):
            threading.Thread(target=self._work, daemon=True).start()
        try:
            while (slot := self._head()) is not None:
                yield slot.job, self._pages(slot)
                with self._changed:
                    self._slots.popleft()
                    self._changed.notify_all()
        finally:
            self.cancelled.set()
            with self._changed:
                self._changed.notify_all()

    def _head(self) -> _Slot[J] | None:
        with self._changed:
            while not self._slots and self._running:
                self._changed.wait()
            if self._slots:
                return self._slots[0]
            if self._no_more_jobs is not None:
                raise self._no_more_jobs
            return None

    def _pages(self, slot: _Slot[J]) -> Iterator[Page]:
        while True:
            with self._changed:
                while not slot.done and not (self._held_back and slot.pages):
                    self._changed.wait()
                if not slot.pages:
                    break
                slot.handed_out = True
                page = slot.pages.popleft()
                self._buffered -= page.size
                self._changed.notify_all()
            yield page
        if slot.error is not None:
            raise slot.error

    def _work(self) -> None:
        try:
            while (slot := self._next_slot()) is not None:
                try:
                    for page in self._read(slot.job, self.cancelled):
                        self._put(slot, page)
                except BaseException as error:  # noqa: BLE001 - raised where the job has its turn
                    slot.error = error
                with self._changed:
                    slot.done = True
                    self._changed.notify_all()
                if slot.error is not None:
                    return
        finally:
            with self._changed:
                self._running -= 1
                self._changed.notify_all()

    def _next_slot(self) -> _Slot[J] | None:
        with self._changed:
            while len(self._slots) >= self._workers * AHEAD and not self.cancelled.is_set():
                self._changed.wait()
            if self.cancelled.is_set() or any(slot.error for slot in self._slots):
                return None
            try:
                slot = _Slot(next(self._jobs))
            except StopIteration:
                return None
            except BaseException as error:  # noqa: BLE001 - raised after the jobs before
                self._no_more_jobs = error
                return None
            self._slots.append(slot)
            self._changed.notify_all()
            return slot

    def _put(self, slot: _Slot[J], page: Page | Again) -> None:
        with self._changed:
            if isinstance(page, Again):
                if not slot.handed_out:
                    self._buffered -= sum(each.size for each in slot.pages)
                    slot.pages.clear()
                self._changed.notify_all()
                return
            self._held_back += 1
            try:
                if self._is_full(slot, page):
                    # Once: threads that are held back would wake each other for ever.
                    self._changed.notify_all()
                while self._is_full(slot, page) and not self.cancelled.is_set():
                    self._changed.wait()
            finally:
                self._held_back -= 1
            if self.cancelled.is_set():
                raise Cancelled
            slot.pages.append(page)
            self._buffered += page.size
            self._changed.notify_all()

    def _is_full(self, slot: _Slot[J], page: Page) -> bool:
        if self._buffered + page.size <= self._budget:
            return False
        # The job whose turn it is must go on, or nobody would: it keeps one page waiting.
        return not (slot is self._slots[0] and not slot.pages)
