"""Report jobs: how they run, what becomes of them, and what they hold."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from tests.sandbox.client import ask
from tests.sandbox.tikpay.box import NOW, finished, generate, jobs

if TYPE_CHECKING:
    from tap_payments.sandbox import Sandbox


def test_a_job_runs_is_done_and_expires(seeded: Sandbox) -> None:
    reply = generate(seeded)
    name = reply.json["jobId"]
    assert reply.json == {"jobId": name, "status": "IN_PROGRESS"}
    assert re.fullmatch("[0-9A-HJKMNP-TV-Z]{26}", name)
    running = jobs(seeded).json
    assert running == [
        {
            "status": "IN_PROGRESS",
            "timezone": "Australia/Sydney",
            "jobId": name,
            "fileType": "csv",
            "reportType": "TAPS",
            "startTime": "2026-02-01T00:00:00",
            "endTime": "2026-03-16T00:00:00",
            "createdAt": "2026-03-15T23:00:00",
            "expiresAt": "2026-03-22T23:00:00",
        }
    ]
    seeded.clock.advance(2)
    done = jobs(seeded).json[0]
    url = done.pop("downloadUrl")
    assert done == {
        **running[0],
        "status": "COMPLETE",
        "completedAt": "2026-03-15T23:00:02",
    }
    assert url.startswith(f"{seeded.downloads_url}/tikpay-downloads/reports/{name}.csv?X-Expires=")
    seeded.tikpay.created_at_zone = "utc"
    assert jobs(seeded).json[0]["createdAt"] == "2026-03-15T12:00:00"
    seeded.clock.advance(days=7)
    assert jobs(seeded).json == []
    seeded.tikpay.list_expired = True
    assert [entry["jobId"] for entry in jobs(seeded).json] == [name]


def test_no_rows_are_no_data(empty: Sandbox) -> None:
    entry = finished(empty)
    assert entry["status"] == "NO_DATA"
    assert "downloadUrl" not in entry


def test_the_fates_of_jobs_can_be_scripted(seeded: Sandbox) -> None:
    fates = ["FAILED", "NO_DATA", "NO_URL", "WEIRD", "IN_PROGRESS", None]
    seeded.tikpay.outcomes = list(fates)
    entries = [finished(seeded) for _ in fates]
    assert [entry["status"] for entry in entries] == [
        "FAILED",
        "NO_DATA",
        "COMPLETE",
        "ARCHIVED",
        "IN_PROGRESS",
        "COMPLETE",
    ]
    assert ["downloadUrl" in entry for entry in entries] == [False] * 5 + [True]


def test_jobs_take_as_long_as_they_are_told(empty: Sandbox) -> None:
    tikpay = empty.tikpay
    seconds: list[Any] = [5, {"TAPS": 5}, lambda kind: {"TAPS": 5.0}[kind]]
    for value in seconds:
        tikpay.job_seconds = value
        job = tikpay.start_job("main", "TAPS", "2026-01-01T00:00:00", "2026-01-02T00:00:00")
        assert job.completed - job.created == timedelta(seconds=5)


def test_jobs_can_be_planted(empty: Sandbox) -> None:
    empty.tikpay.put_job({"status": "COMPLETE"})
    empty.tikpay.put_job({"jobId": "X", "status": "COMPLETE"}, b"a,b\n1,2\n")
    first, second = jobs(empty).json
    assert first == {"status": "COMPLETE"}
    assert ask(second["downloadUrl"]).body == b"a,b\n1,2\n"


def test_an_older_job_has_what_was_there_then(seeded: Sandbox) -> None:
    bounds = ("2026-02-01T00:00:00", "2026-03-16T00:00:00")
    job = seeded.tikpay.start_job("main", "TAPS", *bounds, at=NOW - timedelta(days=3))
    entry = jobs(seeded).json[0]
    rows = ask(entry["downloadUrl"]).body.count(b"\r\n") - 1
    then = seeded.tikpay.rows("main", job.created, kind="TAPS")
    assert rows == len(then) < len(seeded.tikpay.rows("main", kind="TAPS"))
    assert seeded.tikpay.access.spent("main") == 1
