"""An API that makes reports in the background, in memory: a port of its own, with a journal.

It knows what each report really holds, whatever the tap believes of it.
"""

from __future__ import annotations

import io
import typing as t
from collections import deque
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from tap_payments.providers.tikpay.jobs import parse_job
from tap_payments.reports.gateway import AnswerLost, LinkGone, RateLimited

if t.TYPE_CHECKING:
    from collections.abc import Callable

    from tap_payments.reports.jobs import ReportJob, ReportRequest


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


NOW = utc("2026-03-10T02:17:00")


class Clock:
    """A clock that only moves when somebody waits."""

    def __init__(self, now: datetime = NOW) -> None:
        self.now = now
        self.waits: list[tuple[float, str]] = []
        self.then: deque[Callable[[], object]] = deque()
        """What happens after the next waits, one each."""

    def __call__(self) -> datetime:
        """The time."""
        return self.now

    def wait(self, seconds: float, reason: str) -> None:
        """Time passes."""
        self.waits.append((seconds, reason))
        self.now += timedelta(seconds=seconds)
        if self.then:
            self.then.popleft()()


@dataclass
class Made:
    """A job as the API has it; `outcome` is the status that it ends with."""

    job_id: str
    report_type: str
    start: datetime
    end: datetime
    created: datetime
    ready_at: datetime
    zone: ZoneInfo
    outcome: str = "COMPLETE"
    file_type: str = "csv"


class ReportApi:
    """The gateway of the tests: jobs that take their time, faults that are scripted."""

    def __init__(self, clock: Clock, *, zone: str = "Australia/Sydney") -> None:
        self.clock = clock
        self.zone = ZoneInfo(zone)
        self.listed_zone: str | None = zone
        self.created_in: ZoneInfo = self.zone
        self.fold = 0
        self.duration = timedelta(seconds=20)
        self.limit = 1000
        self.is_new = False
        """Whether no job was ever made before: nothing names the time zone."""
        self.made: list[Made] = []
        self.entries: list[t.Any] = []
        self.journal: list[str] = []
        self.asked_at: list[datetime] = []
        self.sent_at: list[datetime] = []
        """When each request came, refused ones too."""
        self.requests: list[ReportRequest] = []
        self.on_start: deque[str | Exception] = deque()
        self.on_list: deque[Exception | None] = deque()
        self.outcomes: deque[str] = deque()
        self.ids = 0
        self.links_gone = 0
        """How many of the next downloads find that their link is gone."""

    def list_jobs(self, allow: Callable[[], None]) -> list[ReportJob]:
        """Every job that is kept, and the entries that a test wants to be there."""
        allow()
        self._count("list")
        fault = self.on_list.popleft() if self.on_list else None
        if fault is not None:
            raise fault
        kept = [job for job in self.made if self.clock() < job.created + timedelta(days=7)]
        old = [] if self.is_new else [{"jobId": "OLD", "timezone": self.listed_zone}]
        parsed = map(parse_job, [*old, *(self.render(job) for job in kept), *self.entries])
        return [job for job in parsed if job is not None]

    def start(self, request: ReportRequest, allow: Callable[[], None]) -> str:
        """A job, unless the script has something else."""
        allow()
        self._count(f"start {request.report_type}")
        fault = self.on_start.popleft() if self.on_start else "made"
        if isinstance(fault, Exception):
            raise fault
        if fault == "lost":
            raise AnswerLost("connection reset")
        self.requests.append(request)
        job = self.make(request.report_type, request.start_time, request.end_time)
        job.file_type = request.file_type
        job.outcome = self.outcomes.popleft() if self.outcomes else "COMPLETE"
        if fault == "made, then lost":
            raise AnswerLost("timeout")
        return job.job_id

    def download(self, job: ReportJob) -> t.BinaryIO:
        """Something to read, if the link is good."""
        if self.links_gone:
            self.links_gone -= 1
            raise LinkGone
        return io.BytesIO(job.job_id.encode())

    def make(
        self,
        report_type: str,
        start: datetime,
        end: datetime,
        *,
        created: datetime | None = None,
        outcome: str = "COMPLETE",
    ) -> Made:
        """A job that somebody asked for; without `created` it is made now."""
        self.ids += 1
        at = created or self.clock()
        ready_at = at + self.duration
        job = Made(f"JOB{self.ids:04}", report_type, start, end, at, ready_at, self.zone, outcome)
        self.made.append(job)
        return job

    def make_utc(
        self,
        report_type: str,
        since: str,
        until: str,
        *,
        created: str | None = None,
        outcome: str = "COMPLETE",
    ) -> Made:
        """The same with bounds in UTC."""
        bounds = [utc(text).astimezone(self.zone).replace(tzinfo=None) for text in (since, until)]
        at = utc(created) if created else None
        return self.make(report_type, *bounds, created=at, outcome=outcome)

    def render(self, job: Made) -> dict[str, t.Any]:
        """A job as the list has it now."""
        status = job.outcome if self.clock() >= job.ready_at else "IN_PROGRESS"
        entry = {
            "status": status,
            "timezone": job.zone.key if self.listed_zone == self.zone.key else self.listed_zone,
            "jobId": job.job_id,
            "fileType": job.file_type,
            "reportType": job.report_type,
            "startTime": job.start.isoformat(),
            "endTime": job.end.isoformat(),
            "createdAt": self._local(job.created),
            "expiresAt": self._local(job.created + timedelta(days=7)),
        }
        if status == "COMPLETE":
            entry["downloadUrl"] = f"https://files.example/{job.job_id}?signature=SECRET"
        return entry

    def truth(self, job_id: str) -> tuple[datetime, datetime]:
        """The instants between which a report really has its rows."""
        job = next(job for job in self.made if job.job_id == job_id)
        start, end = (
            bound.replace(tzinfo=job.zone, fold=self.fold).astimezone(UTC)
            for bound in (job.start, job.end)
        )
        return start, min(end, job.created)

    def _local(self, instant: datetime) -> str:
        return instant.astimezone(self.created_in).replace(tzinfo=None).isoformat()

    def _count(self, request: str) -> None:
        now = self.clock()
        self.journal.append(request)
        self.sent_at.append(now)
        recent = [at for at in self.asked_at if at > now - timedelta(days=1)]
        if len(recent) >= self.limit:
            raise RateLimited((min(recent) + timedelta(days=1) - now).total_seconds())
        self.asked_at.append(now)
