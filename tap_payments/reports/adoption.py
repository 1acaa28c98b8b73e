"""Which jobs of the list serve a need, and what speaks against the others."""

from __future__ import annotations

import typing as t

from tap_payments.reports.coverage import coverage_of_job, made_at, may_be_expired
from tap_payments.reports.jobs import ReportStatus
from tap_payments.windows.instants import DAY

if t.TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime
    from zoneinfo import ZoneInfo

    from tap_payments.reports.job_list import JobList
    from tap_payments.reports.jobs import ReportJob
    from tap_payments.reports.planning import ReportNeed
    from tap_payments.windows.intervals import Interval, Intervals

LONGEST_MAKING = DAY
"""A job that has been in progress for longer is not waited for."""


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
