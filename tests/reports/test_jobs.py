from __future__ import annotations

from datetime import UTC, datetime

import pytest

from tap_payments.reports.jobs import ReadyReport, ReportJob, ReportRequest, ReportStatus
from tests.reports.api import NOW
from tests.reports.runs import SYDNEY

URL = "https://files.example/1?signature=canary"
START, END = datetime(2026, 3, 1, 4), datetime(2026, 3, 2, 4)  # noqa: DTZ001 - naive on the wire
REQUEST = ReportRequest("TAPS", START, END, "csv")


@pytest.mark.parametrize(
    ("status", "url", "is_ready", "is_usable"),
    [
        (ReportStatus.COMPLETE, URL, True, True),
        (ReportStatus.COMPLETE, None, False, False),
        (ReportStatus.NO_DATA, None, True, True),
        (ReportStatus.IN_PROGRESS, None, False, True),
        (ReportStatus.FAILED, URL, False, False),
        (ReportStatus.UNKNOWN, URL, False, False),
    ],
)
def test_which_jobs_can_be_read_now_and_which_may_be_later(
    status: ReportStatus, url: str | None, *, is_ready: bool, is_usable: bool
) -> None:
    job = ReportJob("J1", status, download_url=url)
    assert (job.is_ready, job.is_usable) == (is_ready, is_usable)
    report = ReadyReport(job, NOW, NOW, "UTC", NOW)
    assert report.is_empty == (status is ReportStatus.NO_DATA)


def job(start: datetime = START, end: datetime = END, kind: str = "TAPS") -> ReportJob:
    return ReportJob("J1", ReportStatus.IN_PROGRESS, kind, "csv", start_time=start, end_time=end)


def test_a_job_answers_the_request_whose_bounds_it_has_in_whichever_zone() -> None:
    assert job().answers(REQUEST, SYDNEY)
    since = START.replace(tzinfo=SYDNEY).astimezone(UTC)
    until = END.replace(tzinfo=SYDNEY).astimezone(UTC)
    assert job(since, until).answers(REQUEST, SYDNEY)


@pytest.mark.parametrize(
    "other",
    [
        job(start=END),
        job(end=START),
        job(kind="TRIPS"),
        ReportJob("J1", ReportStatus.IN_PROGRESS, "TAPS", "xml", start_time=START, end_time=END),
        ReportJob("J1", ReportStatus.IN_PROGRESS, "TAPS", "csv"),
    ],
)
def test_a_job_of_another_request_does_not(other: ReportJob) -> None:
    assert not other.answers(REQUEST, SYDNEY)


def test_neither_the_link_nor_the_entry_is_in_a_traceback() -> None:
    shown = repr(ReportJob("J1", ReportStatus.COMPLETE, download_url=URL, entry={"a": "canary"}))
    assert "canary" not in shown
    assert "J1" in shown
