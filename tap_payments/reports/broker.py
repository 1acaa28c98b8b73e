"""The policy of report jobs: plan, adopt, submit, poll together, hand out.

The job list is the only way to look, and every request counts against a small daily quota: one
broker per account serves all of its report streams. It has no thread of its own; whoever drives
it does so from one.
"""

from __future__ import annotations

import contextlib
import typing as t
from datetime import timedelta

from tap_payments.errors import QuotaSpent, StreamFailed
from tap_payments.reports.gateway import LinkGone, MeteredGateway
from tap_payments.reports.job_list import JobList
from tap_payments.reports.jobs import ReportStatus, State
from tap_payments.reports.polling import PollSchedule
from tap_payments.reports.series import ReportSeries
from tap_payments.reports.submission import ReportSubmission

if t.TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from datetime import datetime
    from zoneinfo import ZoneInfo

    from tap_payments.reports.gateway import ReportGateway
    from tap_payments.reports.jobs import ReadyReport, Report, ReportJob
    from tap_payments.reports.planning import ReportNeed
    from tap_payments.reports.quota import QuotaLedger

LONGEST_PAUSE = 30.0
"""Seconds that a job which was just started gets to appear in the list."""


class ReportPolicy(t.NamedTuple):
    """The settings that decide what is asked for, and how patiently."""

    zone: ZoneInfo
    window_days: int
    poll_interval: float
    max_wait: float
    max_retry_wait: float


class ReportBroker:
    """The report jobs of one account in one run: `plan` once, then `reports` and `open`.

    `clock` is the provider's: a job covers what was before the request for it.
    """

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
        self._ledger = ledger
        self._clock = clock
        self._wait = wait
        self._warn = warn
        self._note = note
        self._files = gateway
        self._gateway = MeteredGateway(
            gateway, ledger, max_retry_wait=policy.max_retry_wait, wait=wait
        )
        self._list = JobList(policy.zone, warn=warn)
        self._submission = ReportSubmission(self._gateway, self._list, clock=clock, note=note)
        self._schedule = PollSchedule(policy.poll_interval, policy.max_wait, clock())
        self._series: dict[str, ReportSeries] = {}
        self._failure: StreamFailed | QuotaSpent | None = None
        """Why the list is not to be had any more in this run."""

    @property
    def spent(self) -> int:
        """How many requests this run has sent for this account."""
        return self._gateway.spent

    def jobs(self) -> Sequence[ReportJob]:
        """The job list as last read; read now only if nothing was read yet.

        Raises:
            StreamFailed, QuotaSpent: the list is not to be had; it is asked for once.
        """
        if not self._list.is_read:
            self._look()
        return list(self._list)

    def plan(self, needs: Iterable[ReportNeed]) -> None:
        """Adopts and starts what all the selected report streams need; called once in a run.

        It raises nothing: what goes wrong is raised by the reports that it concerns.
        """
        step = timedelta(days=self._policy.window_days)
        self._series = {
            each.report_type: ReportSeries(each, self._list.zone, step, self._note)
            for each in needs
        }
        with contextlib.suppress(StreamFailed, QuotaSpent):
            self.jobs()
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
        series = self._series[report_type]
        try:
            self.jobs()
            while (found := self._next(series)) is not None:
                if isinstance(found, Exception):
                    raise found
                if found.state is State.READY:
                    yield from series.hand_out(found)
                elif not self._poll(series, found):
                    return
        except QuotaSpent as why:
            raise QuotaSpent(f"{why}; {series.behind()}", resumes_at=why.resumes_at) from None

    def open(self, report: ReadyReport) -> t.BinaryIO:
        """The file of a report, with a fresh link from the list where its own is gone.

        Raises:
            StreamFailed: the file is not to be had whole.
            QuotaSpent: no request is left for the look at the list.
        """
        job = report.job
        with contextlib.suppress(LinkGone):
            return self._files.download(job)
        self._look()
        fresh = self._list.find(job.job_id)
        if fresh is not None and fresh.status is ReportStatus.COMPLETE and fresh.is_ready:
            with contextlib.suppress(LinkGone):
                return self._files.download(fresh)
        raise StreamFailed(
            f"the file of report job {job.job_id} is refused, and the list has no link that works"
        )

    def started(self, report_type: str) -> Mapping[str, datetime]:
        """The jobs of a type that the tap started, and when: to remember until they are gone."""
        series = self._series.get(report_type)
        return series.remembered(self._clock()) if series else {}

    def _next(self, series: ReportSeries) -> Report | Exception | None:
        """What is next in a series, after all that the last look found missing is asked for."""
        self._submit()
        return series.next()

    def _poll(self, series: ReportSeries, report: Report) -> bool:
        """Looks again when it is due; False when it is enough, and said so."""
        if self._failure is not None:
            raise self._failure
        if not self._gateway.remaining:
            raise self._gateway.deferred()
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
        self._look()
        return True

    def _submit(self) -> None:
        """Asks for what is planned, which then has the whole time."""
        before = self.spent
        self._submission.submit(self._series.values(), self._look_for_started)
        if self.spent > before:
            self._schedule.restart(self._clock())

    def _look_for_started(self) -> None:
        seconds = min(self._policy.poll_interval, LONGEST_PAUSE)
        self._wait(seconds, "before the list of report jobs is read for one just started")
        try:
            self._look()
        except (StreamFailed, QuotaSpent) as failure:
            for series in self._series.values():
                series.end(series.need.since, failure)

    def _look(self) -> None:
        """Reads the list, and takes note of all that it says; one that failed is not tried again.

        Raises:
            StreamFailed, QuotaSpent: it is not to be had.
        """
        if self._failure is not None:
            raise self._failure
        try:
            self._list.update(self._gateway.list_jobs())
        except (StreamFailed, QuotaSpent) as failure:
            self._failure = failure
            raise
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
