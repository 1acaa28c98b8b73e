"""What a report job covers for certain, whichever zone the naive times of the job list are in."""

from __future__ import annotations

import typing as t
from datetime import UTC, timedelta

from tap_payments.windows.instants import DAY
from tap_payments.windows.intervals import Interval, Intervals
from tap_payments.windows.zones import to_readings

if t.TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from zoneinfo import ZoneInfo

    from tap_payments.reports.jobs import ReportJob, ReportRequest

KEPT = 7 * DAY
"""How long a job is kept after it was created, where the list does not say it."""
SKEW = timedelta(minutes=10)
"""How far a provider's clock may be ahead of ours."""


def coverage_of_request(request: ReportRequest, zone: ZoneInfo) -> Interval:
    """What a report between these bounds covers, if it is made in that zone."""
    return _between(request.start_time, request.end_time, zone)


def coverage_of_job(
    job: ReportJob,
    zone: ZoneInfo,
    asked_at: datetime | None,
    request: ReportRequest | None = None,
) -> Interval | None:
    """What a job covers that was made in that zone; None where the list does not say enough.

    A report cannot have what happened after it was made. `asked_at` is when the tap started it,
    None where somebody else may have; `request` is what counts for one without bounds.
    """
    made = made_at(job, zone, asked_at)
    if job.start_time is None or job.end_time is None or made is None:
        return request and coverage_of_request(request, zone)
    since, until = _between(job.start_time, job.end_time, zone)
    return Interval(since, max(since, min(until, made)))


def made_at(job: ReportJob, zone: ZoneInfo, asked_at: datetime | None) -> datetime | None:
    """The earliest instant at which a job can have been made; None if unknown.

    `createdAt` may be UTC or the operator's time: the earlier of the two counts.
    """
    if asked_at is not None or job.created_at is None:
        return asked_at
    return min(_both(job.created_at, zone))


def outdated_of(jobs: Sequence[tuple[datetime, Interval]], lookback: timedelta) -> Intervals:
    """What was younger than the lookback when its job was made, and what no later job covers.

    A job is when it was made, and what it covers.
    """
    outdated = Intervals()
    for made, covers in jobs:
        young = Intervals.of((max(covers.since, made - lookback), covers.until))
        outdated = outdated.union(young.without(other for at, other in jobs if at > made))
    return outdated


def created_at(job: ReportJob, zone: ZoneInfo, about: datetime) -> datetime:
    """When a job was created, by its entry, in the zone in which that is nearest to an instant."""
    if job.created_at is None:
        return about
    return min(_both(job.created_at, zone), key=lambda each: abs(each - about))


def made_at_latest(
    job: ReportJob, zone: ZoneInfo, asked_at: datetime | None, now: datetime
) -> datetime | None:
    """The latest instant, not after now, at which a job can have been made; None if unknown."""
    if asked_at is not None or job.created_at is None:
        return asked_at
    past = [min(each, now) for each in _both(job.created_at, zone) if each <= now + SKEW]
    return max(past, default=None)


def is_expired(job: ReportJob, zone: ZoneInfo, now: datetime) -> bool:
    """Whether a job is gone for certain, in whichever zone the list says when it expires."""
    return job.expires_at is not None and max(_both(job.expires_at, zone)) < now


def may_be_expired(job: ReportJob, zone: ZoneInfo, made: datetime, now: datetime) -> bool:
    """Whether a job is gone in the zone in which that is earlier."""
    return now >= (min(_both(job.expires_at, zone)) if job.expires_at else made + KEPT)


def _between(start_time: datetime, end_time: datetime, zone: ZoneInfo) -> Interval:
    return Interval(to_readings(start_time, zone).latest, to_readings(end_time, zone).earliest)


def _both(time: datetime, zone: ZoneInfo) -> list[datetime]:
    """A time whose zone is not known, as the operator's and as UTC."""
    return [*to_readings(time, zone), time.replace(tzinfo=time.tzinfo or UTC).astimezone(UTC)]
