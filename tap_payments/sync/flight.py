"""Prefetch: threads read the jobs of all accounts ahead of the one thread that writes.

Only this file and `crews.py` know threads. Each account has a crew of as many as may ask it at a
time; what they have read waits, within one budget of bytes for the whole run, until it is written.
"""

from __future__ import annotations

import threading
import typing as t
from collections import deque

from tap_payments.runtime import Cancelled
from tap_payments.streams.page import Again, Closed, Noted
from tap_payments.sync.crews import Crew, LaneInFlight, Slot
from tap_payments.sync.routes import Begun, Failed, Over

if t.TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator, Sequence

    from tap_payments.sync.routes import Arrival, Course, Route

SHARE, LEAST_SHARES, MOST_SHARES = 2_400_000, 8, 16
"""Bytes of answers that may wait to be written, over the whole run, for each thread of the largest
crew: nine full pages of the largest rows, so that no window has to wait for the one before."""

TURN = 2_000_000
"""Bytes that are handed out of one lane before it is another's turn."""

NAP = 1.0
"""Seconds after which who waits for threads looks up: a signal that came just before it fell asleep
has not waked it, and Python's own handler runs in no other thread."""


class Flight:
    """Reads the jobs of all routes and hands out what `read` yields: within a route, in order.

    `read` yields items with their sizes in bytes. What a job yields is handed out when the job or
    one of its windows is complete, so that one that has to be read again leaves nothing behind;
    only where the budget is used up, it is handed out as it comes. A job that fails ends its
    course when its turn comes: what comes after it is called off.
    """

    def __init__(
        self,
        routes: Sequence[Route],
        read: Callable[[t.Any, t.Any], Iterator[tuple[t.Any, int]]],
        *,
        crew: Callable[[t.Any], int],
        budget: int | None = None,
    ) -> None:
        self._read = read
        self._buffered = 0
        self._lock = threading.RLock()
        self._arrived = threading.Condition(self._lock)
        self._held_back: set[Slot] = set()
        self._is_closed = False
        crews: dict[t.Any, Crew] = {}
        self._lanes: deque[LaneInFlight] = deque()
        for route in routes:
            if route.account not in crews:
                crews[route.account] = Crew(crew(route.account), self._lock)
            lane = LaneInFlight(route, crews[route.account])
            lane.crew.lanes.append(lane)
            if lane.courses:
                self._lanes.append(lane)
        self._crews = list(crews.values())
        shares = max((each.size for each in self._crews), default=0)
        shares = min(max(shares, LEAST_SHARES), MOST_SHARES)
        self._budget = SHARE * shares if budget is None else budget
        self._handed_out = 0

    def __iter__(self) -> Generator[Arrival]:
        """Each course and job with what it yielded, between `Begun` and `Over`."""
        try:
            with self._lock:
                for crew in self._crews:
                    self._man(crew)
            while (entry := self._next()) is not None:
                yield entry
        finally:
            self._close()

    def drop(self, course: Course) -> None:
        """Calls off what is left of a course; only `Over` still comes of it."""
        with self._lock:
            course.cancelled.set()
            course.jobs.clear()
            for lane in self._lanes:
                for slot in [each for each in lane.slots if each.course is course]:
                    lane.slots.remove(slot)
                    self._release(slot, sum(size for _item, size in slot.entries))
                    slot.room.notify()
                    lane.crew.turn.notify()

    def _close(self) -> None:
        with self._lock:
            self._is_closed = True
            for lane in self._lanes:
                for course in lane.courses:
                    course.cancelled.set()
                for slot in lane.slots:
                    slot.room.notify()
            for crew in self._crews:
                crew.turn.notify_all()

    # The thread that writes

    def _next(self) -> Arrival | None:
        with self._lock:
            while self._lanes:
                lane = self._ready()
                if lane is None:
                    for slot in self._held_back:
                        slot.room.notify()  # one whose turn it is goes on
                    self._arrived.wait(NAP)
                elif (entry := self._take(lane)) is not None:
                    return entry
            return None

    def _ready(self) -> LaneInFlight | None:
        """The lane that has its turn, or the next one that has something."""
        if self._handed_out >= TURN:
            self._handed_out = 0
            self._lanes.rotate(-1)
        for _ in range(len(self._lanes)):
            if self._has_something(self._lanes[0]):
                return self._lanes[0]
            self._handed_out = 0
            self._lanes.rotate(-1)
        return None

    def _has_something(self, lane: LaneInFlight) -> bool:
        """Whether there is something to hand out of a lane, or to say, now."""
        course = lane.courses[0]
        if not lane.slots or lane.slots[0].course is not course:
            return not course.jobs
        slot = lane.slots[0]
        return slot.is_done or slot.closed > 0 or (slot in self._held_back and bool(slot.entries))

    def _take(self, lane: LaneInFlight) -> Arrival | None:
        course = lane.courses[0]
        if not course.is_begun:
            course.is_begun = True
            return course, None, Begun()
        if not lane.slots or lane.slots[0].course is not course:
            lane.courses.popleft()
            if not lane.courses:
                self._lanes.popleft()
            return course, None, Over()
        slot = lane.slots[0]
        if slot.entries:
            item, size = slot.entries.popleft()
            slot.is_handed_out = True
            slot.closed -= isinstance(item, Closed | Noted)
            self._handed_out += size
            self._release(slot, size)
            return course, slot.job, item
        lane.slots.popleft()
        lane.crew.turn.notify()
        self._man(lane.crew)
        if slot.error is None:
            return None
        self.drop(course)
        return course, slot.job, Failed(slot.error)

    def _release(self, taken: Slot, size: int) -> None:
        """Gives back what an item took; once an eighth of the budget is free, threads go on."""
        self._buffered -= size
        taken.room.notify()
        if self._buffered <= self._budget - self._budget // 8:
            for slot in self._held_back:
                slot.room.notify()

    # The threads that read

    def _man(self, crew: Crew) -> None:
        """Adds a thread to a crew, if there is something for it to read."""
        if crew.started < crew.size and crew.next_lane() is not None:
            crew.started += 1
            threading.Thread(target=self._work, args=(crew,), daemon=True).start()

    def _work(self, crew: Crew) -> None:
        while (found := self._begin(crew)) is not None:
            lane, slot = found
            try:
                for item, size in self._read(slot.course, slot.job):
                    self._put(lane, slot, item, size)
            except BaseException as error:  # noqa: BLE001 - handed out where the job has its turn
                slot.error = error
            with self._lock:
                slot.is_done = True
                lane.reading -= 1
                if slot.error is not None:
                    slot.course.jobs.clear()
                self._arrived.notify()

    def _begin(self, crew: Crew) -> tuple[LaneInFlight, Slot] | None:
        with self._lock:
            while not self._is_closed:
                lane = crew.next_lane()
                course = lane.course if lane else None
                if lane is not None and course is not None:
                    slot = Slot(course, course.jobs.popleft(), threading.Condition(self._lock))
                    lane.slots.append(slot)
                    lane.reading += 1
                    self._man(crew)
                    return lane, slot
                if not any(each.unread for each in crew.lanes):
                    crew.turn.notify()
                    return None
                crew.turn.wait()
            return None

    def _put(self, lane: LaneInFlight, slot: Slot, item: t.Any, size: int) -> None:
        with self._lock:
            while not self._is_called_off(slot) and self._is_full(lane, slot, size):
                self._held_back.add(slot)
                self._arrived.notify()
                slot.room.wait()
            self._held_back.discard(slot)
            if self._is_called_off(slot):
                raise Cancelled
            if isinstance(item, Again):
                self._forget(slot)
                return
            slot.entries.append((item, size))
            slot.closed += isinstance(item, Closed | Noted)
            self._buffered += size
            if slot.closed:
                self._arrived.notify()

    def _is_called_off(self, slot: Slot) -> bool:
        return self._is_closed or slot.course.cancelled.is_set()

    def _is_full(self, lane: LaneInFlight, slot: Slot, size: int) -> bool:
        if self._buffered + size <= self._budget or not size:
            return False
        # The job whose turn it is must go on, or nobody would: it keeps one item waiting.
        return not (slot is lane.slots[0] and not slot.entries)

    def _forget(self, slot: Slot) -> None:
        """A job begins again: what was read of it is thrown away, unless some of it is out."""
        if not slot.is_handed_out:
            self._release(slot, sum(size for _item, size in slot.entries))
            slot.entries.clear()
