"""Tikpay replayed: its jobs and files, and the moods of the account that was recorded."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from tap_payments.sandbox import Clock, Sandbox
from tap_payments.sandbox.replay.moving import move, move_text
from tests.sandbox.client import ask
from tests.sandbox.replay.recorder import Recorder, log_in, replaying

if TYPE_CHECKING:
    from pathlib import Path

RECORDED = datetime(2026, 3, 15, 12, tzinfo=UTC)
NOW = datetime(2026, 5, 20, 3, tzinfo=UTC)
LATER = timedelta(days=66)
BOUNDS = ("2026-03-10T00:00:00", "2026-03-15T00:00:00")
LIST = "/report-jobs-list"


def sandbox_in(*moods: str) -> Sandbox:
    """A sandbox to record, in these moods, with jobs of several fates."""
    sandbox = Sandbox(days=6, accounts=1, clock=Clock(RECORDED, frozen=True))
    for mood in ("job_seconds=0", "outcomes=none,none,FAILED,NO_URL", *moods):
        sandbox.moods.set(f"tikpay.{mood}")
    for number, kind in enumerate(("TAPS", "TRIPS", "TAPS", "TAPS", "TAPS", "PAYMENTS")):
        at = RECORDED - timedelta(hours=number, minutes=7)
        sandbox.tikpay.start_job("main", kind, *BOUNDS, at=at)
    return sandbox


def record(sandbox: Sandbox, folder: Path, *, lists: int = 1, downloads: int = 2) -> Recorder:
    """What a doctor may ask: the list, and some of the files."""
    recorder = Recorder(sandbox, folder, "tikpay", daily_request_limit=20)
    for _ in range(lists):
        recorder.ask(LIST, auth="bearer", headers=log_in(sandbox))
    complete = [each for each in sandbox.tikpay.listed("main") if "downloadUrl" in each]
    for entry in complete[:downloads]:
        recorder.download(entry["downloadUrl"], entry["jobId"])
    return recorder


def listed(sandbox: Sandbox) -> list[dict[str, Any]]:
    headers = log_in(sandbox)
    found = ask(f"{sandbox.url}/tikpay/v1{LIST}", headers).json
    assert isinstance(found, list)
    return found


@pytest.mark.parametrize(
    "moods",
    [
        [],
        ["timezone=Pacific/Auckland"],
        ["created_at_zone=utc"],
        ["created_at_zone=utc", "timezone=America/Anchorage"],
        ["download_origin_differs=no"],
        ["rate_limit_headers=yes"],
        ["rate_limit_headers=yes", "daily_limit=50"],
        ["rate_limit_headers=yes", "list_counts_against_quota=no"],
        ["clock_skew_seconds=600"],
    ],
)
def test_a_recording_shows_the_mood(tmp_path: Path, moods: list[str]) -> None:
    own = {"job_seconds": "2", "outcomes": "none"}
    with sandbox_in(*moods) as before:
        record(before, tmp_path, lists=2)
    assert replaying(tmp_path, NOW).moods.now()["tikpay"] == before.moods.now()["tikpay"] | own


def test_the_list_and_the_files_are_there_again(tmp_path: Path) -> None:
    with sandbox_in() as before:
        record(before, tmp_path)
        entries = before.tikpay.listed("main")
        files = {
            entry["jobId"]: ask(entry["downloadUrl"]).body.decode()
            for entry in entries
            if "downloadUrl" in entry
        }
    with replaying(tmp_path, NOW) as after:
        again = listed(after)
        urls = [entry.pop("downloadUrl", "") for entry in again]
        bodies = [ask(url).body.decode() if url else None for url in urls]
        config = after.config()
    expected = [move(entry, LATER) for entry in entries]
    for entry in expected:
        entry.pop("downloadUrl", None)
    assert again == expected
    assert [entry["status"] for entry in again].count("COMPLETE") == 5
    assert all(url.startswith(after.downloads_url) for url in urls if url)
    whole = [move_text(files.get(entry["jobId"], ""), LATER) or None for entry in entries]
    heads = [text and text.partition("\n")[0] + "\n" for text in whole]
    assert bodies[:2] == whole[:2]  # these were recorded
    assert bodies[2:5] == heads[2:5]  # of these the header is known
    assert bodies[5] == ""  # of this type nothing is
    assert config["tikpay"]["daily_request_limit"] == 20
    assert config["start_date"] == "2026-05-15"


def test_new_jobs_are_made_of_nothing(tmp_path: Path) -> None:
    with sandbox_in() as before:
        record(before, tmp_path)
    with replaying(tmp_path, NOW) as after:
        url = f"{after.url}/tikpay/v1/generate-report"
        asked = {"startTime": BOUNDS[0], "endTime": BOUNDS[1], "reportType": "TAPS"}
        assert ask(url, log_in(after), body=asked).json["status"] == "IN_PROGRESS"
        after.clock.advance(2)
        assert listed(after)[-1]["status"] == "NO_DATA"


def test_a_quota_that_was_spent_is_spent_again(tmp_path: Path) -> None:
    with sandbox_in("retry_after=date") as before:
        headers = log_in(before)
        before.tikpay.access.spend("main", 20)
        refused = Recorder(before, tmp_path, "tikpay").ask(LIST, auth="bearer", headers=headers)
    with replaying(tmp_path, NOW) as after:
        reply = ask(f"{after.url}/tikpay/v1{LIST}", log_in(after))
        assert ask(f"{after.url}/tikpay/v1{LIST}").status == 403
    assert (reply.status, reply.body) == (429, refused.body)
    assert refused.headers["retry-after"] == "Mon, 16 Mar 2026 12:00:00 GMT"
    assert reply.headers["retry-after"] == "Thu, 21 May 2026 12:00:00 GMT"
