"""Any job list that somebody can think of: all that is needed is covered, and nothing else is."""

from __future__ import annotations

import typing as t
from datetime import UTC, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from tap_payments.errors import StreamFailed
from tap_payments.windows.intervals import Interval, Intervals
from tests.reports.api import NOW, Clock, ReportApi, utc
from tests.reports.runs import HORIZON, HOUR, Run, daily

if t.TYPE_CHECKING:
    from datetime import datetime


Entry = dict[str, t.Any]
DAY = timedelta(days=1)
UTC_ZONE = ZoneInfo("UTC")
BEGIN = utc("2026-03-05T00:00:00")
HOURS = int((NOW - BEGIN) / timedelta(hours=1))

bounds = st.tuples(st.integers(-30, HOURS + 30), st.integers(0, 80))
"""Where a job begins, in hours, and how long it is: nested, touching, empty, still to come."""
entries = st.builds(
    lambda bounds, age, status, kind, file_type, url: (
        {
            "status": status,
            "timezone": "UTC",
            "fileType": file_type,
            "reportType": kind,
            "startTime": wire(BEGIN + timedelta(hours=bounds[0])),
            "endTime": wire(BEGIN + timedelta(hours=sum(bounds))),
            "createdAt": wire(NOW - timedelta(hours=age)),
        }
        | ({"downloadUrl": "https://files.example/x"} if url else {})
    ),
    bounds,
    st.integers(-2, 190),
    st.sampled_from(["COMPLETE", "COMPLETE", "NO_DATA", "FAILED", "IN_PROGRESS", "PAUSED"]),
    st.sampled_from(["TAPS", "TAPS", "TAPS", "TRIPS"]),
    st.sampled_from(["csv", "csv", "csv", "xml"]),
    st.sampled_from([True, True, True, False]),
)


def wire(instant: datetime) -> str:
    """An instant as a job list of a company in UTC has it."""
    return instant.replace(tzinfo=None).isoformat()


def listed(found: list[Entry]) -> list[Entry]:
    """The entries with ids, of which every fifth is there twice."""
    named = [entry | {"jobId": f"J{number}"} for number, entry in enumerate(found)]
    return named + named[::5]


def covered_by(entry: Entry) -> Interval:
    """What a report really has: what was there when it was made."""
    since, until, made = (utc(entry[name]) for name in ("startTime", "endTime", "createdAt"))
    return Interval(since, max(since, min(until, made)))


def is_readable(entry: Entry) -> bool:
    """Whether a run can have its rows now."""
    has_url = "downloadUrl" in entry
    is_done = entry["status"] == "NO_DATA" or (entry["status"] == "COMPLETE" and has_url)
    is_kept = NOW - utc(entry["createdAt"]) < 7 * DAY
    return is_done and is_kept and (entry["reportType"], entry["fileType"]) == ("TAPS", "csv")


def delivered(found: list[Entry]) -> tuple[Run, Intervals, Exception | None]:
    """A run over a list, and the instants whose rows it gave."""
    api = ReportApi(Clock(), zone="UTC")
    api.entries = found
    run = Run(api, zone=UTC_ZONE)
    need = daily(watermark=BEGIN + 2 * DAY, until=HORIZON)
    end = run.deliver(need)["TAPS"]
    by_id = {entry["jobId"]: entry for entry in found}
    given = []
    for report in run.found["TAPS"]:
        entry = by_id.get(report.job.job_id)
        if entry is None:
            since, until = api.truth(report.job.job_id)
        else:
            assert is_readable(entry) or entry["status"] == "IN_PROGRESS", "nothing else has rows"
            since, until = covered_by(entry)
            assert until > BEGIN + 2 * DAY, "the lookback is read anew"
        assert since <= report.since < report.until <= until, "no more is claimed than it has"
        given.append((report.since, report.until))
    return run, Intervals.of(*given), end if isinstance(end, Exception) else None


@given(st.lists(entries, max_size=8))
def test_what_is_needed_is_delivered_whatever_the_list_has(found: list[Entry]) -> None:
    run, given_, end = delivered(listed(found))
    reached = given_.whole_from(BEGIN)
    if end is None and not run.warnings:
        assert HOUR <= reached <= HORIZON
    elif end is None:
        assert any("is still being made" in warning for warning in run.warnings)
    else:
        assert isinstance(end, StreamFailed)
        assert "report job J" in str(end), "the job that nobody understands is named"


@given(st.lists(entries, max_size=8))
def test_no_more_is_asked_for_than_no_job_covers(found: list[Entry]) -> None:
    run, _given, _end = delivered(listed(found))
    adoptable = [covered_by(entry) for entry in found if is_readable(entry)]
    serving = [each for each in adoptable if each.until > BEGIN + 2 * DAY]
    missing = Intervals.of((BEGIN, HOUR)).without(serving)
    for request in run.api.requests:
        since, until = (each.replace(tzinfo=UTC) for each in request[1:3])
        assert missing.within([(since, until)]), "each request is for something that no job has"
    assert len(run.api.requests) <= 1


@given(st.lists(entries, max_size=8))
def test_the_order_of_the_list_does_not_matter(found: list[Entry]) -> None:
    one, other = delivered(listed(found)), delivered(listed(found)[::-1])
    assert one[0].api.requests == other[0].api.requests
    assert (one[1], str(one[2])) == (other[1], str(other[2]))
