"""The policy of report jobs: plan, adopt, submit, poll together, hand out.

The job list is the only way to look, and every request counts against a small daily quota: one
broker per account serves all of its report streams.
"""

from __future__ import annotations

import typing as t
from datetime import timedelta

from tap_payments.errors import QuotaSpent, StreamFailed
from tap_payments.reports.job_list import JobBoard
from tap_payments.reports.jobs import ReportStatus
from tap_payments.reports.metering import MeteredGateway
from tap_payments.reports.polling import PollSchedule
from tap_payments.reports.series import Series
from tap_payments.reports.submission import ReportSubmission
from tap_payments.windows.instants import format_instant
from tap_payments.windows.zones import HOUR

if t.TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from datetime import datetime
    from zoneinfo import ZoneInfo

    from tap_payments.reports.jobs import ReportGateway, ReportJob
    from tap_payments.reports.planning import ReportNeed
    from tap_payments.reports.quota import QuotaLedger
    from tap_payments.reports.series import Task

LONGEST_PAUSE = 30.0
"""Seconds that a start whose answer was lost gets to appear in the list."""


class ReportPolicy(t.NamedTuple):
    """The settings that decide what is asked for, and how patiently; see the contract's table."""

    file_type: str
    zone: ZoneInfo
    window_days: int = 366
    poll_interval: float = 30
    max_wait: float = 1800
    max_retries: int = 6
    max_retry_wait: float = 300


class Delivery(t.NamedTuple):
    """A report that can be read now, and the interval that it covers, in UTC.

    `until` is the watermark to commit after its last row. `zone` is the operator's (IANA).
    """

    job: ReportJob
    since: datetime
    until: datetime
    zone: str

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to download: the job ended with NO_DATA."""
        return self.job.status is ReportStatus.NO_DATA


class ReportBroker:
    """The report jobs of one account in one run."""

    def __init__(
        self,
        gateway: ReportGateway,
        ledger: QuotaLedger,
        policy: ReportPolicy,
        *,
        clock: Callable[[], datetime],
        wait: Callable[[float, str], None],
        warn: Callable[[str], None],
        note: Callable[[str], None],
    ) -> None:
        self._policy = policy
        self._clock = clock
        self._wait = wait
        self._warn = warn
        self._note = note
        self._gateway = MeteredGateway(
            gateway,
            ledger,
            max_retries=policy.max_retries,
            max_retry_wait=policy.max_retry_wait,
            clock=clock,
            wait=wait,
        )
        self._board = JobBoard(self._gateway, ledger, policy.zone, clock=clock, warn=warn)
        self._submission = ReportSubmission(
            self._gateway, look=self._look, known=self._board.known, pause=self._pause
        )
        self._schedule = PollSchedule(
            timedelta(seconds=policy.poll_interval), timedelta(seconds=policy.max_wait)
        )
        self._series: dict[str, Series] = {}
        self._failure: Exception | None = None
        self._refreshed: set[str] = set()

    def jobs(self) -> list[dict[str, t.Any]]:
        """The entries of the job list as last read; read now only if nothing was read yet.

        Raises:
            StreamFailed, QuotaSpent: the list was not to be had; it is asked for once.
        """
        if self._failure is not None:
            raise self._failure
        if self._board.entries is None:
            try:
                self._look()
            except (StreamFailed, QuotaSpent) as failure:
                self._failure = failure
                raise
        return self._board.entries or []

    def plan(self, needs: Iterable[ReportNeed]) -> None:
        """Adopts and starts what all the selected report streams need; called once in a run.

        It raises nothing: what goes wrong is raised by the deliveries that it concerns.
        """
        step = timedelta(days=self._policy.window_days)
        self._series = {
            need.report_type: Series(need, self._policy.file_type, step) for need in needs
        }
        try:
            self.jobs()
        except (StreamFailed, QuotaSpent):
            return
        board, now = self._board, self._clock()
        for series in self._series.values():
            series.plan(board.jobs, board.zone, board.zone_of, now)
            self._note_adopted(series)
        self._schedule.restart(now)
        self._settle()

    def deliveries(self, report_type: str) -> Iterator[Delivery]:
        """The reports of a type in order of time, each as soon as it is ready.

        Ends early, with a warning, where a job takes too long: the next run adopts it.

        Raises:
            StreamFailed: a report is not to be had.
            QuotaSpent: the rest has to wait until requests are free again.
        """
        if self._failure is not None:
            raise self._failure
        series, index = self._series[report_type], 0
        self._settle()
        while index < len(series.tasks):
            task = series.tasks[index]
            if task.failure is not None:
                raise task.failure
            if not task.is_ready:
                if not self._poll(task):
                    return
                self._settle()
            elif task.job is not None:
                task.is_delivered = True
                yield Delivery(task.job, *task.coverage, task.zone.key)
                index += 1

    def refresh(self, job: ReportJob) -> ReportJob:
        """The same job with a fresh download URL, from one more look at the list; once per job.

        Raises:
            StreamFailed: it has been refreshed before, or is not to be had any more.
            QuotaSpent: no request is left for the look.
        """
        if job.job_id not in self._refreshed:
            self._refreshed.add(job.job_id)
            self._look()
            fresh = self._board.find(job.job_id)
            if fresh is not None and fresh.status is ReportStatus.COMPLETE and fresh.is_ready:
                return fresh
        raise StreamFailed(f"the file of report job {job.job_id} cannot be downloaded any more")

    def _note_adopted(self, series: Series) -> None:
        for task in series.tasks:
            if task.request is None:
                rest = task is series.tasks[-1] and task.coverage.until + HOUR <= series.need.until
                self._note(
                    f"{series.need.report_type} report job {task.job_id} of an earlier run is "
                    f"adopted: it covers what is before {format_instant(task.coverage.until)}"
                    + ("; the rest comes with the next run" if rest else "")
                )

    def _poll(self, task: Task) -> bool:
        """Looks again when it is due; False when it is enough, and said so."""
        if not self._gateway.remaining:
            task.failure = self._gateway.deferred()
            return True
        left = min(self._schedule.left(self._gateway.spent), self._gateway.remaining)
        seconds = self._schedule.poll(self._clock(), left)
        name = f"{task.need.report_type} report job {task.job_id}"
        if seconds is None:
            self._warn(f"{name} is still being made: left for the next run, which adopts it")
            return False
        if seconds:
            self._wait(seconds, f"waiting for {name}")
        try:
            self._look()
        except (StreamFailed, QuotaSpent) as failure:
            for pending in self._tasks():
                if pending.is_pending:
                    pending.failure = failure
        return True

    def _settle(self) -> None:
        """Asks for what is open: planned, to be started once more, or not covered as planned."""
        for series in self._series.values():
            series.mend(self._board.zone)
        tasks = [task for series in self._series.values() for task in series.open_tasks()]
        if not tasks:
            return
        pending = any(task.is_pending for task in self._tasks())
        self._submission.submit(tasks, has_pending=pending)
        types = [task.need.report_type for task in tasks]
        self._schedule.restart(self._clock(), several_windows=len(types) > len(set(types)))

    def _look(self) -> None:
        """Reads the list, and takes note of all that it says."""
        board = self._board
        board.read()
        for task in self._tasks():
            if task.known_before is not None:
                task.claim(board.jobs, self._gateway.started)
        board.prove()
        for task in self._tasks():
            if task.job_id is not None and task.failure is None and not task.is_delivered:
                listed = board.find(task.job_id)
                task.look(listed, board.zone_of(listed) if listed else None, self._clock())

    def _pause(self) -> None:
        seconds = min(self._policy.poll_interval, LONGEST_PAUSE)
        self._wait(seconds, "before the list of report jobs is looked through for one just started")

    def _tasks(self) -> list[Task]:
        return [task for series in self._series.values() for task in series.tasks]
