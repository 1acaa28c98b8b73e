"""What one run waits for: report jobs in order of time, one series per report type."""

from __future__ import annotations

import itertools
import typing as t
from dataclasses import dataclass, field

from tap_payments.errors import StreamFailed
from tap_payments.reports.jobs import Coverage, ReportStatus, coverage_of_own, is_expired
from tap_payments.reports.planning import adopt, is_long, plan_requests

if t.TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime, timedelta
    from zoneinfo import ZoneInfo

    from tap_payments.reports.jobs import ReportJob, ReportRequest
    from tap_payments.reports.planning import ReportNeed


@dataclass(slots=True, eq=False)
class Task:
    """One report that a run waits for: adopted (without a request), or to be asked for."""

    need: ReportNeed
    coverage: Coverage
    zone: ZoneInfo
    request: ReportRequest | None = None
    job_id: str | None = None
    job: ReportJob | None = None
    known_before: frozenset[str] | None = None
    """The jobs that were known when an answer was lost; None: no answer is missing."""
    losses: int = 0
    is_second: bool = False
    is_misplaced: bool = False
    is_delivered: bool = False
    failure: Exception | None = None

    @property
    def is_open(self) -> bool:
        """Whether it is still to be asked for."""
        return self.job_id is None and self.failure is None and self.known_before is None

    @property
    def is_ready(self) -> bool:
        """Whether its rows can be had."""
        return self.failure is None and self.job is not None and self.job.is_ready

    @property
    def is_pending(self) -> bool:
        """Whether its job is there, and not ready as far as is known."""
        return self.job_id is not None and self.failure is None and not self.is_ready

    def claim(self, jobs: Sequence[ReportJob], started: set[str]) -> None:
        """Finds the job whose id was in the answer that was lost; without one it is open again."""
        known, self.known_before = self.known_before or frozenset(), None
        for job in jobs:
            if job.job_id in known | started or self.request is None:
                continue
            if job.answers(self.request, self.zone):
                self.job_id = job.job_id
                started.add(job.job_id)
                return

    def look(self, listed: ReportJob | None, zone: ZoneInfo | None, now: datetime) -> None:
        """Takes note of its job as the list has it now, made in `zone` (None: not a known one).

        A job that was asked for a moment ago may not be in the list yet.
        """
        if listed is None:
            if self.job is not None:
                self._again("is no longer in the list of jobs")
            return
        self.job = listed
        if is_expired(listed, now):
            self._again("has expired")
        elif listed.status is ReportStatus.FAILED:
            self._again("has the status FAILED")
        elif not listed.is_usable:
            missing = (
                "no download URL" if listed.status is ReportStatus.COMPLETE else "no known status"
            )
            self.failure = StreamFailed(f"report job {listed.job_id} has {missing}")
        elif self.request is not None:
            self._place(listed, self.request, zone)

    def _place(self, listed: ReportJob, request: ReportRequest, zone: ZoneInfo | None) -> None:
        if zone is None:
            self.failure = StreamFailed(
                f"report job {self.job_id} was made in a time zone that is not known here, "
                "so what it covers cannot be told"
            )
            return
        since, until = coverage_of_own(listed, request, zone)
        actual = Coverage(since, min(until, self.need.until))
        self.is_misplaced |= actual != self.coverage
        self.coverage, self.zone = actual, zone

    def _again(self, reason: str) -> None:
        if self.is_second:
            self.failure = StreamFailed(
                f"report job {self.job_id} {reason}, and it was asked for the second time"
            )
        self.is_second = True
        self.job_id = self.job = None


@dataclass(slots=True, eq=False)
class Series:
    """The reports of one type in one run; in the order of its tasks there is no gap."""

    need: ReportNeed
    file_type: str
    step: timedelta
    tasks: list[Task] = field(default_factory=list)
    is_mended: bool = False

    def plan(
        self,
        jobs: Sequence[ReportJob],
        zone: ZoneInfo,
        zone_of: Callable[[ReportJob], ZoneInfo | None],
        now: datetime,
    ) -> None:
        """Adopts what earlier runs asked for, and asks for what is missing.

        An adopted job is all that this run reads, unless the need takes several reports.
        """
        several = is_long(self.need, zone, self.step)
        need = self.need._replace(least_until=None) if several else self.need
        while found := adopt(need, jobs, zone_of, file_type=self.file_type, now=now):
            task = Task(self.need, found.coverage, found.zone, job_id=found.job.job_id)
            task.look(found.job, found.zone, now)
            self.tasks.append(task)
            need = self._rest(self.tasks)
            if not several:
                return
        self.tasks += self._ask_rest(self.tasks, zone)

    def mend(self, zone: ZoneInfo) -> None:
        """Asks again, once, for what jobs turn out not to cover.

        That is: made in another zone or for other bounds than asked, or adopted and then FAILED.
        """
        lost = any(task.is_open and task.request is None for task in self.tasks)
        if not lost and not any(task.is_misplaced for task in self.tasks):
            return
        kept: list[Task] = []
        for task in self.tasks:
            task.is_misplaced = False
            if not (task.is_delivered or self._continues(kept, task)):
                break
            kept.append(task)
        dropped = self.tasks[len(kept) :]
        if self.is_mended:
            for task in dropped[:1]:
                task.failure = StreamFailed(
                    f"{self.need.report_type} reports are made for other bounds than asked for"
                )
            self.tasks = kept + dropped
            return
        self.is_mended = True
        asked = self._ask_rest(kept, zone)
        for task in asked:
            task.is_second = lost
        self.tasks = kept + asked

    def open_tasks(self) -> list[Task]:
        """What is to be asked for; nothing that comes after a failure."""
        sound = itertools.takewhile(lambda task: task.failure is None, self.tasks)
        return [task for task in sound if task.is_open]

    def _continues(self, before: list[Task], task: Task) -> bool:
        rest = self._rest(before)
        is_asked = task.job_id is not None or task.failure is not None
        since, until = task.coverage
        return is_asked and since <= rest.since and until > rest.delivered_until

    def _rest(self, tasks: list[Task]) -> ReportNeed:
        if not tasks:
            return self.need
        until = tasks[-1].coverage.until
        return self.need._replace(watermark=until, since=until, least_until=None)

    def _ask_rest(self, before: list[Task], zone: ZoneInfo) -> list[Task]:
        rest = self._rest(before)
        asked = plan_requests(rest, zone, file_type=self.file_type, step=self.step)
        return [Task(self.need, coverage, zone, request) for request, coverage in asked]
