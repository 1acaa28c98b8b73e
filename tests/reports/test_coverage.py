"""What a job covers for certain: its naive times are read with caution."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from tap_payments.reports.coverage import (
    coverage_of_job,
    coverage_of_request,
    created_at,
    is_expired,
    made_at,
    made_at_latest,
    may_be_expired,
    outdated_of,
)
from tap_payments.reports.jobs import ReportJob, ReportRequest, ReportStatus
from tap_payments.windows.intervals import Interval, Intervals

SYDNEY = ZoneInfo("Australia/Sydney")
NEW_YORK = ZoneInfo("America/New_York")


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def local(text: str) -> datetime:
    return datetime.fromisoformat(text)


JOB = ReportJob(  # the document's example
    job_id="01JRVZKFS0C0G70CDC0B8CR3G0",
    status=ReportStatus.COMPLETE,
    report_type="CUSTOMERS",
    file_type="csv",
    timezone="Australia/Sydney",
    start_time=local("2025-01-01T04:00:00"),
    end_time=local("2026-01-01T04:00:00"),
    created_at=local("2025-02-03T04:00:00"),
    expires_at=local("2025-02-10T04:00:00"),
    download_url="https://files.example/report?signature=SECRET",
)


def job(**changes: Any) -> ReportJob:
    return replace(JOB, **changes)


@pytest.mark.parametrize(
    ("status", "url", "usable", "ready"),
    [
        ("COMPLETE", "https://files.example/1", True, True),
        ("COMPLETE", None, False, False),
        ("NO_DATA", None, True, True),
        ("IN_PROGRESS", None, True, False),
        ("FAILED", None, False, False),
        ("UNKNOWN", "https://files.example/1", False, False),
    ],
)
def test_which_jobs_can_be_read(status: str, url: str | None, usable: bool, ready: bool) -> None:
    found = job(status=ReportStatus(status), download_url=url)
    assert (found.is_usable, found.is_ready) == (usable, ready)


def test_a_job_covers_to_its_end_if_that_was_past_when_it_was_created() -> None:
    found = job(created_at=local("2026-02-01T04:00:00"))
    assert coverage_of_job(found, SYDNEY, None) == Interval(
        utc("2024-12-31T17:00:00"), utc("2025-12-31T17:00:00")
    )


def test_a_job_with_an_end_in_the_future_covers_to_its_creation_read_locally() -> None:
    assert coverage_of_job(job(), SYDNEY, None) == Interval(
        utc("2024-12-31T17:00:00"), utc("2025-02-02T17:00:00")
    )


@pytest.mark.parametrize(
    ("created", "zone", "until"),
    [
        (local("2025-02-03T04:00:00"), NEW_YORK, "2025-02-03T04:00:00"),  # as UTC it is earlier
        (utc("2025-02-03T04:00:00"), SYDNEY, "2025-02-03T04:00:00"),  # an offset is exact
    ],
)
def test_the_creation_is_read_in_whichever_zone_is_earlier(
    created: datetime, zone: ZoneInfo, until: str
) -> None:
    coverage = coverage_of_job(job(created_at=created), zone, None)
    assert coverage is not None
    assert coverage.until == utc(until)


def test_a_job_that_the_tap_started_covers_to_when_it_did() -> None:
    asked_at = utc("2025-02-03T03:59:00")
    for created in (JOB.created_at, None):
        coverage = coverage_of_job(job(created_at=created), SYDNEY, asked_at)
        assert coverage == Interval(utc("2024-12-31T17:00:00"), asked_at)
    early = job(end_time=local("2025-02-03T04:00:00"))
    coverage = coverage_of_job(early, SYDNEY, asked_at)
    assert coverage is not None
    assert coverage.until == utc("2025-02-02T17:00:00")


@pytest.mark.parametrize("missing", ["start_time", "end_time", "created_at"])
def test_a_job_that_the_list_does_not_describe_covers_nothing_that_is_known(missing: str) -> None:
    assert coverage_of_job(job(**{missing: None}), SYDNEY, None) is None


@pytest.mark.parametrize("end", ["2025-01-01T04:00:00", "2024-12-01T04:00:00"])
def test_a_job_whose_end_is_not_after_its_start_covers_nothing(end: str) -> None:
    coverage = coverage_of_job(job(end_time=local(end)), SYDNEY, None)
    assert coverage is not None
    assert coverage.since == coverage.until


def test_an_ambiguous_end_covers_to_its_earlier_reading_and_a_start_from_its_later() -> None:
    request = ReportRequest(
        "TAPS",
        datetime.fromisoformat("2026-04-05T02:00:00"),
        datetime.fromisoformat("2027-04-04T02:00:00"),
        "csv",
    )
    assert coverage_of_request(request, SYDNEY) == Interval(
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
        ({"start_time": local("2024-12-31T17:00:00+00:00")}, True),
        ({"end_time": local("2026-01-01T05:00:00")}, False),
        ({"start_time": None}, False),
        ({"report_type": "TAPS"}, False),
        ({"file_type": "xml"}, False),
    ],
)
def test_a_job_is_recognised_by_type_bounds_and_file_type(
    changes: dict[str, Any],
    same: bool,
) -> None:
    assert job(**changes).answers(REQUEST, SYDNEY) is same


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
    found = made_at_latest(job(), SYDNEY, None, utc(now))
    assert found == (utc(expected) if expected else None)


def test_when_the_tap_started_a_job_is_known_exactly() -> None:
    asked_at = utc("2025-02-03T03:59:00")
    assert made_at(job(), SYDNEY, asked_at) == asked_at
    assert made_at_latest(job(), SYDNEY, asked_at, asked_at) == asked_at
    assert made_at(job(created_at=None), SYDNEY, None) is None


def test_when_a_job_was_created_is_read_in_the_zone_that_fits_to_when_it_was_asked_for() -> None:
    local_reading, as_utc = utc("2025-02-02T17:00:00"), utc("2025-02-03T04:00:00")
    minute = timedelta(minutes=1)
    assert created_at(job(), SYDNEY, local_reading - minute) == local_reading
    assert created_at(job(), SYDNEY, as_utc - minute) == as_utc
    assert created_at(job(created_at=None), SYDNEY, as_utc) == as_utc


def test_a_job_may_have_expired_when_it_has_in_one_zone_and_has_when_it_has_in_both() -> None:
    local_expiry, as_utc = utc("2025-02-09T17:00:00"), utc("2025-02-10T04:00:00")
    second, made = timedelta(seconds=1), utc("2025-02-02T17:00:00")
    assert not may_be_expired(job(), SYDNEY, made, local_expiry - second)
    assert may_be_expired(job(), SYDNEY, made, local_expiry)
    assert not is_expired(job(), SYDNEY, as_utc)
    assert is_expired(job(), SYDNEY, as_utc + second)


def test_a_job_without_an_expiry_is_kept_for_seven_days() -> None:
    found, made = job(expires_at=None), utc("2025-02-02T17:00:00")
    assert not may_be_expired(found, SYDNEY, made, made + timedelta(days=7, seconds=-1))
    assert may_be_expired(found, SYDNEY, made, made + timedelta(days=7))
    assert not is_expired(found, SYDNEY, made + timedelta(days=99))


def between(since: str, until: str) -> Interval:
    return Interval(utc(f"2026-03-{since}"), utc(f"2026-03-{until}"))


@pytest.mark.parametrize(
    ("jobs", "outdated"),
    [
        ([], []),
        # Made on the 10th, it saw three days while they could still change.
        ([("10", "01", "10")], [("07", "10")]),
        ([("10", "09", "10")], [("09", "10")]),
        ([("20", "01", "10")], []),
        # A later job has seen some of them again.
        ([("10", "01", "10"), ("20", "08", "12")], [("07", "08")]),
        ([("10", "01", "10"), ("20", "01", "12")], []),
    ],
)
def test_what_was_young_when_its_job_was_made_is_outdated(
    jobs: list[tuple[str, str, str]], outdated: list[tuple[str, str]]
) -> None:
    made = [(utc(f"2026-03-{at}"), between(*bounds)) for at, *bounds in jobs]
    assert outdated_of(made, timedelta(days=3)) == Intervals.of(*(between(*b) for b in outdated))
