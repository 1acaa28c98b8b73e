"""Spacivox replayed: the moods of a recording are those of the account that was recorded."""

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
PAYMENTS = "/j/payment_transactions"
MIDNIGHT = "T00:00:00Z"


def window(since: str, until: str) -> dict[str, str]:
    return {"start": f"2026-03-{since}{MIDNIGHT}", "end": f"2026-03-{until}{MIDNIGHT}"}


def get(recorder: Recorder, path: str, query: Any = None) -> Reply:
    return recorder.ask(path, query, auth="bearer")


def probe(recorder: Recorder, by: timedelta = NONE) -> list[Reply]:
    """What a doctor may ask: days, their whole, a team, jobs and teams."""
    days = [window(f"{day:02}", f"{day + 1:02}") for day in range(8, 13)]
    whole = window("08", "13")
    queries: list[tuple[str, Any]] = [
        *((PAYMENTS, day) for day in days),
        (PAYMENTS, whole),
        (PAYMENTS, {**whole, "team": "2"}),
        ("/j/call_records", days[0]),
        ("/j/text_records", days[0]),
        ("/j/jobs", {"modified_since": f"2026-03-11{MIDNIGHT}"}),
        ("/j/jobs", {"modified_since": f"2026-03-13{MIDNIGHT}"}),
        ("/j/teams", None),
    ]
    return [get(recorder, path, move(query, by)) for path, query in queries]


def sandbox_in(*moods: str) -> Sandbox:
    """A sandbox to record, in these moods, with a row on a midnight."""
    sandbox = Sandbox(days=20, accounts=1, clock=Clock(RECORDED, frozen=True))
    sandbox.spacivox.put("main", sandbox.spacivox.example(timestamp=f"2026-03-10{MIDNIGHT}"))
    for mood in moods:
        sandbox.moods.set(f"spacivox.{mood}")
    return sandbox


@pytest.mark.parametrize(
    "moods",
    [
        [],
        ["end_is_inclusive=yes"],
        ["longest_answer=30"],
        ["max_window_hours=24"],
        ["slow_window_hours=24"],
        ["clock_skew_seconds=-90"],
    ],
)
def test_a_recording_shows_the_mood(tmp_path: Path, moods: list[str]) -> None:
    with sandbox_in(*moods) as before:
        probe(Recorder(before, tmp_path, "spacivox"))
    assert replaying(tmp_path, NOW).moods.now()["spacivox"] == before.moods.now()["spacivox"]


def test_what_was_asked_is_answered_again(tmp_path: Path) -> None:
    with sandbox_in("filters_by_timestamp=no", "longest_answer=40") as before:
        first = probe(Recorder(before, tmp_path, "spacivox"))
    with replaying(tmp_path, NOW) as after:
        second = probe(Recorder(after, tmp_path / "again", "spacivox"), LATER)
    assert [reply.json for reply in second] == [move(reply.json, LATER) for reply in first]
    assert sum(bool(reply.json) for reply in first) > 9


@pytest.mark.parametrize("mood", ["filters_by_timestamp=yes", "filters_by_timestamp=no"])
def test_windows_of_several_days_have_the_rows_of_each(tmp_path: Path, mood: str) -> None:
    """Also rows that a window returned although their timestamp is not in it."""
    with sandbox_in(mood) as before:
        recorder = Recorder(before, tmp_path, "spacivox")
        days = [window(f"{day:02}", f"{day + 1:02}") for day in range(1, 13)]
        pages = [(day["start"], get(recorder, PAYMENTS, day).json) for day in days]
        served = [row for _, rows in pages for row in rows]
    is_late = any(row["timestamp"] < start for start, rows in pages for row in rows)
    assert is_late is mood.endswith("no")
    with replaying(tmp_path, NOW) as after:
        recorder = Recorder(after, tmp_path / "again", "spacivox")
        rows = get(recorder, PAYMENTS, move(window("01", "13"), LATER)).json
    assert sorted(rows, key=str) == sorted(move(served, LATER), key=str)
    assert len(rows) > 200


def test_jobs_are_modified_when_they_were(tmp_path: Path) -> None:
    with sandbox_in() as before:
        probe(Recorder(before, tmp_path, "spacivox"))
    with replaying(tmp_path, NOW) as after:
        recorder = Recorder(after, tmp_path / "again", "spacivox")
        since = {
            day: {row["id"] for row in get(recorder, "/j/jobs", move(query, LATER)).json}
            for day in ("11", "12", "13", "14")
            for query in [{"modified_since": f"2026-03-{day}T00:00:00.000Z"}]
        }
        teams = get(recorder, "/j/teams").json
    assert since["11"] > since["12"] == since["13"] > since["14"] == set()
    assert teams == before.spacivox.teams
