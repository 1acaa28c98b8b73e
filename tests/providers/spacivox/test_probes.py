"""What Spacivox's documents leave open is told from a server's answers, whatever they are."""

from __future__ import annotations

import typing as t
from datetime import datetime, timedelta, timezone, tzinfo

import pytest

from tests.doctor.box import sandbox_in, visit
from tests.support.clock import NOW
from tests.support.server import Answer, Request, Server
from tests.support.taps import settings, sync

if t.TYPE_CHECKING:
    from pathlib import Path

IDS = {"end_is_inclusive", "longest_answer", "filters_by_timestamp", "unknown_fields"}
ALL = {"authenticated", "clock_skew_seconds", "rate_limit_headers", "latency_ms", "tls"}
HOUR = timedelta(hours=1)
PAYMENTS = "spacivox_payment_transactions"


def test_a_server_as_documented_contradicts_nothing(tmp_path: Path) -> None:
    with sandbox_in() as sandbox:
        done = visit(sandbox, "spacivox", tmp_path)
    assert done.code == 0
    assert set(done.facts) == IDS | ALL
    assert not done.verdicts("unknown")
    assert done.requests == done.accounts[0]["requests"] <= 25


@pytest.mark.parametrize(
    ("mood", "fact", "told"),
    [
        ("end_is_inclusive=yes", "end_is_inclusive", (True, "observed", None, "")),
        ("end_is_inclusive=no", "end_is_inclusive", (False, "observed", None, "")),
        ("longest_answer=100", "longest_answer", (100, "contradicted", "longest_answer", "100")),
        ("longest_answer=15", "longest_answer", (15, "contradicted", "longest_answer", "15")),
        (
            "filters_by_timestamp=no",
            "filters_by_timestamp",
            (False, "contradicted", None, "lookback of 3 days"),
        ),
        ("unknown_fields=risk", "unknown_fields", (["risk"], "observed", None, "_extra")),
        ("slow_window_hours=48", "longest_answer", ("not cut", "confirmed", None, "halves")),
        ("max_window_hours=200", "longest_answer", ("not cut", "confirmed", None, "8 days")),
        ("max_window_hours=24", "longest_answer", ("not cut", "confirmed", None, "the last day")),
        ("max_window_hours=6", "longest_answer", ("not cut", "confirmed", None, "6 hours")),
        ("slow_window_hours=1", "longest_answer", ("not cut", "confirmed", None, "the last hour")),
    ],
)
def test_a_mood_is_told(
    tmp_path: Path, mood: str, fact: str, told: tuple[t.Any, str, str | None, str]
) -> None:
    seen, verdict, setting, advice = told
    with sandbox_in(f"spacivox.{mood}") as sandbox:
        done = visit(sandbox, "spacivox", tmp_path)
    found = done.facts[fact]
    assert (found["seen"], found["verdict"]) == (seen, verdict)
    assert found["setting"] == (setting and f"spacivox.{setting}")
    assert advice in found["advice"]
    assert done.verdicts("contradicted") == ({fact} if verdict == "contradicted" else set())
    assert done.code == (1 if verdict == "contradicted" else 0)
    assert done.requests == done.accounts[0]["requests"] <= 25


def test_a_lookback_that_is_too_short_is_named(tmp_path: Path) -> None:
    with sandbox_in("spacivox.filters_by_timestamp=no") as sandbox:
        config = sandbox.config("spacivox")
        config["spacivox"]["lookback_days"] = 0
        done = visit(sandbox, config, tmp_path)
    found = done.facts["filters_by_timestamp"]
    assert found["setting"] == "spacivox.lookback_days"
    assert found["advice"].startswith("Set spacivox.lookback_days to 2")


def test_with_the_longest_answer_set_nothing_is_cut(tmp_path: Path) -> None:
    with sandbox_in("spacivox.longest_answer=15", days=6) as sandbox:
        cut = sync(sandbox, settings(sandbox, "spacivox", "2026-03-14"))
        whole = sync(sandbox, settings(sandbox, "spacivox", "2026-03-14", longest_answer=15))
        truth = {
            row["id"]
            for row in sandbox.spacivox.rows("main")
            if row["timestamp"] < "2026-03-20T11:55"
        }
    assert len({row["id"] for row in cut.rows(PAYMENTS)}) < len(truth)
    assert whole.failed is None
    assert {row["id"] for row in whole.rows(PAYMENTS)} == truth


def test_an_answer_that_is_cut_within_an_hour_fails_aloud(tmp_path: Path) -> None:
    with sandbox_in("spacivox.longest_answer=2", seed=None) as sandbox:
        for n in range(3):
            row = sandbox.spacivox.example(id=f"id-{n}", timestamp=f"2026-03-19T07:06:{n}0.000Z")
            sandbox.spacivox.put("main", row)
        run = sync(sandbox, settings(sandbox, "spacivox", "2026-03-19", longest_answer=2))
    assert run.failed is not None
    assert "spacivox.longest_answer" in run.failed


@pytest.mark.parametrize("zone", [None, timezone(timedelta(hours=13)), timezone(-HOUR / 2)])
@pytest.mark.parametrize("fraction", ["", ".123", ".123456"])
@pytest.mark.parametrize("is_inclusive", [True, False])
def test_a_server_that_tells_times_of_another_zone_is_understood(
    tmp_path: Path, zone: tzinfo | None, fraction: str, *, is_inclusive: bool
) -> None:
    instants = [NOW - timedelta(hours=hours) for hours in range(2, 800, 9)]
    rows = [(f"id-{n}", datetime.fromisoformat(f"{at:%Y-%m-%dT%H:%M:%S}{fraction}+00:00"))
            for n, at in enumerate(instants)]  # fmt: skip

    def answer(request: Request) -> Answer:
        since, until = (datetime.fromisoformat(request.query[name]) for name in ("start", "end"))
        return Answer([
            {"id": name, "timestamp": spelled(at, zone)}
            for name, at in rows
            if since <= at < until or (is_inclusive and at == until)
        ])  # fmt: skip

    with sandbox_in() as sandbox, Server(answer) as server:
        config = sandbox.config("spacivox")
        config["spacivox"]["api_url"] = server.url
        done = visit(sandbox, config, tmp_path)
    assert done.verdicts("unknown") == {"clock_skew_seconds"}
    assert done.verdicts("contradicted") == set()
    assert done.facts["end_is_inclusive"]["seen"] is is_inclusive
    assert len(server.requests) == done.accounts[0]["requests"] <= 25


def spelled(at: datetime, zone: tzinfo | None) -> str:
    """An instant as a server of a zone tells it; None is UTC, and is not named."""
    return (at.replace(tzinfo=None) if zone is None else at.astimezone(zone)).isoformat()


def test_where_windows_are_short_a_day_is_found_that_has_payments(tmp_path: Path) -> None:
    with sandbox_in("spacivox.max_window_hours=6", seed=None) as sandbox:
        for n in range(3):
            row = sandbox.spacivox.example(id=f"id-{n}", timestamp=f"2026-03-15T2{n}:06:00.000Z")
            sandbox.spacivox.put("main", row)
        done = visit(sandbox, "spacivox", tmp_path)
    assert done.verdicts("unknown") == set()
    assert done.requests == done.accounts[0]["requests"] <= 25


def test_where_no_window_is_short_enough_teams_are_advised(tmp_path: Path) -> None:
    with sandbox_in("spacivox.max_window_hours=0.5") as sandbox:
        done = visit(sandbox, "spacivox", tmp_path)
    assert done.verdicts("unknown") == IDS
    for name in IDS:
        assert "Name teams in spacivox.teams" in done.facts[name]["advice"]
    assert done.requests == done.accounts[0]["requests"] <= 25


def test_a_window_that_the_doctor_does_not_ask_for_is_not_confirmed(tmp_path: Path) -> None:
    with sandbox_in() as sandbox:
        config = sandbox.config("spacivox")
        config["spacivox"]["window_days"] = 40
        done = visit(sandbox, config, tmp_path)
    assert done.verdicts("unknown") == {"longest_answer"}
    assert "Set spacivox.window_days to 32 or less" in done.facts["longest_answer"]["advice"]


def test_without_payments_nothing_is_guessed(tmp_path: Path) -> None:
    with sandbox_in(seed=None) as sandbox:
        done = visit(sandbox, "spacivox", tmp_path)
    assert done.code == 0
    assert done.verdicts("unknown") == IDS
