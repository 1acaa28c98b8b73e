"""The job list as last read, and what it proves."""

from __future__ import annotations

import typing as t

from tap_payments.reports.jobs import created_within_reach, parse_job
from tap_payments.reports.planning import newest_zone
from tap_payments.windows.zones import to_zone

if t.TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from zoneinfo import ZoneInfo

    from tap_payments.reports.jobs import ReportJob
    from tap_payments.reports.metering import MeteredGateway
    from tap_payments.reports.quota import QuotaLedger


class JobBoard:
    """The jobs of one account: which there are, in which zone they are made, what they cost."""

    def __init__(
        self,
        gateway: MeteredGateway,
        ledger: QuotaLedger,
        zone: ZoneInfo,
        *,
        clock: Callable[[], datetime],
        warn: Callable[[str], None],
    ) -> None:
        self._gateway = gateway
        self._ledger = ledger
        self._clock = clock
        self._warn = warn
        self._warned: set[str] = set()
        self._jobs: dict[str, ReportJob] = {}
        self.entries: list[dict[str, t.Any]] | None = None
        """As the vendor sent them; None: not read yet."""
        self.zone = zone
        """The operator's: the configured one, until the list names another."""

    @property
    def jobs(self) -> list[ReportJob]:
        """The entries that are jobs."""
        return list(self._jobs.values())

    def find(self, job_id: str) -> ReportJob | None:
        """The job of that id, if the list has it."""
        return self._jobs.get(job_id)

    def known(self) -> frozenset[str]:
        """The ids of the jobs in the list and of those that this run started."""
        return frozenset(self._jobs) | self._gateway.started

    def zone_of(self, job: ReportJob) -> ZoneInfo | None:
        """The zone in which a job is made: the operator's where the list says nothing.

        None, with a warning, where it names a zone that is not known here.
        """
        if job.timezone is None:
            return self.zone
        zone = to_zone(job.timezone)
        if zone is None and job.timezone not in self._warned:
            self._warned.add(job.timezone)
            self._warn(
                f"report job {job.job_id} and others like it are passed over: "
                "the job list gives them a time zone that is not known here"
            )
        return zone

    def read(self) -> None:
        """Reads the list again: one request."""
        self.entries = self._gateway.list_jobs()
        jobs = [job for entry in self.entries if (job := parse_job(entry)) is not None]
        self._jobs = {job.job_id: job for job in jobs}
        zone = newest_zone(jobs)
        if zone is not None and zone.key != self.zone.key:
            self._warn(
                f"reports are made in the time zone {zone.key}, not in {self.zone.key} "
                "as configured: the former is used"
            )
            self.zone = zone

    def prove(self) -> None:
        """Tells the quota which requests of others the list proves."""
        now = self._clock()
        created = (
            created_within_reach(job, self.zone_of(job) or self.zone, now)
            for job in self.jobs
            if job.job_id not in self._gateway.started
        )
        self._ledger.prove(instant for instant in created if instant is not None)
