"""The policy of report jobs: plan, adopt, submit, poll together, hand out.

The job list is the only way to look, and every request counts against a small daily quota: one
broker per account serves all of its report streams. It has no thread of its own; whoever drives
it does so from one.
"""

from __future__ import annotations

import typing as t
from datetime import timedelta

from tap_payments.errors import QuotaSpent, StreamFailed
from tap_payments.reports.coverage import created_at
from tap_payments.reports.gateway import LinkGone, MeteredGateway
from tap_payments.reports.job_list import JobList
from tap_payments.reports.jobs import ReadyReport, ReportStatus
from tap_payments.reports.polling import PollSchedule
from tap_payments.reports.report import State
from tap_payments.reports.series import ReportSeries
from tap_payments.reports.submission import ReportSubmission

if t.TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from datetime import datetime
    from zoneinfo import ZoneInfo

    from tap_payments.reports.gateway import ReportGateway
    from tap_payments.reports.jobs import ReportJob
    from tap_payments.reports.planning import ReportNeed
    from tap_payments.reports.quota import QuotaLedger
    from tap_payments.reports.report import Report

LONGEST_PAUSE = 30.0
"""Seconds that a job which was just started gets to appear in the list."""


class ReportPolicy(t.NamedTuple):
    """The settings that decide what is asked for, and how patiently."""

    zone: ZoneInfo
    window_days: int = 366
    poll_interval: float = 30
    max_wait: float = 1800
    max_retry_wait: float = 300


class ReportBroker:
    """The report jobs of one account in one run: `plan` once, then `reports` and `open`.

    `ahead` says by how much `clock` is ahead of the provider's: a job covers what was before the
    request for it, by the provider's clock.
    """

    def __init__(
        self,
        gateway: ReportGateway,
        ledger: QuotaLedger,
        policy: ReportPolicy,
        *,
        clock: Callable[[], datetime],
        ahead: Callable[[], timedelta] = timedelta,
        wait: Callable[[float, str], None],
        warn: Callable[[str], None],
        note: Callable[[str], None],
    ) -> None:
        self._policy = policy
        self._ledger = ledger
        self._clock = clock
        self._wait = wait
        self._warn = warn
        self._note = note
        self._files = gateway
        self._gateway = MeteredGateway(
            gateway, ledger, max_retry_wait=policy.max_retry_wait, clock=clock, wait=wait
        )
        self._list = JobList(policy.zone, warn=warn)
        self._submission = ReportSubmission(
            self._gateway,
            self._list,
            look=self._look,
            pause=self._pause,
            clock=lambda: clock() - ahead(),
            note=note,
        )
        self._schedule = PollSchedule(
            timedelta(seconds=policy.poll_interval), timedelta(seconds=policy.max_wait), clock()
        )
        self._series: dict[str, ReportSeries] = {}
        self._failure: Exception | None = None

    @property
    def spent(self) -> int:
        """How many requests this run has sent for this account."""
        return self._gateway.spent

    def jobs(self) -> Sequence[ReportJob]:
        """The job list as last read; read now only if nothing was read yet.

        Raises:
            StreamFailed, QuotaSpent: the list was not to be had; it is asked for once.
        """
        if self._failure is not None:
            raise self._failure
        if not self._list.is_read:
            try:
                self._look()
            except (StreamFailed, QuotaSpent) as failure:
                self._failure = failure
                raise
        return list(self._list)

    def plan(self, needs: Iterable[ReportNeed]) -> None:
        """Adopts and starts what all the selected report streams need; called once in a run.

        It raises nothing: what goes wrong is raised by the reports that it concerns.
        """
        try:
            self.jobs()
        except (StreamFailed, QuotaSpent):
            return
        step = timedelta(days=self._policy.window_days)
        self._series = {each.report_type: ReportSeries(each, step, self._note) for each in needs}
        self._review()
        self._schedule.restart(self._clock())
        self._submit()

    def reports(self, report_type: str) -> Iterator[ReadyReport]:
        """The reports of a type in order of time, each as soon as it is ready.

        Ends early, with a warning, where a job takes too long: the next run adopts it.

        Raises:
            StreamFailed: a report is not to be had.
            QuotaSpent: the rest has to wait until requests are free again.
        """
        if self._failure is not None:
            raise self._failure
        series = self._series[report_type]
        while (report := series.current()) is not None:
            match report.state:
                case State.READY:
                    series.hand_out(report)
                    if report.job is not None and report.made is not None:
                        created = created_at(report.job, report.zone, report.made)
                        yield ReadyReport(report.job, *report.covers, report.zone.key, created)
                case State.MAKING:
                    if not self._poll(series, report):
                        return
                case State.DEFERRED | State.FAILED:
                    raise self._end_of(series, report)
                case State.PLANNED | State.LOST | State.DELIVERED:
                    self._submit()
                case _:
                    t.assert_never(report.state)

    def open(self, report: ReadyReport) -> t.BinaryIO:
        """The file of a report, with a fresh link from the list where its own is gone.

        Raises:
            StreamFailed: the file is not to be had whole.
            QuotaSpent: no request is left for the look at the list.
        """
        job = report.job
        try:
            return self._files.download(job)
        except LinkGone:
            self._look()
        fresh = self._list.find(job.job_id)
        if fresh is not None and fresh.status is ReportStatus.COMPLETE and fresh.is_ready:
            try:
                return self._files.download(fresh)
            except LinkGone:
                pass
        raise StreamFailed(
            f"the file of report job {job.job_id} is refused, also with a fresh link"
        ) from None

    def started(self, report_type: str) -> Mapping[str, datetime]:
        """The jobs of a type that the tap started, and when: to remember until they are gone."""
        series = self._series.get(report_type)
        return series.remembered(self._clock()) if series else {}

    def _poll(self, series: ReportSeries, report: Report) -> bool:
        """Looks again when it is due; False when it is enough, and said so."""
        if not self._gateway.remaining:
            series.end(report, self._gateway.deferred())
            return True
        left = min(self._schedule.left(self.spent), self._gateway.remaining)
        seconds = self._schedule.poll(self._clock(), left)
        name = f"{series.need.report_type} report job {report.job_id}"
        if seconds is None:
            self._warn(
                f"{name} is still being made: left for the next run, which adopts it; "
                + series.behind()
            )
            return False
        if seconds:
            self._wait(seconds, f"waiting for {name}")
        try:
            self._look()
        except (StreamFailed, QuotaSpent) as failure:
            for each in self._series.values():
                for pending in each.reports(State.MAKING):
                    each.end(pending, failure)
        self._submit()
        return True

    def _end_of(self, series: ReportSeries, report: Report) -> Exception:
        """Why a series goes no further in this run."""
        why = report.why or StreamFailed(f"report job {report.job_id} is not to be had")
        if isinstance(why, QuotaSpent):
            return QuotaSpent(f"{why}; {series.behind()}", resumes_at=why.resumes_at)
        return why

    def _submit(self) -> None:
        """Asks for what is planned, which then has the whole time."""
        before = self.spent
        self._submission.submit(list(self._series.values()))
        if self.spent > before:
            self._schedule.restart(self._clock())

    def _look(self) -> None:
        """Reads the list, and takes note of all that it says."""
        self._list.update(self._gateway.list_jobs())
        self._review()

    def _review(self) -> None:
        now = self._clock()
        started: dict[str, datetime] = {}
        for series in self._series.values():
            series.look(self._list, now)
            started |= series.started
            for job_id in series.started.keys() - series.need.started.keys():
                self._ledger.started(job_id)
        self._list.prove(self._ledger, started, now)

    def _pause(self) -> None:
        seconds = min(self._policy.poll_interval, LONGEST_PAUSE)
        self._wait(seconds, "before the list of report jobs is looked through for one just started")
