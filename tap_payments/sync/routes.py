"""What a flight reads, in the order in which it is handed out, and what it says besides."""

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
    """Says that a course has its turn; whatever else comes of it, comes after."""


class Failed(t.NamedTuple):
    """Says that a job failed; what comes after it is called off."""

    error: BaseException


class Over(t.NamedTuple):
    """Says that nothing more comes of a course."""
