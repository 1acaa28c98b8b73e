from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from tap_payments.providers.tikpay.jobs import parse_job
from tap_payments.reports.job_list import JobList
from tap_payments.reports.quota import QuotaLedger
from tests.reports.api import NOW, Clock
from tests.reports.runs import SYDNEY

if TYPE_CHECKING:
    from tap_payments.reports.jobs import ReportJob


def listed(job_id: str, zone: str | None, created: str | None = None) -> ReportJob:
    job = parse_job({"jobId": job_id, "timezone": zone, "createdAt": created})
    assert job is not None
    return job


def job_list(warnings: list[str], *jobs: ReportJob) -> JobList:
    found = JobList(SYDNEY, warn=warnings.append)
    found.update(jobs)
    return found


def test_a_zone_that_is_not_known_here_is_warned_of_once() -> None:
    warnings: list[str] = []
    odd, silent = listed("J1", "Mars/Base"), listed("J2", None)
    jobs = job_list(warnings, odd, silent)
    for _ in range(3):
        assert jobs.zone_of(odd) is None
        assert jobs.zone_of(silent) is SYDNEY
    [warning] = warnings
    assert warning.startswith("report job J1 and others like it are passed over")


def test_the_zone_of_the_newest_job_is_used_and_said() -> None:
    warnings: list[str] = []
    older = listed("J1", "Australia/Perth", "2026-03-01T00:00:00")
    newer = listed("J2", "Europe/Berlin", "2026-03-02T00:00:00")
    for jobs in ([older, newer], [newer, older]):
        assert job_list(warnings, *jobs).zone.key == "Europe/Berlin"
    [warning] = set(warnings)
    assert warning.startswith("reports are made in the time zone Europe/Berlin, not in Australia/")


def test_every_job_of_the_last_day_counts_against_the_quota_and_each_once() -> None:
    clock = Clock()
    ledger = QuotaLedger(20, clock=clock)
    jobs = job_list(
        [],
        listed("J1", "UTC", (NOW - timedelta(hours=1)).isoformat()),
        listed("J2", "UTC", (NOW - timedelta(hours=25)).isoformat()),
        listed("J3", None),  # made nobody knows when
        listed("J4", "Mars/Base", (NOW - timedelta(hours=2)).isoformat()),
    )
    for _ in range(2):
        jobs.prove(ledger, {"J3": NOW - timedelta(minutes=5)}, NOW)
    assert ledger.remaining == 17


def test_a_job_is_found_by_its_id_in_the_last_list_only() -> None:
    jobs = job_list([], listed("J1", None))
    assert jobs.is_read
    assert jobs.find("J1") is not None
    assert jobs.find(None) is jobs.find("J2") is None
    jobs.update([listed("J2", None)])
    assert jobs.find("J1") is None
    assert jobs.unseen == {"J2"}
