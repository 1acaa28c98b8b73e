"""Report jobs: what an API that makes reports in the background can be asked and what it says.

docs.tikpay.me/data-api/get-job-list, docs.tikpay.me/data-api/generate-report-job
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from tap_payments.windows.instants import DAY
from tap_payments.windows.zones import to_local, to_readings

if t.TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from tap_payments.windows.zones import Readings

KEPT = 7 * DAY
"""How long a job is kept after it was created, where the list does not say it."""
MARGIN = DAY
"""A job that expires within a day may be gone already: the zone of `expiresAt` is not known."""
SKEW = timedelta(minutes=10)
"""How far a provider's clock may be ahead of ours."""


class RateLimited(Exception):
    """The API refused a request (429); `retry_after` is in seconds, None where it gives none."""

    def __init__(self, retry_after: float | None = None) -> None:
        super().__init__("the API refused the request: too many requests")
        self.retry_after = retry_after


class AnswerLost(Exception):
    """No usable answer came: timeout, connection lost, 5xx. The message says which, in short."""

    def __init__(self, message: str, *, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class ReportStatus(StrEnum):
    """How far a report job is; UNKNOWN is every word that the document does not have."""

    COMPLETE = "COMPLETE"
    NO_DATA = "NO_DATA"
    IN_PROGRESS = "IN_PROGRESS"
    FAILED = "FAILED"
    UNKNOWN = "UNKNOWN"


class ReportRequest(t.NamedTuple):
    """A report to be made; the bounds are naive, local to the operator, on full hours."""

    report_type: str
    start_time: datetime
    end_time: datetime
    file_type: str


@dataclass(frozen=True, slots=True)
class ReportJob:
    """One entry of the job list; times are as naive as the vendor sent them."""

    job_id: str
    status: ReportStatus
    report_type: str | None = None
    file_type: str | None = None
    timezone: str | None = None
    start_time: datetime | None = None
    end_time: datetime | None = None
    created_at: datetime | None = None
    expires_at: datetime | None = None
    download_url: str | None = field(default=None, repr=False)

    @property
    def is_usable(self) -> bool:
        """Whether it is, or may become, a report that can be read."""
        if self.status is ReportStatus.COMPLETE:
            return self.download_url is not None
        return self.status in (ReportStatus.NO_DATA, ReportStatus.IN_PROGRESS)

    @property
    def is_ready(self) -> bool:
        """Whether its rows can be had now; NO_DATA has none."""
        return self.is_usable and self.status is not ReportStatus.IN_PROGRESS

    def answers(self, request: ReportRequest, zone: ZoneInfo) -> bool:
        """Whether it is the job that this request asked for."""
        return (
            self.report_type == request.report_type
            and self.file_type == request.file_type
            and _is_local(self.start_time, request.start_time, zone)
            and _is_local(self.end_time, request.end_time, zone)
        )


class ReportGateway(t.Protocol):
    """What the API can do. Each call of `list_jobs` and `start` is exactly one request.

    Both raise RateLimited, AnswerLost, or StreamFailed for what no repetition would cure.
    """

    def list_jobs(self) -> list[dict[str, t.Any]]:
        """The entries of the job list, as the vendor sent them."""
        ...

    def start(self, request: ReportRequest) -> str:
        """The id of a new job; an answer without one is lost (AnswerLost)."""
        ...

    def download(self, job: ReportJob) -> t.BinaryIO:
        """The report of a COMPLETE job, seekable, at its beginning; the caller closes it."""
        ...


class Coverage(t.NamedTuple):
    """The half-open interval `[since, until)`, in UTC, whose rows a report has for certain."""

    since: datetime
    until: datetime


def parse_job(entry: object) -> ReportJob | None:
    """A list entry as a job; None without a job id. What is missing or garbled is None."""
    if not isinstance(entry, dict):
        return None
    job_id = _text(entry.get("jobId"))
    if job_id is None:
        return None
    status = _text(entry.get("status"))
    return ReportJob(
        job_id=job_id,
        status=ReportStatus(status) if status in set(ReportStatus) else ReportStatus.UNKNOWN,
        report_type=_text(entry.get("reportType")),
        file_type=_text(entry.get("fileType")),
        timezone=_text(entry.get("timezone")),
        start_time=_time(entry.get("startTime")),
        end_time=_time(entry.get("endTime")),
        created_at=_time(entry.get("createdAt")),
        expires_at=_time(entry.get("expiresAt")),
        download_url=_text(entry.get("downloadUrl")),
    )


def coverage_of_request(request: ReportRequest, zone: ZoneInfo) -> Coverage:
    """What a report between these bounds covers, if it is made in that zone."""
    return _between(request.start_time, request.end_time, zone)


def coverage_of_own(job: ReportJob, request: ReportRequest, zone: ZoneInfo) -> Coverage:
    """What a job that this run asked for covers, if it was made in that zone: up to its end."""
    if job.start_time is None or job.end_time is None or job.answers(request, zone):
        return coverage_of_request(request, zone)
    return _between(job.start_time, job.end_time, zone)


def coverage_of_job(job: ReportJob, zone: ZoneInfo) -> Coverage | None:
    """What a job of unknown origin covers; None where the list does not say enough.

    A report cannot have what happened after it was created, and `createdAt` may be UTC or local.
    """
    if job.start_time is None or job.end_time is None or job.created_at is None:
        return None
    since, until = _between(job.start_time, job.end_time, zone)
    until = min(until, *(readings.earliest for readings in _both(job.created_at, zone)))
    return Coverage(since, until) if since < until else None


def created_within_reach(job: ReportJob, zone: ZoneInfo, now: datetime) -> datetime | None:
    """The latest instant at which it can have been created, for a quota; None if not known."""
    if job.created_at is None:
        return None
    instants = [each for readings in _both(job.created_at, zone) for each in readings]
    return max((min(each, now) for each in instants if each <= now + SKEW), default=None)


def is_adoptable(job: ReportJob, now: datetime) -> bool:
    """Whether a job of an earlier run is not FAILED, and not so old that it may be gone."""
    expires = job.expires_at or (job.created_at and job.created_at + KEPT)
    if job.status is ReportStatus.FAILED or expires is None:
        return False
    return now < as_utc(expires) - MARGIN


def is_expired(job: ReportJob, now: datetime) -> bool:
    """Whether it is gone for certain, in whatever zone `expiresAt` is."""
    return job.expires_at is not None and as_utc(job.expires_at) + MARGIN < now


def as_utc(time: datetime) -> datetime:
    """A time of which only the order matters."""
    return time.replace(tzinfo=UTC) if time.tzinfo is None else time.astimezone(UTC)


def _between(start_time: datetime, end_time: datetime, zone: ZoneInfo) -> Coverage:
    return Coverage(to_readings(start_time, zone).latest, to_readings(end_time, zone).earliest)


def _is_local(time: datetime | None, local: datetime, zone: ZoneInfo) -> bool:
    if time is None:
        return False
    return local in (time.replace(tzinfo=None), time.tzinfo and to_local(time, zone))


def _both(time: datetime, zone: ZoneInfo) -> tuple[Readings, Readings]:
    return to_readings(as_utc(time), zone), to_readings(time, zone)


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and value else None


def _time(value: object) -> datetime | None:
    """A date-time with or without an offset; None for garbage and for absurd years."""
    try:
        time = datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None
    return time if time is not None and 1970 < time.year < 9999 else None
