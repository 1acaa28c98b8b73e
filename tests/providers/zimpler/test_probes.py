"""What Zimpler's document leaves open is told from a server's answers, whatever they are."""

from __future__ import annotations

import typing as t

import pytest

from tests.doctor.box import sandbox_in, visit
from tests.sandbox import client
from tests.support.taps import settings, sync

if t.TYPE_CHECKING:
    from pathlib import Path

IDS = {
    "auth_method", "count_is_total", "page_cap", "order_is_ascending", "order_is_stable",
    "days_are_inclusive", "times_in_dates_accepted", "keys_are_unique", "unknown_fields",
}  # fmt: skip
KEY = client.basic("sandbox-merchant-1", "sandbox-zimpler-key-default")
ALL = {"authenticated", "clock_skew_seconds", "rate_limit_headers", "latency_ms", "tls"}


def test_a_server_as_documented_contradicts_nothing(tmp_path: Path) -> None:
    with sandbox_in("zimpler.ties=yes") as sandbox:
        done = visit(sandbox, "zimpler", tmp_path)
    assert done.code == 0
    assert set(done.facts) == IDS | ALL
    assert not done.verdicts("unknown")
    assert done.requests == done.accounts[0]["requests"] <= 25


@pytest.mark.parametrize(
    ("mood", "fact", "told"),
    [
        ("auth_method=bearer", "auth_method", ("bearer", "contradicted", "auth_method", "bearer")),
        ("auth_method=header", "auth_method", ("header", "contradicted", "auth_method", "header")),
        ("count=page", "count_is_total", (False, "observed", None, "")),
        ("count=total", "count_is_total", (True, "observed", None, "")),
        ("count=none", "count_is_total", (None, "unknown", None, "no `count`")),
        ("page_cap=50", "page_cap", (50, "contradicted", "page_size", "50")),
        ("order_is_ascending=no", "order_is_ascending", (False, "contradicted", None, "newest")),
        ("order_is_stable=no", "order_is_stable", (False, "contradicted", "window_days", "1")),
        (
            "days_are_inclusive=no",
            "days_are_inclusive",
            (False, "contradicted", "days_are_inclusive", "false"),
        ),
        ("times_in_dates_accepted=no", "times_in_dates_accepted", (False, "observed", None, "")),
        ("keys_are_unique=no", "keys_are_unique", (False, "contradicted", None, "nothing is lost")),
        (
            "unknown_fields=risk,note",
            "unknown_fields",
            (["note", "risk"], "observed", None, "_extra"),
        ),
        ("clock_skew_seconds=300", "clock_skew_seconds", (300, "contradicted", None, "behind")),
        ("clock_skew_seconds=-90", "clock_skew_seconds", (-90, "contradicted", None, "ahead")),
    ],
)
def test_a_mood_is_told(
    tmp_path: Path, mood: str, fact: str, told: tuple[t.Any, str, str | None, str]
) -> None:
    seen, verdict, setting, advice = told
    with sandbox_in("zimpler.ties=yes", f"zimpler.{mood}") as sandbox:
        done = visit(sandbox, "zimpler", tmp_path)
    found = done.facts[fact]
    assert (found["seen"], found["verdict"]) == (seen, verdict)
    assert found["setting"] == (setting and f"zimpler.{setting}")
    assert advice in found["advice"]
    assert done.verdicts("contradicted") == ({fact} if verdict == "contradicted" else set())
    assert done.code == (1 if verdict == "contradicted" else 0)
    assert done.requests == done.accounts[0]["requests"] <= 25


def test_with_what_the_doctor_says_all_rows_come(tmp_path: Path) -> None:
    moods = "zimpler.days_are_inclusive=no", "zimpler.auth_method=bearer", "zimpler.page_cap=50"
    with sandbox_in(*moods, days=10) as sandbox:
        done = visit(sandbox, "zimpler", tmp_path)
        own = {"days_are_inclusive": False, "auth_method": "bearer", "page_size": 50}
        for name, value in own.items():
            advised = next(
                each for each in done.facts.values() if each["setting"] == f"zimpler.{name}"
            )
            assert str(value).lower() in advised["advice"]
        run = sync(sandbox, settings(sandbox, "zimpler", "2026-03-10", **own))
        ids = {row["id"] for row in run.rows("zimpler_transactions")}
        assert ids == {row["id"] for row in sandbox.zimpler.rows("main")}


@pytest.mark.parametrize(
    "mood", ["order_is_ascending=no", "page_cap=30", "count=none", "keys_are_unique=no"]
)
def test_what_has_no_setting_loses_no_row(mood: str) -> None:
    with sandbox_in("zimpler.ties=yes", f"zimpler.{mood}", days=4) as sandbox:
        run = sync(sandbox, settings(sandbox, "zimpler", "2026-03-16", page_size=40))
        truth = sandbox.zimpler.rows("main")
    assert run.failed is None
    found = {(row["id"], row["type"]) for row in run.rows("zimpler_transactions")}
    assert found == {(row["id"], row["type"]) for row in truth}


@pytest.mark.parametrize("requests", range(0, 40, 5))
def test_an_order_that_changes_is_read_as_the_doctor_advises(requests: int) -> None:
    """Whatever orders come: each request has one of its own, and threads ask in any order."""
    with sandbox_in("zimpler.ties=yes", "zimpler.order_is_stable=no", days=4) as sandbox:
        for _ in range(requests):
            client.ask(f"{sandbox.url}/zimpler/v4/transactions", KEY)
        run = sync(sandbox, settings(sandbox, "zimpler", "2026-03-16", window_days=1))
        truth = sandbox.zimpler.rows("main")
    assert run.failed is None
    found = {(row["id"], row["type"]) for row in run.rows("zimpler_transactions")}
    assert found == {(row["id"], row["type"]) for row in truth}


def test_the_right_way_in_is_found_where_another_is_configured(tmp_path: Path) -> None:
    with sandbox_in("zimpler.ties=yes") as sandbox:
        config = sandbox.config("zimpler")
        config["zimpler"]["auth_method"] = "header"
        done = visit(sandbox, config, tmp_path)
    assert done.facts["auth_method"]["assumed"] == "header"
    assert done.facts["auth_method"]["seen"] == "basic"
    assert done.facts["authenticated"]["verdict"] == "confirmed"
    assert done.code == 1


def test_a_wrong_key_is_refused_every_way(tmp_path: Path) -> None:
    with sandbox_in() as sandbox:
        config = sandbox.config("zimpler")
        config["zimpler"]["api_key"] = "canary-key-1"
        done = visit(sandbox, config, tmp_path)
    assert done.code == 1
    assert done.requests == 3
    assert done.verdicts("contradicted") == {"authenticated"}
    assert "zimpler.api_key" in done.facts["authenticated"]["advice"]
    assert "canary" not in done.stdout + done.stderr


@pytest.mark.parametrize("rows", [0, 1])
def test_unlucky_data_make_a_fact_unknown_with_what_to_do(tmp_path: Path, rows: int) -> None:
    with sandbox_in(seed=None) as sandbox:
        for n in range(rows):
            row = sandbox.zimpler.example(id=f"id-{n}", approved_at="2026-03-19T07:06:11Z")
            sandbox.zimpler.put("main", row)
        done = visit(sandbox, "zimpler", tmp_path)
    assert done.code == 0
    assert {"count_is_total", "page_cap", "order_is_ascending", "order_is_stable"} <= done.verdicts(
        "unknown"
    )
    for name in done.verdicts("unknown"):
        assert done.facts[name]["seen"] is None
        assert len(done.facts[name]["advice"]) > 40
