"""What beGateway's document leaves open is told from a server's answers, whatever they are."""

from __future__ import annotations

import typing as t

import pytest

from tests.doctor.box import sandbox_in, visit

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


def test_without_transactions_only_the_ways_in_are_known(tmp_path: Path) -> None:
    with sandbox_in(seed=None) as sandbox:
        done = visit(sandbox, "begateway", tmp_path)
    assert done.code == 0
    assert done.verdicts("unknown") == IDS - {"reports_enabled", "payment_method_types"}
