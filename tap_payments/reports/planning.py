"""What a run needs of a report type, and which reports to ask for where something is missing."""

from __future__ import annotations

import typing as t
from datetime import timedelta
from types import MappingProxyType

from tap_payments.reports.coverage import coverage_of_request
from tap_payments.reports.jobs import ReportRequest
from tap_payments.windows.intervals import Interval, Intervals
from tap_payments.windows.zones import (
    HOUR,
    hour_at_or_after,
    hour_at_or_before,
    to_readings,
    unambiguous_hour_before,
)

if t.TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime
    from zoneinfo import ZoneInfo


REMEMBERED = "report_jobs"
"""Where a state, or a backfill's result, keeps the jobs that the tap started, and when it did."""


class ReportNeed(t.NamedTuple):
    """What one run needs of one report type; instants in UTC.

    `since` is where reading begins (the watermark less the lookback), `until` the horizon.
    `settled`, if later than `until`, is how far a request may reach, so that an `until` which is
    on no full hour is covered to its end. `made_since`, if given, is when a job must have been
    made to be adopted. `started` are the jobs that the tap started in earlier runs, and when.
    `lookback` is for how long rows may still change after they appear.
    """

    report_type: str
    file_type: str
    watermark: datetime | None
    since: datetime
    until: datetime
    settled: datetime | None = None
    made_since: datetime | None = None
    started: Mapping[str, datetime] = MappingProxyType({})
    lookback: timedelta = timedelta(0)

    @property
    def resumes_at(self) -> datetime:
        """The instant up to which earlier runs have delivered everything."""
        return max(self.watermark, self.since) if self.watermark else self.since

    def interval(self, zone: ZoneInfo) -> Intervals:
        """What is to be covered: to the last full hour, and nothing where none has passed."""
        until = min(self.until, to_readings(self._last_hour(zone), zone).earliest)
        return Intervals.of((self.since, until)) if until > self.resumes_at else Intervals()

    def requests(
        self, missing: Intervals, zone: ZoneInfo, step: timedelta
    ) -> Iterator[tuple[ReportRequest, Interval]]:
        """The reports to ask for, as few as cover what is missing, each with what it covers.

        The lookback widens the first; cuts are on hours that stand for one instant.
        """
        while missing:
            since = missing.parts[0].since
            start, end = unambiguous_hour_before(since, zone), self._end(missing, zone, step)
            request = ReportRequest(self.report_type, start, end, self.file_type)
            covered = coverage_of_request(request, zone).up_to(self.until)
            yield request, covered
            missing = missing.without([covered])

    def _end(self, missing: Intervals, zone: ZoneInfo, step: timedelta) -> datetime:
        """The local hour at which a report ends that begins with what is missing first."""
        begin = max(missing.parts[0].since, self.resumes_at)
        # Compared before they are added: a step of many years may leave the calendar.
        within = [each for each in missing if each.since - begin < step]
        # The next run adopts only what reaches further than the watermark.
        until = max(within[-1].until, self.resumes_at + HOUR)
        if until - begin > step:
            return unambiguous_hour_before(begin + step, zone)
        return min(hour_at_or_after(until, zone), self._last_hour(zone))

    def _last_hour(self, zone: ZoneInfo) -> datetime:
        """The local full hour at which the last request for this need ends."""
        beyond = hour_at_or_after(self.until, zone)
        if to_readings(beyond, zone).latest <= (self.settled or self.until):
            return beyond
        return hour_at_or_before(self.until, zone)
