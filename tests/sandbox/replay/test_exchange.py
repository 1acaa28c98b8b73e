"""A recording is replayed to the tap: it reads on another day what was recorded."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from tap_payments.sandbox import Clock, Sandbox
from tap_payments.sandbox.replay.moving import move
from tests.sandbox.client import ask
from tests.sandbox.replay.recorder import Recorder, log_in, replaying
from tests.support.taps import sync

if TYPE_CHECKING:
    from pathlib import Path

RECORDED = datetime(2026, 3, 15, 12, tzinfo=UTC)
NOW = datetime(2026, 5, 20, 15, tzinfo=UTC)
LATER = timedelta(days=66)
MIDNIGHT = "T00:00:00Z"


def by_id(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return sorted(rows, key=lambda row: (row["id"], row.get("type", "")))


@pytest.mark.parametrize("moods", [[], ["page_cap=30", "count=none"], ["auth_method=bearer"]])
def test_the_tap_reads_zimplers_recorded_rows(tmp_path: Path, moods: list[str]) -> None:
    auth = "bearer" if "auth_method=bearer" in moods else "basic"
    with Sandbox(days=4, accounts=1, clock=Clock(RECORDED, frozen=True)) as before:
        for mood in moods:
            before.moods.set(f"zimpler.{mood}")
        recorder = Recorder(before, tmp_path, "zimpler", auth_method=auth, page_size=50)
        recorder.ask("/v4/current_balance", auth=auth)
        rows: list[Any] = []
        dates = {"from_date": "2026-03-11", "to_date": "2026-03-15", "ascending": "true"}
        while page := recorder.ask(
            "/v4/transactions", {"limit": 100, "offset": len(rows), **dates}, auth=auth
        ).json["transactions"]:
            rows += page
    with replaying(tmp_path, NOW) as after:
        run = sync(after, after.config("zimpler"))
    assert run.failed is None
    assert by_id(run.rows("zimpler_transactions")) == by_id(move(rows, LATER))
    assert len(rows) > 150
    assert run.records("zimpler_current_balance")


def test_the_tap_reads_spacivoxs_recorded_rows(tmp_path: Path) -> None:
    with Sandbox(days=4, accounts=1, clock=Clock(RECORDED, frozen=True)) as before:
        recorder = Recorder(before, tmp_path, "spacivox")
        recorder.ask("/j/teams", auth="bearer")
        days = [f"2026-03-{day}{MIDNIGHT}" for day in range(11, 16)]
        rows = [
            row
            for start, end in zip(days, [*days[1:], f"2026-03-16{MIDNIGHT}"], strict=True)
            for row in recorder.ask(
                "/j/payment_transactions", {"start": start, "end": end}, auth="bearer"
            ).json
        ]
    with replaying(tmp_path, NOW) as after:
        run = sync(after, after.config("spacivox"))
    assert run.failed is None
    found = run.rows("spacivox_payment_transactions")
    assert by_id(found) == by_id(move(rows, LATER))
    assert len(rows) > 60


def test_several_accounts_are_told_apart_by_their_credentials(tmp_path: Path) -> None:
    with Sandbox(days=4, accounts=2, clock=Clock(RECORDED, frozen=True)) as before:
        for account in ("main", "shop2"):
            recorder = Recorder(before, tmp_path, "zimpler", account)
            recorder.ask("/v4/transactions", {"limit": 5})
    with replaying(tmp_path, NOW) as after:
        for account in ("main", "shop2"):
            recorder = Recorder(after, tmp_path / "again", "zimpler", account)
            reply = recorder.ask("/v4/transactions", {"limit": 5})
            assert reply.json["transactions"] == after.zimpler.rows(account)[:5]
        assert after.zimpler.rows("main") != after.zimpler.rows("shop2")


def test_faults_moods_and_control_are_those_of_any_sandbox(tmp_path: Path) -> None:
    with Sandbox(days=4, accounts=1, clock=Clock(RECORDED, frozen=True)) as before:
        Recorder(before, tmp_path, "zimpler").ask("/v4/transactions", {"limit": 5})
    with replaying(tmp_path, NOW) as after:
        after.faults.add("zimpler:503")
        after.moods.set("zimpler.requests_per_second=1")
        recorder = Recorder(after, tmp_path / "again", "zimpler")
        statuses = [recorder.ask("/v4/transactions", {"limit": 5}).status for _ in range(3)]
        status = ask(f"{after.url}/_sandbox").json
        assert ask(f"{after.url}/spacivox/j/teams").status == 404
    assert statuses == [503, 200, 429]
    assert status["replays"] == ["zimpler.main"]
    assert status["seed"] is None
    assert list(status["accounts"]) == ["zimpler"]


def test_a_clock_change_between_the_days_moves_no_hour(tmp_path: Path) -> None:
    """Recorded in Sydney's summer, replayed in its winter: local times keep their hour."""
    with Sandbox(days=4, accounts=1, clock=Clock(RECORDED, frozen=True)) as before:
        bounds = ("2026-03-12T04:00:00", "2026-03-13T04:00:00")
        before.tikpay.start_job("main", "TAPS", *bounds)
        Recorder(before, tmp_path, "tikpay").ask(
            "/report-jobs-list", auth="bearer", headers=log_in(before)
        )
    with replaying(tmp_path, NOW) as after:
        (entry,) = after.tikpay.listed("main")
    assert (entry["startTime"], entry["endTime"]) == ("2026-05-17T04:00:00", "2026-05-18T04:00:00")
    assert entry["createdAt"] == "2026-05-20T23:00:00"
