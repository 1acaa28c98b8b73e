"""What beGateway's document leaves open is told from a server's answers, whatever they are."""

from __future__ import annotations

import typing as t
from datetime import datetime

import pytest

from tests.doctor.box import sandbox_in, visit
from tests.support.server import Answer, Request, Server

if t.TYPE_CHECKING:
    from pathlib import Path

IDS = {
    "reports_enabled", "payment_method_types", "page_size", "to_is_inclusive", "cursor_type",
    "count_agrees", "corrections_combine_with_dates", "unknown_fields",
}  # fmt: skip
ALL = {"authenticated", "clock_skew_seconds", "rate_limit_headers", "latency_ms", "tls"}


def test_a_server_as_documented_contradicts_nothing(tmp_path: Path) -> None:
    with sandbox_in() as sandbox:
        done = visit(sandbox, "begateway", tmp_path)
    assert done.code == 0
    assert set(done.facts) == IDS | ALL
    assert not done.verdicts("unknown")
    assert done.requests == done.accounts[0]["requests"] <= 25


@pytest.mark.parametrize(
    ("mood", "fact", "told"),
    [
        (
            "payment_method_types=credit_card",
            "payment_method_types",
            (["credit_card"], "contradicted", "payment_method_types", '["credit_card"]'),
        ),
        (
            "payment_method_types=credit_card,alternative,erip",
            "payment_method_types",
            (
                ["credit_card", "alternative", "erip"],
                "contradicted",
                "payment_method_types",
                "erip",
            ),
        ),
        ("page_size=7", "page_size", (7, "observed", None, "")),
        ("to_is_inclusive=yes", "to_is_inclusive", (True, "observed", None, "")),
        ("to_is_inclusive=no", "to_is_inclusive", (False, "observed", None, "")),
        ("cursor_type=string", "cursor_type", ("string", "observed", None, "")),
        ("cursor_type=integer", "cursor_type", ("integer", "observed", None, "")),
        ("count=page", "count_agrees", (True, "confirmed", None, "")),
        ("count_offset=2", "count_agrees", (False, "contradicted", "verify_counts", "false")),
        (
            "corrections_combine_with_dates=no",
            "corrections_combine_with_dates",
            (False, "contradicted", None, "nothing has to be changed"),
        ),
        (
            "unknown_fields=risk",
            "unknown_fields",
            (["risk", "sandbox_wallet"], "observed", None, "_extra"),
        ),
    ],
)
def test_a_mood_is_told(
    tmp_path: Path, mood: str, fact: str, told: tuple[t.Any, str, str | None, str]
) -> None:
    seen, verdict, setting, advice = told
    with sandbox_in(f"begateway.{mood}") as sandbox:
        done = visit(sandbox, "begateway", tmp_path)
    found = done.facts[fact]
    assert (found["seen"], found["verdict"]) == (seen, verdict)
    assert found["setting"] == (setting and f"begateway.{setting}")
    assert advice in found["advice"]
    assert done.verdicts("contradicted") == ({fact} if verdict == "contradicted" else set())
    assert done.code == (1 if verdict == "contradicted" else 0)
    assert done.requests == done.accounts[0]["requests"] <= 25


def test_a_401_is_not_taken_for_either_of_its_reasons(tmp_path: Path) -> None:
    with sandbox_in("begateway.reports_enabled=no") as sandbox:
        done = visit(sandbox, "begateway", tmp_path)
    assert done.code == 1
    assert done.requests == 1
    assert done.facts["authenticated"]["seen"] is False
    assert done.facts["reports_enabled"]["verdict"] == "unknown"
    for words in ("begateway.secret_key", "enable reports"):
        assert words in done.facts["reports_enabled"]["advice"]


def test_a_page_that_promises_more_than_there_is_tells_no_size(tmp_path: Path) -> None:
    def answer(request: Request) -> Answer:
        has_more = "starting_after" not in request.json["report_params"]
        rows = [{"uid": "1", "created_at": "2026-03-19T07:06:11Z"}] if has_more else []
        return Answer({"transactions": rows, "has_more": has_more, "last_object_id": 1})

    with sandbox_in() as sandbox, Server(answer) as server:
        config = sandbox.config("begateway")
        config["begateway"]["api_url"] = server.url
        done = visit(sandbox, config, tmp_path)
    assert done.facts["page_size"]["verdict"] == "unknown"
    assert "none do. The API answers otherwise" in done.facts["page_size"]["advice"]
    assert len(server.requests) == done.accounts[0]["requests"] <= 25


@pytest.mark.parametrize("zone", ["", "+03:00", "-05:30"])
def test_times_of_another_zone_are_asked_for_in_utc(tmp_path: Path, zone: str) -> None:
    rows = [
        {"uid": f"u{n}", "created_at": f"2026-03-{n + 10}T07:06:11{zone}", "id": n}
        for n in range(8)
    ]
    instants = [datetime.fromisoformat(f"2026-03-{n + 10}T07:06:11{zone or 'Z'}") for n in range(8)]

    def answer(request: Request) -> Answer:
        params = request.json["report_params"]
        since, until = (datetime.fromisoformat(f"{params[name]}Z") for name in ("from", "to"))
        found = [row for row, at in zip(rows, instants, strict=True) if since <= at < until]
        if request.path.endswith("/count"):
            return Answer({"transactions": {"count": len(found)}})
        return Answer({"transactions": found, "has_more": False, "last_object_id": 7})

    with sandbox_in() as sandbox, Server(answer) as server:
        config = sandbox.config("begateway")
        config["begateway"]["api_url"] = server.url
        done = visit(sandbox, config, tmp_path)
    assert done.facts["to_is_inclusive"]["seen"] is False
    assert done.facts["count_agrees"]["advice"] == "A day has 1 transactions, and the count says 1."


def test_without_transactions_only_the_ways_in_are_known(tmp_path: Path) -> None:
    with sandbox_in(seed=None) as sandbox:
        done = visit(sandbox, "begateway", tmp_path)
    assert done.code == 0
    assert done.verdicts("unknown") == IDS - {"reports_enabled", "payment_method_types"}
