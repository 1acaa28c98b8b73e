"""What the job list says: parsed without ever raising."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tap_payments.providers.tikpay.jobs import parse_job
from tap_payments.reports.coverage import (
    coverage_of_job,
    is_expired,
    made_at_latest,
    may_be_expired,
)
from tap_payments.reports.jobs import ReportJob, ReportStatus

ENTRY = {  # the document's example
    "status": "COMPLETE",
    "timezone": "Australia/Sydney",
    "jobId": "01JRVZKFS0C0G70CDC0B8CR3G0",
    "fileType": "csv",
    "downloadUrl": "https://files.example/report?signature=SECRET",
    "reportType": "CUSTOMERS",
    "startTime": "2025-01-01T04:00:00",
    "endTime": "2026-01-01T04:00:00",
    "createdAt": "2025-02-03T04:00:00",
    "expiresAt": "2025-02-10T04:00:00",
    "completedAt": "2025-02-03T04:00:30",
}
KEYS = st.sampled_from(list(ENTRY))
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.datetimes().map(str),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(KEYS, inner, max_size=2),
)


def job(**changes: Any) -> ReportJob:
    parsed = parse_job({**ENTRY, **changes})
    assert parsed is not None
    return parsed


def test_the_documents_example_is_understood() -> None:
    assert job() == ReportJob(
        job_id="01JRVZKFS0C0G70CDC0B8CR3G0",
        status=ReportStatus.COMPLETE,
        report_type="CUSTOMERS",
        file_type="csv",
        timezone="Australia/Sydney",
        start_time=datetime(2025, 1, 1, 4),  # noqa: DTZ001 - naive on the wire
        end_time=datetime(2026, 1, 1, 4),  # noqa: DTZ001
        created_at=datetime(2025, 2, 3, 4),  # noqa: DTZ001
        expires_at=datetime(2025, 2, 10, 4),  # noqa: DTZ001
        download_url="https://files.example/report?signature=SECRET",
    )


def test_the_download_url_is_in_no_repr() -> None:
    assert "SECRET" not in repr(job())
    assert "https" not in repr(job())


@pytest.mark.parametrize(
    "entry", [None, [], "x", 1, {}, {"jobId": None}, {"jobId": 7}, {"jobId": ""}]
)
def test_an_entry_without_a_job_id_is_passed_over(entry: object) -> None:
    assert parse_job(entry) is None


@pytest.mark.parametrize("status", ["PAUSED", "complete", "", None, 3, ["COMPLETE"]])
def test_an_undocumented_status_is_unknown(status: object) -> None:
    assert job(status=status).status is ReportStatus.UNKNOWN


@pytest.mark.parametrize(
    "time", ["", "soon", None, 5, "0001-01-01T00:00:00", "9999-12-31T23:59:59"]
)
def test_a_time_that_cannot_be_used_is_none(time: object) -> None:
    assert job(startTime=time).start_time is None


@given(st.dictionaries(KEYS, JSON) | JSON)
def test_no_entry_makes_anything_raise(entry: object) -> None:
    parsed = parse_job(entry)
    if parsed is not None:
        now = datetime(2026, 1, 1, tzinfo=UTC)
        for zone in (ZoneInfo("Australia/Sydney"), ZoneInfo("America/New_York")):
            coverage_of_job(parsed, zone, None)
            made_at_latest(parsed, zone, None, now)
            may_be_expired(parsed, zone, now, now)
            is_expired(parsed, zone, now)


def test_an_entry_is_kept_as_it_was_sent() -> None:
    assert job(more={"a": 1}).entry == ENTRY | {"more": {"a": 1}}
