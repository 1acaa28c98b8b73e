from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest

from tap_payments.sandbox import Sandbox
from tests.sandbox.client import ask, bearer
from tests.sandbox.tikpay.box import (
    FORM,
    KEY,
    NOW,
    access,
    finished,
    generate,
    jobs,
    log_in,
)


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


@pytest.mark.parametrize(
    "fields",
    [
        {"startTime": None},
        {"startTime": "2026-02-01T00:00:00Z"},
        {"startTime": "2026-02-01"},
        {"endTime": "2026-02-01T00:00:00"},
        {"endTime": "2026-02-01T00:00:00+10:00"},
        {"reportType": "taps"},
        {"fileType": "pdf"},
    ],
)
def test_a_bad_job_is_refused(empty: Sandbox, fields: dict[str, object]) -> None:
    assert generate(empty, **fields).status == 400


@pytest.mark.parametrize("body", [b"{", b"[]"])
def test_a_body_that_is_no_object_is_refused(empty: Sandbox, body: bytes) -> None:
    url = f"{empty.url}/tikpay/v1/generate-report"
    assert ask(url, access(empty), body=body).status == 400
    assert ask(url, access(empty)).status == 404


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


def test_the_quota_is_20_requests_in_any_24_hours(empty: Sandbox) -> None:
    headers = access(empty)
    assert generate(empty).status == 200
    empty.clock.advance(hours=1)
    empty.tikpay.token_lifetime = 10**6
    headers = access(empty)
    assert [jobs(empty, headers).status for _ in range(20)] == [200] * 19 + [429]
    reply = jobs(empty, headers)
    assert reply.headers["retry-after"] == str(23 * 3600)
    empty.clock.advance(hours=23)
    assert [jobs(empty, headers).status for _ in range(2)] == [200, 429]
    assert empty.tikpay.access.spent("main") == 20


def test_accounts_with_one_key_share_its_quota() -> None:
    with Sandbox(seed=None, accounts={"tikpay": ["main", "other"]}) as sandbox:
        sandbox.tikpay.accounts["other"]["api_key"] = KEY["x-api-key"]
        client = {
            "client_id": "sandbox-tikpay-client-2",
            "client_secret": "sandbox-tikpay-secret-other",
        }
        other = {**KEY, **bearer(log_in(sandbox, {**FORM, **client}).json["access_token"])}
        main = access(sandbox)
        assert [jobs(sandbox, main).status for _ in range(15)] == [200] * 15
        assert [jobs(sandbox, other).status for _ in range(6)] == [200] * 5 + [429]
        assert jobs(sandbox, main).status == 429
        assert sandbox.tikpay.access.spent("other") == 20


def test_a_spent_quota_can_say_when_in_other_ways(empty: Sandbox) -> None:
    headers = access(empty)
    empty.tikpay.access.spend("main", 20)
    empty.tikpay.retry_after = "date"
    assert jobs(empty, headers).headers["retry-after"] == "Mon, 16 Mar 2026 12:00:00 GMT"
    empty.tikpay.retry_after = None
    assert "retry-after" not in jobs(empty, headers).headers
    empty.tikpay.daily_limit = 21
    assert jobs(empty, headers).status == 200


def test_a_fault_may_hide_a_job_that_was_started(empty: Sandbox) -> None:
    empty.faults.add("tikpay:500:path=/v1/generate-report")
    empty.faults.add("tikpay:502:path=/v1/generate-report:accepted=yes")
    assert generate(empty).status == 500
    assert jobs(empty).json == []
    assert empty.tikpay.access.spent("main") == 1
    assert generate(empty).status == 502
    assert [entry["reportType"] for entry in jobs(empty).json] == ["TAPS"]


def test_the_operators_day_begins_before_utcs(seeded: Sandbox) -> None:
    seeded.clock.advance(hours=11)
    taps = seeded.tikpay.rows("main", kind="TAPS")
    assert taps[-1]["tappedAt"] > "2026-03-16"


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
