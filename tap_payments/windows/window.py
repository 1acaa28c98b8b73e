"""Half-open windows of time: a run that stops between two of them loses nothing."""

from __future__ import annotations

import typing as t

if t.TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime, timedelta

    from tap_payments.windows.bounds import Span


class Window(t.NamedTuple):
    """The interval `[since, until)` in UTC; an open one is delivered but never committed."""

    since: datetime
    until: datetime
    closed: bool = True

    def __str__(self) -> str:
        """For messages: both ends, to the second."""
        return f"{self.since:%Y-%m-%dT%H:%M:%SZ}..{self.until:%Y-%m-%dT%H:%M:%SZ}"


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
