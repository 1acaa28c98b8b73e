"""Who reads what of a flight: an account's threads, its lanes, and the jobs that were begun."""

from __future__ import annotations

import threading
import typing as t
from collections import deque
from dataclasses import dataclass, field

if t.TYPE_CHECKING:
    from tap_payments.sync.routes import Course, Route

AHEAD = 4
"""Jobs of a lane, for each that may be read at once, that may wait however small they are."""


@dataclass(eq=False)
class Slot:
    """A job in flight; its thread waits for `room` while the budget is used up."""

    course: Course
    job: t.Any
    room: threading.Condition
    entries: deque[tuple[t.Any, int]] = field(default_factory=deque)
    closed: int = 0
    is_handed_out: bool = False
    is_done: bool = False
    error: BaseException | None = None


class LaneInFlight:
    """A route in flight: the courses that are not over, and the jobs that were begun."""

    def __init__(self, route: Route, crew: Crew) -> None:
        self.crew = crew
        self.width = route.width
        self.courses = route.courses
        self.unread = deque(route.courses)
        self.slots: deque[Slot] = deque()
        self.reading = 0

    @property
    def course(self) -> Course | None:
        """The course whose next job may be read now; None where all are read or have to wait."""
        while self.unread and not self.unread[0].jobs:
            self.unread.popleft()
        may_read = self.reading < self.width and len(self.slots) < AHEAD * self.width
        return self.unread[0] if self.unread and may_read else None


class Crew:
    """The threads of one account, which take turns among its lanes."""

    def __init__(self, size: int, lock: threading.RLock) -> None:
        self.size = size
        self.started = 0
        self.lanes: list[LaneInFlight] = []
        self.turn = threading.Condition(lock)

    def next_lane(self) -> LaneInFlight | None:
        """The lane that most needs a reader; None: none can be read now."""
        lanes = [lane for lane in self.lanes if lane.course is not None]
        return min(lanes, key=lambda lane: len(lane.slots), default=None)
