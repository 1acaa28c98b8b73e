"""Time, cut into half-open windows that lose nothing when a run stops between any two."""

from __future__ import annotations

import typing as t
from datetime import timedelta

from tap_payments.windows.instants import DAY, ceil_day, floor_day

if t.TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

SETTLING = timedelta(minutes=5)
"""How long an API may take to publish a row: no watermark comes closer to now."""


class Window(t.NamedTuple):
    """The interval `[since, until)` in UTC; an open one is delivered but never committed."""

    since: datetime
    until: datetime
    closed: bool = True

    def __str__(self) -> str:
        """For messages: both ends, to the second."""
        return f"{self.since:%Y-%m-%dT%H:%M:%SZ}..{self.until:%Y-%m-%dT%H:%M:%SZ}"


class Span(t.NamedTuple):
    """What one run has to read of one series: from a watermark to its horizon.

    `start` is the oldest instant that may be asked for, `watermark` the instant before which
    everything was delivered (None: nothing yet), `horizon` the end of what can be committed,
    `open_until` the end of what is read beyond it (None: nothing is).
    """

    start: datetime
    watermark: datetime | None
    horizon: datetime
    open_until: datetime | None = None

    @property
    def resumes_at(self) -> datetime:
        """The first instant that has not been delivered yet."""
        return max(self.start, self.watermark) if self.watermark else self.start


class Bounds(t.NamedTuple):
    """What the settings and the clock allow one run to ask for; frozen when the run starts.

    An audit reads everything between them anew: no state, and no report that was made before it.
    """

    now: datetime
    start: datetime
    end: datetime | None = None
    is_audit: bool = False

    @property
    def settled(self) -> datetime:
        """What lies before this instant is taken as published: now, less the settling time."""
        return self.now.replace(microsecond=0) - SETTLING

    def span(self, watermark: datetime | None) -> Span:
        """The span of an API that filters by instants."""
        horizon = self.settled
        if self.end is not None:
            horizon = min(horizon, self.end.replace(microsecond=0))
        return Span(self.start, watermark, horizon)

    def day_span(self, watermark: datetime | None) -> Span:
        """The span of an API that filters by whole UTC days.

        Days that are over can be committed. The day of `now`, and one that is over but has not
        settled, are read in every run and committed by a later one.
        """
        latest = floor_day(self.now) + DAY
        if self.end is not None and self.end < latest:
            latest = ceil_day(self.end)
        horizon = min(floor_day(self.settled), latest)
        return Span(
            start=floor_day(self.start),
            watermark=floor_day(watermark) if watermark else None,
            horizon=horizon,
            open_until=latest if latest > horizon else None,
        )


def plan_windows(
    span: Span, *, step: timedelta, lookback: timedelta, cuts: Sequence[datetime] = ()
) -> Iterator[Window]:
    """The windows of a run, in order of time, without gap or overlap.

    The lookback widens the first window and adds none: a window that ends before the watermark
    could only be committed backwards. Where nothing new is left to read, the lookback is read
    all the same. No window crosses an instant in `cuts`.
    """
    until = span.resumes_at
    since = until
    if span.watermark is not None:
        since = min(until, max(span.horizon, span.start))
        # Compared before they are added: a step of many years may leave the calendar.
        since = since - lookback if since - span.start > lookback else span.start
    while until < span.horizon:
        until = until + step if span.horizon - until > step else span.horizon
        yield from _cut(Window(since, until), cuts)
        since = until
    last = span.open_until or span.horizon
    if since < last and (span.open_until is not None or since < until):
        yield from _cut(Window(since, last, closed=False), cuts)


def _cut(window: Window, cuts: Sequence[datetime]) -> Iterator[Window]:
    since = window.since
    for cut in sorted(cuts):
        if since < cut < window.until:
            yield Window(since, cut, window.closed)
            since = cut
    yield Window(since, window.until, window.closed)
