"""Time cut into shards: half-open, without gap or overlap, the same each time."""

from __future__ import annotations

import typing as t
from datetime import timedelta

from tap_payments.core.values import DAY

if t.TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

HOUR = timedelta(hours=1)


class Cut(t.NamedTuple):
    """How a span is cut: into shards of so many `days`, or into at most so many `shards`."""

    days: int | None = None
    shards: int | None = None

    def step(self, length: timedelta, *, whole_days: bool, at_most: int | None = None) -> timedelta:
        """How long each shard is: whole days, or whole hours where days would be too many."""
        if self.days is not None:
            # A number of days beyond the span would overflow.
            step = min(self.days, -(-length // DAY)) * DAY
            if at_most is None or -(-length // step) <= at_most:
                return step
        parts = min(each for each in (self.shards, at_most) if each is not None)
        unit = DAY if whole_days or length >= parts * DAY else HOUR
        return -(-length // (parts * unit)) * unit


def pieces(
    since: datetime, until: datetime, step: timedelta
) -> Iterator[tuple[datetime, datetime]]:
    """The shards' bounds, in order of time; the last may be shorter."""
    while since < until:
        following = until if until - since <= step else since + step
        yield since, following
        since = following
