"""Sets of instants: what is covered, what is missing."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from tap_payments.windows.instants import format_instant

if t.TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime


class Interval(t.NamedTuple):
    """The half-open interval `[since, until)`, in UTC."""

    since: datetime
    until: datetime

    def __str__(self) -> str:
        """For messages."""
        return "..".join(map(format_instant, self))

    def up_to(self, instant: datetime) -> Interval:
        """What of it is before an instant; empty or reversed where nothing is."""
        return Interval(self.since, min(self.until, instant))

    def overlaps(self, other: Interval) -> bool:
        """Whether they have an instant in common."""
        return self.since < other.until and other.since < self.until


@dataclass(frozen=True, slots=True)
class Intervals:
    """A set of instants, as intervals in order of time that neither overlap nor touch.

    Made by `Intervals.of`, in which intervals that are empty or overlap may be given.
    """

    parts: tuple[Interval, ...] = ()

    @classmethod
    def of(cls, *intervals: tuple[datetime, datetime]) -> Intervals:
        """The instants that lie in at least one of the intervals."""
        parts: list[Interval] = []
        for since, until in sorted(each for each in intervals if each[0] < each[1]):
            if parts and since <= parts[-1].until:
                parts[-1] = Interval(parts[-1].since, max(until, parts[-1].until))
            else:
                parts.append(Interval(since, until))
        return cls(tuple(parts))

    def __iter__(self) -> Iterator[Interval]:
        return iter(self.parts)

    def __bool__(self) -> bool:
        return bool(self.parts)

    @property
    def hull(self) -> Interval:
        """From the first instant to the last, gaps included; the set must not be empty."""
        return Interval(self.parts[0].since, self.parts[-1].until)

    def union(self, other: Iterable[tuple[datetime, datetime]]) -> Intervals:
        """The instants of either."""
        return Intervals.of(*self, *other)

    def without(self, other: Iterable[tuple[datetime, datetime]]) -> Intervals:
        """The instants that the other set does not have."""
        left: list[tuple[datetime, datetime]] = list(self)
        for since, until in other:
            left = [
                piece
                for begin, end in left
                for piece in ((begin, min(end, since)), (max(begin, until), end))
                if piece[0] < piece[1]
            ]
        return Intervals.of(*left)

    def within(self, other: Iterable[tuple[datetime, datetime]]) -> Intervals:
        """The instants that both have."""
        return self.without(self.without(other))

    def whole_from(self, instant: datetime) -> datetime:
        """The end of what the set has without a gap from an instant on; at least the instant."""
        for since, until in self:
            if since <= instant < until:
                return until
        return instant


def twice(sets: Iterable[Intervals]) -> Intervals:
    """The instants that at least two of the sets have."""
    once = again = Intervals()
    for each in sets:
        again = again.union(once.within(each))
        once = once.union(each)
    return again
