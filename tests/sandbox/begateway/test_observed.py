"""beGateway replayed: the moods of a recording are those of the account that was recorded."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from tap_payments.sandbox import Clock, Sandbox
from tap_payments.sandbox.replay.moving import move
from tests.sandbox.replay.recorder import Recorder, replaying

if TYPE_CHECKING:
    from pathlib import Path

    from tests.sandbox.client import Reply

RECORDED = datetime(2026, 3, 15, 12, tzinfo=UTC)
NOW = datetime(2026, 5, 20, 3, tzinfo=UTC)
LATER = timedelta(days=66)
NONE = timedelta()
PATH = "/api/reports"
VERSION = {"X-Api-Version": "3"}
DAY: dict[str, Any] = {
    "date_type": "created_at",
    "from": "2026-03-12 00:00:00",
    "to": "2026-03-14 00:00:00",
    "status": "all",
    "payment_method_type": "credit_card",
    "time_zone": "UTC",
}
CORRECTED = {
    **DAY,
    "from": "2026-03-14 00:00:00",
    "to": "2026-03-16 00:00:00",
    "manual_correction_from": "2026-02-01 00:00:00",
    "manual_correction_to": "2026-03-16 00:00:00",
}


def post(recorder: Recorder, params: dict[str, Any], path: str = PATH) -> Reply:
    return recorder.ask(path, body={"report_params": params}, headers=VERSION)


def read(recorder: Recorder, params: dict[str, Any]) -> list[Reply]:
    """Every page of a report."""
    replies = [post(recorder, params)]
    while replies[-1].status == 200 and replies[-1].json["has_more"]:
        cursor = replies[-1].json["last_object_id"]
        replies.append(post(recorder, {**params, "starting_after": cursor}))
    return replies


def edge(sandbox: Sandbox) -> dict[str, Any]:
    """A report whose last second has a row."""
    rows = sandbox.begateway.rows("main")
    row = next(
        row
        for row in rows
        if row["payment_method_type"] == "credit_card" and row["created_at"] > "2026-03-12"
    )
    return {**DAY, "to": row["created_at"].replace("T", " ").removesuffix("Z")}


def probe(recorder: Recorder, edge: dict[str, Any], by: timedelta = NONE) -> list[Reply]:
    """What a doctor may ask: a report in pages, its count, methods, bounds, corrections."""
    params = move(DAY, by)
    return [
        *read(recorder, params),
        post(recorder, params, f"{PATH}/count"),
        *(post(recorder, {**params, "payment_method_type": name}) for name in ("erip", "all")),
        *read(recorder, {**params, "payment_method_type": "alternative"}),
        post(recorder, move(edge, by)),
        *read(recorder, move(CORRECTED, by)),
    ]


def sandbox_in(*moods: str) -> Sandbox:
    """A sandbox to record, in these moods."""
    sandbox = Sandbox(days=20, accounts=1, clock=Clock(RECORDED, frozen=True))
    for mood in ("page_size=10", *moods):
        sandbox.moods.set(f"begateway.{mood}")
    return sandbox


@pytest.mark.parametrize(
    "moods",
    [
        [],
        ["payment_method_types=credit_card,alternative,erip"],
        ["payment_method_types=credit_card"],
        ["to_is_inclusive=yes"],
        ["cursor_type=string"],
        ["count=page"],
        ["count_offset=3"],
        ["corrections_combine_with_dates=no"],
        ["page_size=7", "clock_skew_seconds=-90"],
    ],
)
def test_a_recording_shows_the_mood(tmp_path: Path, moods: list[str]) -> None:
    with sandbox_in(*moods) as before:
        probe(Recorder(before, tmp_path, "begateway"), edge(before))
    assert replaying(tmp_path, NOW).moods.now()["begateway"] == before.moods.now()["begateway"]


def test_reports_that_are_not_enabled_stay_so(tmp_path: Path) -> None:
    with sandbox_in("reports_enabled=no") as before:
        first = post(Recorder(before, tmp_path, "begateway"), DAY)
    with replaying(tmp_path, NOW) as after:
        assert after.moods.now()["begateway"]["reports_enabled"] == "no"
        again = post(Recorder(after, tmp_path / "again", "begateway"), move(DAY, LATER))
    assert (again.status, again.body) == (401, first.body)


def test_what_was_asked_is_answered_again(tmp_path: Path) -> None:
    with sandbox_in("count=page") as before:
        bounds = edge(before)
        first = probe(Recorder(before, tmp_path, "begateway"), bounds)
    with replaying(tmp_path, NOW) as after:
        second = probe(Recorder(after, tmp_path / "again", "begateway"), bounds, LATER)
    assert [(reply.status, reply.json) for reply in second] == [
        (reply.status, move(reply.json, LATER)) for reply in first
    ]
    assert {reply.status for reply in first} == {200, 422}


def test_all_rows_can_be_read_in_other_windows_than_were_recorded(tmp_path: Path) -> None:
    with sandbox_in() as before:
        recorder = Recorder(before, tmp_path, "begateway")
        served = [row for page in read(recorder, DAY) for row in page.json["transactions"]]
    with replaying(tmp_path, NOW) as after:
        recorder = Recorder(after, tmp_path / "again", "begateway")
        halves = (
            {"from": "2026-03-12 00:00:00", "to": "2026-03-12 17:00:00"},
            {"from": "2026-03-12 17:00:00", "to": "2026-03-15 00:00:00"},
        )
        pages = [page for half in halves for page in read(recorder, move({**DAY, **half}, LATER))]
        rows = [row for page in pages for row in page.json["transactions"]]
    assert max(len(page.json["transactions"]) for page in pages) == 10
    assert sorted(rows, key=str) == sorted(move(served, LATER), key=str)
    assert len(rows) > 30
