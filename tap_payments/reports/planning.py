"""What a run needs of a report type, which jobs of the list serve it, and what to ask for."""

from __future__ import annotations

import typing as t
from datetime import timedelta
from types import MappingProxyType

from tap_payments.reports.coverage import (
    coverage_of_job,
    coverage_of_request,
    made_at,
    may_be_expired,
)
from tap_payments.reports.jobs import ReportRequest, ReportStatus
from tap_payments.windows.instants import DAY
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

    from tap_payments.reports.job_list import JobList
    from tap_payments.reports.jobs import ReportJob

REMEMBERED = "report_jobs"
"""Where a state, or a backfill's result, keeps the jobs that the tap started, and when it did."""

LONGEST_MAKING = DAY
"""A job that has been in progress for longer is not waited for."""


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


class Offer(t.NamedTuple):
    """A job that covers more of a need than was delivered; `objection`: why it cannot be taken."""

    job: ReportJob
    zone: ZoneInfo
    covers: Interval
    made: datetime
    objection: str | None


def offers(
    need: ReportNeed, jobs: JobList, started: Mapping[str, datetime], now: datetime
) -> Iterator[Offer]:
    """The jobs that cover some of a need, as far as the list proves it.

    One that reaches no further than the watermark does not: the lookback has to be read anew, or
    late rows are never seen.
    """
    for job in jobs:
        if job.report_type != need.report_type or job.file_type != need.file_type:
            continue
        zone, asked_at = jobs.zone_of(job), started.get(job.job_id)
        covers = zone and coverage_of_job(job, zone, asked_at)
        made = zone and made_at(job, zone, asked_at)
        if not zone or not covers or not made:
            continue
        covers = covers.up_to(need.until)
        if covers.since < covers.until > need.resumes_at:
            yield Offer(job, zone, covers, made, _objection(need, job, zone, made, now))


def preference(offer: Offer, missing: Intervals) -> tuple[t.Any, ...]:
    """What makes a job the better one: it can be read, covers more, is ready, is newer."""
    gain = sum((until - since).total_seconds() for since, until in missing.within([offer.covers]))
    job = offer.job
    return job.is_usable, gain, job.is_ready, offer.made, job.job_id


def _objection(
    need: ReportNeed, job: ReportJob, zone: ZoneInfo, made: datetime, now: datetime
) -> str | None:
    if job.status is ReportStatus.FAILED:
        return "has the status FAILED"
    if may_be_expired(job, zone, made, now):
        return "has expired"
    if job.status is ReportStatus.IN_PROGRESS and now - made > LONGEST_MAKING:
        return "has been in progress for more than a day"
    if need.made_since is not None and made < need.made_since:
        return "was made too long ago"
    return None
