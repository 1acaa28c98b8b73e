"""What one run may ask for: from the start date to what has settled, or to the end date."""

from __future__ import annotations

import typing as t
from datetime import timedelta

from tap_payments.windows.instants import DAY, ceil_day, floor_day

if t.TYPE_CHECKING:
    from datetime import datetime

SETTLING = timedelta(minutes=5)
"""How long an API may take to publish a row: no watermark comes closer to now."""


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
