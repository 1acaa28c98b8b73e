"""Which jobs of the list serve a need, and why others do not."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from tap_payments.providers.tikpay.jobs import parse_job
from tap_payments.reports.job_list import JobList
from tap_payments.reports.planning import Offer, offers, preference
from tests.reports.api import NOW, Clock, ReportApi, utc
from tests.reports.runs import HORIZON, HOUR, SYDNEY, Run, daily

if TYPE_CHECKING:
    from datetime import datetime

    from tap_payments.reports.jobs import ReportJob
    from tap_payments.reports.planning import ReportNeed


def listed(since: str, until: str, created: str, **more: str) -> ReportJob:
    entry = {
        "jobId": f"JOB {created} {until}",
        "status": "COMPLETE",
        "downloadUrl": "https://files.example/1",
        "timezone": "UTC",
        "reportType": "TAPS",
        "fileType": "csv",
        "startTime": f"2026-{since}:00",
        "endTime": f"2026-{until}:00",
        "createdAt": f"2026-{created}:00",
        **more,
    }
    job = parse_job(entry)
    assert job is not None
    return job


FITS = listed("03-01T00:00", "03-10T00:00", "03-10T00:30")


def offered(
    *jobs: ReportJob, need: ReportNeed | None = None, started: dict[str, datetime] | None = None
) -> list[Offer]:
    job_list = JobList(SYDNEY, warn=lambda _: None)
    job_list.update(jobs)
    return list(offers(need or daily(), job_list, started or {}, NOW))


def objection(job: ReportJob, need: ReportNeed | None = None) -> str | None:
    [offer] = offered(job, need=need)
    return offer.objection


def best(*jobs: ReportJob) -> ReportJob:
    need = daily()
    missing = need.interval(SYDNEY)
    return max(offered(*jobs, need=need), key=lambda offer: preference(offer, missing)).job


def test_a_job_that_serves_can_be_adopted() -> None:
    assert objection(FITS) is None


@pytest.mark.parametrize(
    "other",
    [
        listed("03-01T00:00", "03-10T00:00", "03-10T00:30", reportType="TRIPS"),
        listed("03-01T00:00", "03-10T00:00", "03-10T00:30", fileType="xml"),
        listed("03-01T00:00", "03-09T02:00", "03-10T00:30"),  # ends at the watermark
        listed("03-01T00:00", "03-12T00:00", "03-09T02:00"),  # was created at the watermark
        listed("03-01T00:00", "03-10T00:00", "03-10T00:30", createdAt=""),
        listed("03-10T00:00", "03-01T00:00", "03-10T00:30"),
    ],
)
def test_a_job_that_does_not_serve_is_passed_over(other: ReportJob) -> None:
    assert offered(other) == []


def test_a_job_that_begins_after_the_lookback_covers_what_it_covers() -> None:
    [offer] = offered(listed("03-07T03:00", "03-10T00:00", "03-10T00:30"))
    assert offer.objection is None
    assert offer.covers == (utc("2026-03-07T03:00:00"), utc("2026-03-10T00:00:00"))


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"status": "FAILED"}, "has the status FAILED"),
        ({"expiresAt": "2026-03-10T02:17:00"}, "has expired"),
        (
            {"status": "IN_PROGRESS", "createdAt": "2026-03-09T02:16:59"},
            "has been in progress for more than a day",
        ),
    ],
)
def test_what_speaks_against_a_job(changes: dict[str, str], words: str) -> None:
    assert objection(listed("03-01T00:00", "03-10T00:00", "03-10T00:30", **changes)) == words


def test_a_job_that_is_in_progress_for_a_day_is_still_waited_for() -> None:
    day_old = {"status": "IN_PROGRESS", "createdAt": "2026-03-09T02:17:00"}
    assert objection(listed("03-01T00:00", "03-10T00:00", "03-10T00:30", **day_old)) is None


def test_a_read_that_no_later_run_completes_adopts_only_what_is_new_enough() -> None:
    assert objection(FITS, daily(made_since=utc("2026-03-10T00:30:00"))) is None
    too_old = objection(FITS, daily(made_since=utc("2026-03-10T00:30:01")))
    assert too_old == "was made too long ago"


def test_of_several_jobs_the_one_that_covers_most_is_the_best() -> None:
    further = listed("03-01T00:00", "03-10T01:00", "03-10T01:30", status="IN_PROGRESS")
    assert best(FITS, further, FITS) == further


def test_of_jobs_that_cover_the_same_one_that_is_ready_and_the_newest_is_the_best() -> None:
    pending = listed("03-01T00:00", "03-10T00:00", "03-10T01:00", status="IN_PROGRESS")
    newer = listed("03-01T00:00", "03-10T00:00", "03-10T00:45", status="NO_DATA", jobId="A")
    assert newer.job_id < FITS.job_id
    assert best(FITS, pending, newer) == newer


def test_a_job_that_can_never_be_read_comes_last() -> None:
    broken = listed("03-01T00:00", "03-10T01:00", "03-10T01:30", status="PAUSED")
    assert best(broken, FITS) == FITS
    assert best(broken) == broken


def test_no_job_counts_beyond_the_horizon() -> None:
    need = daily(until=utc("2026-03-09T12:00:00"))
    [offer] = offered(FITS, need=need)
    assert offer.covers.until == need.until


def test_a_job_that_the_tap_started_reaches_to_when_it_did() -> None:
    job = listed("03-01T00:00", "03-12T00:00", "03-09T02:00", timezone="Australia/Sydney")
    asked_at = NOW - timedelta(hours=1)
    assert offered(job) == []
    [offer] = offered(job, started={job.job_id: asked_at})
    assert (offer.covers.until, offer.made) == (asked_at, asked_at)


def test_the_zone_is_the_newest_jobs_whose_zone_is_known() -> None:
    jobs = [
        listed("03-01T00:00", "03-02T00:00", "03-05T00:00", timezone="Australia/Perth"),
        listed("03-01T00:00", "03-02T00:00", "03-06T00:00", timezone="Mars/Base"),
        listed("03-01T00:00", "03-02T00:00", "03-04T00:00", timezone="Australia/Sydney"),
    ]
    warnings: list[str] = []
    job_list = JobList(SYDNEY, warn=warnings.append)
    for some in ([], jobs[1:2]):
        job_list.update(some)
        assert job_list.zone is SYDNEY
    job_list.update(jobs)
    assert job_list.zone.key == "Australia/Perth"
    assert len(warnings) == 1


def test_what_no_earlier_list_had_is_unseen() -> None:
    job_list = JobList(SYDNEY, warn=lambda _: None)
    job_list.update([FITS])
    other = listed("03-01T00:00", "03-10T00:00", "03-10T00:45")
    job_list.update([other])
    assert job_list.unseen == {other.job_id}
    job_list.update([FITS, other])
    assert job_list.unseen == set(), "what comes back was seen before"


def test_a_lookback_that_was_asked_for_alone_is_adopted_by_the_next_run() -> None:
    clock = Clock()
    api = ReportApi(clock)
    api.make_utc("TAPS", "2026-03-09T02:00:00", "2026-03-10T02:00:00")
    clock.now += timedelta(minutes=1)
    api.duration = timedelta(minutes=10)
    first = Run(api, max_wait=0)
    assert first.deliver_one(daily()) == []
    assert first.journal == ["list", "start TAPS"]
    clock.now += timedelta(minutes=11)
    second = Run(api)
    lookback, rest = second.deliver_one(daily())
    assert (lookback.job.job_id, rest.job.job_id) == ("JOB0002", "JOB0001")
    assert second.journal == ["list"]


@pytest.mark.parametrize(
    ("age", "until"), [(24, "2026-03-08T02:00:00"), (0, "2026-03-03T00:00:00")]
)
def test_what_may_have_changed_is_read_anew_unless_a_later_lookback_reaches_it(
    age: int, until: str
) -> None:
    clock = Clock(HORIZON - timedelta(hours=age))
    api = ReportApi(clock)
    api.make_utc("TAPS", "2026-03-03T00:00:00", "2026-03-09T02:00:00")
    clock.now = HORIZON
    api.make_utc("TAPS", "2026-03-09T02:00:00", "2026-03-10T02:00:00")
    clock.now += timedelta(minutes=5)
    run = Run(api)
    need = daily(watermark=None)._replace(
        since=utc("2026-03-01T00:00:00"), lookback=timedelta(days=2)
    )
    new = run.deliver_one(need)[0]
    assert (new.since, new.until) == (need.since, utc(until))
    assert run.journal == ["list", "start TAPS", "list"]


@pytest.mark.parametrize(
    ("lookback", "since"),
    [
        (timedelta(days=6.5), "2026-03-03T00:00:00"),  # both begin there: the ready one is first
        (timedelta(days=2), "2026-03-07T02:00:00"),
        (timedelta(), "2026-03-09T02:00:00"),
    ],
    ids=["all", "young", "settled"],
)
def test_what_was_young_when_an_adopted_job_was_made_is_read_anew_with_what_is_missing(
    lookback: timedelta, since: str
) -> None:
    clock = Clock(utc("2026-03-09T02:30:00"))
    api = ReportApi(clock)
    api.make_utc("TAPS", "2026-03-01T00:00:00", "2026-03-09T02:00:00")
    clock.now = HORIZON
    run = Run(api)
    need = daily(watermark=utc("2026-03-05T00:00:00"))._replace(lookback=lookback)
    adopted, new = run.deliver_one(need)
    assert adopted.until == utc("2026-03-09T02:00:00")
    assert (new.since, new.until) == (utc(since), HOUR)
    assert run.journal == ["list", "start TAPS", "list"]
