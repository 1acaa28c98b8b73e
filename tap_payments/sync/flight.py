"""Windows fetched ahead by a few threads, once that is worth it, and handed out in order."""

from __future__ import annotations

import threading
import typing as t
from collections import deque

from tap_payments.runtime import Cancelled

if t.TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterable, Iterator

    from tap_payments.windows.window import Window

SHARE, LEAST_SHARES = 2_750_000, 8
"""Bytes of answers that may wait to be written, over all windows in flight, for each thread: ten
full pages of the largest rows, so that no window has to wait for the one before."""

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
    """A job in flight; its thread, if it has one, waits for `room` while it is `held_back`."""

    def __init__(self, job: J, room: threading.Condition) -> None:
        self.job = job
        self.pages: deque[Page] = deque()
        self.handed_out = False
        self.done = False
        self.held_back = False
        self.room = room
        self.error: BaseException | None = None


class Flight(t.Generic[J]):
    """Reads jobs with up to `workers` threads and yields their pages in the order of the jobs.

    A job's pages are handed out when it is complete, so that one that has to be read again
    leaves nothing behind; only where the budget is used up they are handed out as they come. A
    job that fails raises when its turn comes; what comes after it is called off.

    As long as answers do not keep anybody waiting (`is_slow`, asked before the first job and after
    each page), the consumer reads them itself: threads take turns on one interpreter, and cost
    more than they give. Where no job is ever read again (`whole` is false), each page is handed
    out at once then. From the first slow answer on threads read ahead, and are not woken for
    every page.
    """

    def __init__(
        self,
        jobs: Iterable[J],
        read: Callable[[J, threading.Event], Iterator[Page | Again]],
        *,
        workers: int,
        whole: bool = True,
        budget: int | None = None,
        is_slow: Callable[[], bool] = lambda: True,
    ) -> None:
        self._jobs = iter(jobs)
        self._read = read
        self._workers = workers
        self._whole = whole
        self._budget = SHARE * max(workers, LEAST_SHARES) if budget is None else budget
        self._is_slow = is_slow
        self._slots: deque[_Slot[J]] = deque()
        self._buffered = 0
        self._aloft = False
        self._started = self._running = 0
        self._no_more_jobs: BaseException | None = None
        self._lock = threading.RLock()
        self._arrived = threading.Condition(self._lock)
        self._turn = threading.Condition(self._lock)
        self.cancelled = threading.Event()

    def __iter__(self) -> Generator[tuple[J, Iterator[Page]]]:
        """Each job with an iterator over its pages, which must be used up before the next."""
        if self._is_slow():
            self._take_off(self._workers)
        try:
            while (slot := self._head()) is not None:
                yield slot.job, self._pages(slot) if self._aloft else self._read_here(slot)
                with self._lock:
                    self._slots.popleft()
                    self._turn.notify()
        finally:
            self.cancelled.set()
            with self._lock:
                self._turn.notify_all()
                for slot in self._slots:
                    slot.room.notify()

    def _head(self) -> _Slot[J] | None:
        with self._lock:
            if not self._aloft:
                self._add_slot()
            while not self._slots and self._running:
                self._arrived.wait()
            if self._slots:
                return self._slots[0]
            if self._no_more_jobs is not None:
                raise self._no_more_jobs
            return None

    def _read_here(self, slot: _Slot[J]) -> Iterator[Page]:
        """The pages of a job that the consumer reads itself."""
        try:
            for page in self._read(slot.job, self.cancelled):
                if not self._aloft and self._is_slow():
                    self._take_off(self._workers - 1)
                with self._lock:
                    self._take(slot, page)
                while slot.pages and not (self._whole and self._buffered <= self._budget):
                    yield self._hand_out(slot)
        except Exception as error:  # noqa: BLE001 - raised after the pages before
            slot.error = error
        while slot.pages:
            yield self._hand_out(slot)
        if slot.error is not None:
            raise slot.error
        if self._aloft:
            self._take_off(self._workers)

    def _pages(self, slot: _Slot[J]) -> Iterator[Page]:
        """The pages of a job that a thread reads."""
        while True:
            with self._lock:
                while not slot.done and not (slot.held_back and slot.pages):
                    slot.room.notify()  # held back, it may go on now that it is its turn
                    self._arrived.wait()
                if not slot.pages:
                    break
                page = self._hand_out(slot)
            yield page
        if slot.error is not None:
            raise slot.error

    def _hand_out(self, slot: _Slot[J]) -> Page:
        with self._lock:
            slot.handed_out = True
            page = slot.pages.popleft()
            self._release(page.size)
            return page

    def _take_off(self, threads: int) -> None:
        """Lets so many threads read ahead, those that do already included."""
        self._aloft = True
        with self._lock:
            more = threads - self._started
            self._started += more
            self._running += more
        for _ in range(more):
            threading.Thread(target=self._work, daemon=True).start()

    def _work(self) -> None:
        try:
            while (slot := self._next_slot()) is not None:
                try:
                    for page in self._read(slot.job, self.cancelled):
                        self._put(slot, page)
                except BaseException as error:  # noqa: BLE001 - raised where the job has its turn
                    slot.error = error
                with self._lock:
                    slot.done = True
                    self._arrived.notify()
                if slot.error is not None:
                    return
        finally:
            with self._lock:
                self._running -= 1
                self._arrived.notify()

    def _next_slot(self) -> _Slot[J] | None:
        with self._lock:
            while len(self._slots) >= self._workers * AHEAD and not self.cancelled.is_set():
                self._turn.wait()
            if self.cancelled.is_set() or any(slot.error for slot in self._slots):
                return None
            return self._add_slot()

    def _add_slot(self) -> _Slot[J] | None:
        try:
            slot = _Slot(next(self._jobs), threading.Condition(self._lock))
        except StopIteration:
            return None
        except BaseException as error:  # noqa: BLE001 - raised after the jobs before
            self._no_more_jobs = error
            return None
        self._slots.append(slot)
        self._arrived.notify()
        return slot

    def _put(self, slot: _Slot[J], page: Page | Again) -> None:
        with self._lock:
            while self._is_full(slot, page) and not self.cancelled.is_set():
                slot.held_back = True
                self._arrived.notify()
                slot.room.wait()
            slot.held_back = False
            if self.cancelled.is_set():
                raise Cancelled
            self._take(slot, page)

    def _take(self, slot: _Slot[J], page: Page | Again) -> None:
        if isinstance(page, Page):
            slot.pages.append(page)
            self._buffered += page.size
        elif not slot.handed_out:
            self._release(sum(each.size for each in slot.pages))
            slot.pages.clear()

    def _is_full(self, slot: _Slot[J], page: Page | Again) -> bool:
        if isinstance(page, Again) or self._buffered + page.size <= self._budget:
            return False
        # The job whose turn it is must go on, or nobody would: it keeps one page waiting.
        return not (slot is self._slots[0] and not slot.pages)

    def _release(self, size: int) -> None:
        """Gives back what pages took; once an eighth of the budget is free, threads go on."""
        self._buffered -= size
        has_room = self._buffered <= self._budget - self._budget // 8
        for slot in self._slots if has_room else (self._slots[0],):
            if slot.held_back:
                slot.room.notify()
