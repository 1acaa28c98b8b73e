"""What the job list says: parsed without ever raising, and judged with caution."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tap_payments.reports.jobs import (
    Coverage,
    ReportJob,
    ReportRequest,
    ReportStatus,
    coverage_of_job,
    coverage_of_own,
    coverage_of_request,
    created_within_reach,
    is_adoptable,
    is_expired,
    parse_job,
)

SYDNEY = ZoneInfo("Australia/Sydney")
NEW_YORK = ZoneInfo("America/New_York")
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


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


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
    assert coverage_of_job(job(startTime=time), SYDNEY) is None


@given(st.dictionaries(KEYS, JSON) | JSON)
def test_no_entry_makes_anything_raise(entry: object) -> None:
    parsed = parse_job(entry)
    if parsed is not None:
        now = utc("2026-01-01T00:00:00")
        coverage_of_job(parsed, SYDNEY)
        coverage_of_job(parsed, NEW_YORK)
        created_within_reach(parsed, NEW_YORK, now)
        is_adoptable(parsed, now)
        is_expired(parsed, now)


@pytest.mark.parametrize(
    ("status", "url", "usable", "ready"),
    [
        ("COMPLETE", "https://files.example/1", True, True),
        ("COMPLETE", None, False, False),
        ("NO_DATA", None, True, True),
        ("IN_PROGRESS", None, True, False),
        ("FAILED", None, False, False),
        ("PAUSED", "https://files.example/1", False, False),
    ],
)
def test_which_jobs_can_be_read(status: str, url: str | None, usable: bool, ready: bool) -> None:
    found = job(status=status, downloadUrl=url)
    assert (found.is_usable, found.is_ready) == (usable, ready)


def test_a_job_covers_to_its_end_if_that_was_past_when_it_was_created() -> None:
    found = job(createdAt="2026-02-01T04:00:00")
    assert coverage_of_job(found, SYDNEY) == Coverage(
        utc("2024-12-31T17:00:00"), utc("2025-12-31T17:00:00")
    )


def test_a_job_with_an_end_in_the_future_covers_to_its_creation_read_locally() -> None:
    assert coverage_of_job(job(), SYDNEY) == Coverage(
        utc("2024-12-31T17:00:00"), utc("2025-02-02T17:00:00")
    )


def test_the_creation_is_read_as_utc_where_that_is_earlier() -> None:
    coverage = coverage_of_job(job(timezone="America/New_York"), NEW_YORK)
    assert coverage is not None
    assert coverage.until == utc("2025-02-03T04:00:00")


def test_a_creation_with_an_offset_is_exact() -> None:
    coverage = coverage_of_job(job(createdAt="2025-02-03T04:00:00Z"), SYDNEY)
    assert coverage is not None
    assert coverage.until == utc("2025-02-03T04:00:00")


def test_a_job_whose_end_is_not_after_its_start_covers_nothing() -> None:
    assert coverage_of_job(job(endTime=ENTRY["startTime"]), SYDNEY) is None


def test_an_ambiguous_end_covers_to_its_earlier_reading_and_a_start_from_its_later() -> None:
    request = ReportRequest(
        "TAPS",
        datetime.fromisoformat("2026-04-05T02:00:00"),
        datetime.fromisoformat("2027-04-04T02:00:00"),
        "csv",
    )
    assert coverage_of_request(request, SYDNEY) == Coverage(
        utc("2026-04-04T16:00:00"), utc("2027-04-03T15:00:00")
    )


REQUEST = ReportRequest(
    "CUSTOMERS",
    datetime.fromisoformat("2025-01-01T04:00:00"),
    datetime.fromisoformat("2026-01-01T04:00:00"),
    "csv",
)


@pytest.mark.parametrize(
    ("changes", "same"),
    [
        ({}, True),
        ({"startTime": "2025-01-01T04:00:00.000"}, True),
        ({"startTime": "2024-12-31T17:00:00+00:00"}, True),
        ({"endTime": "2026-01-01T05:00:00"}, False),
        ({"startTime": None}, False),
        ({"reportType": "TAPS"}, False),
        ({"fileType": "xml"}, False),
    ],
)
def test_a_job_is_recognised_by_type_bounds_and_file_type(
    changes: dict[str, Any],
    same: bool,
) -> None:
    assert job(**changes).answers(REQUEST, SYDNEY) is same


def test_a_job_of_this_run_covers_to_its_end_in_the_zone_that_the_list_says() -> None:
    own = coverage_of_own(job(), REQUEST, NEW_YORK)
    assert own == Coverage(utc("2025-01-01T09:00:00"), utc("2026-01-01T09:00:00"))


def test_a_job_that_was_made_for_other_bounds_than_asked_covers_those() -> None:
    own = coverage_of_own(job(endTime="2025-06-01T04:00:00"), REQUEST, SYDNEY)
    assert own.until == utc("2025-05-31T18:00:00")


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        ("2025-02-03T04:00:00", "2025-02-03T04:00:00"),
        ("2025-02-03T03:55:00", "2025-02-03T03:55:00"),  # the provider's clock is a little ahead
        ("2025-02-02T18:00:00", "2025-02-02T17:00:00"),  # as UTC it would be in the future
        ("2025-02-02T16:00:00", None),
    ],
)
def test_the_creation_for_the_quota_is_the_latest_that_is_not_in_the_future(
    now: str, expected: str | None
) -> None:
    found = created_within_reach(job(), SYDNEY, utc(now))
    assert found == (utc(expected) if expected else None)


def test_a_job_that_expires_within_a_day_is_not_adopted() -> None:
    expires = utc("2025-02-10T04:00:00")
    assert is_adoptable(job(), expires - timedelta(hours=25))
    assert not is_adoptable(job(), expires - timedelta(hours=23))


def test_a_job_without_an_expiry_is_kept_for_seven_days() -> None:
    found = replace(job(), expires_at=None)
    assert is_adoptable(found, utc("2025-02-09T03:00:00"))
    assert not is_adoptable(found, utc("2025-02-09T05:00:00"))
    assert not is_adoptable(replace(found, created_at=None), utc("2025-02-09T03:00:00"))


def test_a_failed_job_of_an_earlier_run_is_not_adopted() -> None:
    assert not is_adoptable(job(status="FAILED"), utc("2025-02-03T05:00:00"))


def test_a_job_has_expired_when_it_has_in_every_zone() -> None:
    expires = utc("2025-02-10T04:00:00")
    assert not is_expired(job(), expires + timedelta(hours=23))
    assert is_expired(job(), expires + timedelta(hours=25))
    assert not is_expired(job(expiresAt=None), expires + timedelta(days=99))
