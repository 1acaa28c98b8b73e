"""What a flight reads: routes of courses of jobs; and the signs that it hands out between items."""

from __future__ import annotations

import threading
import typing as t
from dataclasses import dataclass, field

if t.TYPE_CHECKING:
    from collections import deque


@dataclass(eq=False)
class Course:
    """The jobs of one partition, in the order in which they are handed out."""

    jobs: deque[t.Any]
    cancelled: threading.Event = field(default_factory=threading.Event)
    is_begun: bool = False


@dataclass(eq=False)
class Route:
    """Courses that are handed out one after the other; at most `width` of their jobs are read."""

    account: t.Any
    width: int
    courses: deque[t.Any]


Arrival = tuple[t.Any, t.Any, t.Any]
"""A course, a job of it if it is about one, and what came."""


class Begun(t.NamedTuple):
    """The first sign of a course; what its jobs yield follows."""


class Failed(t.NamedTuple):
    """Says that a job failed; what comes after it is called off."""

    error: BaseException


class Over(t.NamedTuple):
    """The last sign of a course: nothing more comes of it."""
