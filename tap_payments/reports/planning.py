"""Which jobs of the list serve a need, and which reports have to be asked for besides."""

from __future__ import annotations

import typing as t

from tap_payments.reports.jobs import (
    Coverage,
    ReportRequest,
    as_utc,
    coverage_of_job,
    coverage_of_request,
    is_adoptable,
)
from tap_payments.windows.zones import (
    hour_at_or_after,
    hour_at_or_before,
    plain_at_or_before,
    plain_hour_at_or_before,
    to_readings,
    to_zone,
)

if t.TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from datetime import datetime, timedelta
    from zoneinfo import ZoneInfo

    from tap_payments.reports.jobs import ReportJob


class ReportNeed(t.NamedTuple):
    """What one run needs of one report type; instants in UTC.

    `since` is where reading begins (the watermark less the lookback), `until` the horizon.
    `settled`, if later than `until`, is how far a request may reach, so that an `until` which is
    on no full hour is covered to its end. `least_until`, if given, is how far a job of an
    earlier run must reach to be adopted: for a read that no later run will complete. Without
    `adopts`, no job of an earlier run will do.
    """

    report_type: str
    watermark: datetime | None
    since: datetime
    until: datetime
    settled: datetime | None = None
    least_until: datetime | None = None
    adopts: bool = True

    @property
    def delivered_until(self) -> datetime:
        """Before this instant nothing is new."""
        return max(self.watermark, self.since) if self.watermark else self.since


class Adoption(t.NamedTuple):
    """A job of an earlier run, and what it covers of the need."""

    job: ReportJob
    zone: ZoneInfo
    coverage: Coverage


def newest_zone(jobs: Iterable[ReportJob]) -> ZoneInfo | None:
    """The zone in which the newest job was made, as far as the list names a known one."""
    for job in sorted(jobs, key=_age, reverse=True):
        zone = to_zone(job.timezone) if job.timezone else None
        if zone is not None:
            return zone
    return None


def adopt(
    need: ReportNeed,
    jobs: Iterable[ReportJob],
    zone_of: Callable[[ReportJob], ZoneInfo | None],
    *,
    file_type: str,
    now: datetime,
) -> Adoption | None:
    """The job of an earlier run that reaches furthest, if any serves the need.

    One that can never be read is taken only where no other serves.
    """
    candidates = [
        adoption
        for job in jobs
        if need.adopts
        and job.report_type == need.report_type
        and job.file_type == file_type
        and is_adoptable(job, now)
        and (adoption := _judge(need, job, zone_of(job)))
    ]
    return max(candidates, key=_preference, default=None)


def plan_requests(
    need: ReportNeed, zone: ZoneInfo, *, file_type: str, step: timedelta
) -> Iterator[tuple[ReportRequest, Coverage]]:
    """The reports to ask for, in order of time, each with what it covers; none if nothing is new.

    Usually one. The lookback widens the first; cuts are on hours that stand for one instant.
    """
    end = last_hour(need, zone)
    if to_readings(end, zone).earliest <= need.delivered_until:
        return
    start = plain_hour_at_or_before(need.since, zone)
    cut = plain_hour_at_or_before(need.delivered_until, zone)
    while start < end:
        cut = min(end, plain_at_or_before(cut + step, zone))
        request = ReportRequest(need.report_type, start, cut, file_type)
        since, until = coverage_of_request(request, zone)
        yield request, Coverage(since, min(until, need.until))
        start = cut


def is_long(need: ReportNeed, zone: ZoneInfo, step: timedelta) -> bool:
    """Whether a need takes more than one report."""
    begin = plain_hour_at_or_before(need.delivered_until, zone)
    return begin + step < last_hour(need, zone)


def last_hour(need: ReportNeed, zone: ZoneInfo) -> datetime:
    """The local full hour at which a request for this need ends."""
    beyond = hour_at_or_after(need.until, zone)
    if to_readings(beyond, zone).latest <= (need.settled or need.until):
        return beyond
    return hour_at_or_before(need.until, zone)


def _judge(need: ReportNeed, job: ReportJob, zone: ZoneInfo | None) -> Adoption | None:
    coverage = coverage_of_job(job, zone) if zone else None
    if zone is None or coverage is None or coverage.since > need.since:
        return None
    until = min(coverage.until, need.until)
    if until <= need.delivered_until or until < (need.least_until or until):
        return None
    return Adoption(job, zone, Coverage(coverage.since, until))


def _preference(adoption: Adoption) -> tuple[t.Any, ...]:
    job = adoption.job
    return job.is_usable, adoption.coverage.until, job.is_ready, _age(job)


def _age(job: ReportJob) -> tuple[bool, float, str]:
    created = job.created_at
    return created is not None, as_utc(created).timestamp() if created else 0.0, job.job_id
