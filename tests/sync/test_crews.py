from __future__ import annotations

import threading
from collections import deque

from tap_payments.sync.crews import AHEAD, Crew, LaneInFlight, Slot
from tap_payments.sync.routes import Course, Route
from tests.sync.jobs import course


def lane(crew: Crew, *courses: range, width: int = 2) -> LaneInFlight:
    """A lane of the crew, with courses of so many jobs."""
    found = LaneInFlight(Route("account", width, deque(map(course, courses))), crew)
    crew.lanes.append(found)
    return found


def crew_of(size: int) -> Crew:
    return Crew(size, threading.RLock())


def fill(found: LaneInFlight, slots: int) -> None:
    """So many jobs of a lane were begun and wait to be written."""
    lock = threading.Condition()
    found.slots.extend(Slot(found.courses[0], number, lock) for number in range(slots))


def test_a_lane_is_read_course_by_course() -> None:
    found = lane(crew_of(4), range(0), range(1), range(2))
    later: list[Course] = list(found.courses)[1:]
    for each in later:
        assert found.course is each
        each.jobs.clear()
    assert found.course is None


def test_no_more_jobs_of_a_lane_are_read_at_once_than_it_is_wide() -> None:
    found = lane(crew_of(8), range(9), width=2)
    found.reading = 1
    assert found.course is not None
    found.reading = 2
    assert found.course is None


def test_no_more_jobs_of_a_lane_wait_than_it_may_be_ahead() -> None:
    found = lane(crew_of(8), range(99), width=2)
    fill(found, 2 * AHEAD - 1)
    assert found.course is not None
    fill(found, 1)
    assert found.course is None


def test_the_lane_with_the_fewest_jobs_begun_is_next() -> None:
    crew = crew_of(4)
    busy, idle, over = lane(crew, range(9)), lane(crew, range(9)), lane(crew, range(0))
    fill(busy, 2)
    fill(idle, 1)
    assert crew.next_lane() is idle
    assert over.course is None
    idle.reading = 2
    assert crew.next_lane() is busy
    busy.reading = 2
    assert crew.next_lane() is None
