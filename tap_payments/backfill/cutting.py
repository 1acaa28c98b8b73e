"""Time cut into shards: half-open, without gap or overlap, the same each time."""

from __future__ import annotations

import typing as t

from tap_payments.windows.instants import DAY

if t.TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime, timedelta


class Cut(t.NamedTuple):
    """How a span is cut: into shards of so many `days`, or into at most so many `shards`."""

    days: int | None = None
    shards: int | None = None

    def step(self, length: timedelta, *, at_most: int | None = None) -> timedelta:
        """How long each shard is, in whole days; `at_most` is a limit besides its own."""
        total = -(-length // DAY)
        days = total if self.days is None else min(self.days, total)
        if self.shards is not None:
            days = -(-total // self.shards)
        if at_most is not None:
            days = max(days, -(-total // at_most))
        return days * DAY


def pieces(
    since: datetime, until: datetime, step: timedelta
) -> Iterator[tuple[datetime, datetime]]:
    """The shards' bounds, in order of time; the last may be shorter."""
    while since < until:
        following = until if until - since <= step else since + step
        yield since, following
        since = following
