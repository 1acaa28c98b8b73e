"""The job list as last read, and what it proves."""

from __future__ import annotations

import typing as t

from tap_payments.reports.coverage import made_at_latest
from tap_payments.windows.zones import to_readings, to_zone

if t.TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from datetime import datetime
    from zoneinfo import ZoneInfo

    from tap_payments.reports.jobs import ReportJob
    from tap_payments.reports.quota import QuotaLedger


class JobList:
    """The jobs of one account: which there are, and in which zone they are made."""

    def __init__(self, zone: ZoneInfo, *, warn: Callable[[str], None]) -> None:
        self._warn = warn
        self._warned: set[str] = set()
        self._by_id: dict[str, ReportJob] | None = None
        self._seen: set[str] = set()
        self.unseen: set[str] = set()
        """The ids that no earlier list had."""
        self.zone = zone
        """The operator's: the configured one, until a list names another."""

    def __iter__(self) -> t.Iterator[ReportJob]:
        return iter((self._by_id or {}).values())

    @property
    def is_read(self) -> bool:
        """Whether there is a list."""
        return self._by_id is not None

    def find(self, job_id: str | None) -> ReportJob | None:
        """The job of that id, if the list has it."""
        return (self._by_id or {}).get(job_id or "")

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

    def update(self, jobs: Sequence[ReportJob]) -> None:
        """Takes over a list that was just read."""
        self._by_id = {job.job_id: job for job in jobs}
        self.unseen = self._by_id.keys() - self._seen
        self._seen |= self.unseen
        zone = _newest_zone(jobs, self.zone)
        if zone.key != self.zone.key:
            self._warn(
                f"reports are made in the time zone {zone.key}, not in {self.zone.key} "
                "as configured: the former is used"
            )
            self.zone = zone

    def prove(self, ledger: QuotaLedger, started: Mapping[str, datetime], now: datetime) -> None:
        """Tells the quota which requests the list proves; `started` are the tap's own jobs."""
        for job in self:
            zone = self.zone_of(job) or self.zone
            made = made_at_latest(job, zone, started.get(job.job_id), now)
            if made is not None:
                ledger.prove(job.job_id, made)


def _newest_zone(jobs: Iterable[ReportJob], zone: ZoneInfo) -> ZoneInfo:
    """The zone in which the newest job was made; the given one where the list names none."""

    def age(job: ReportJob) -> tuple[bool, float, str]:
        created = job.created_at and to_readings(job.created_at, zone).earliest.timestamp()
        return created is not None, created or 0.0, job.job_id

    for job in sorted(jobs, key=age, reverse=True):
        found = to_zone(job.timezone) if job.timezone else None
        if found is not None:
            return found
    return zone
