"""What Tikpay's documents leave open is told from one request, whatever its answer is."""

from __future__ import annotations

import typing as t
from datetime import timedelta

import pytest

from tests.doctor.box import sandbox_in, visit

if t.TYPE_CHECKING:
    from pathlib import Path

    from tap_payments.sandbox import Sandbox

IDS = {"created_at_zone", "list_counts_against_quota", "columns", "download_origin_differs"}
REPORTS = ("CUSTOMERS", "PAYMENTS", "TAPS", "TRIPS")


def make_reports(sandbox: Sandbox, file_type: str = "csv") -> None:
    """Jobs of two hours ago, of the three days before, as if the tap had asked for them."""
    now = sandbox.clock.now()
    for kind in REPORTS:
        start, end = f"{now - timedelta(days=3):%Y-%m-%dT00:00:00}", f"{now:%Y-%m-%dT00:00:00}"
        sandbox.tikpay.start_job("main", kind, start, end, file_type, at=now - timedelta(hours=2))
    sandbox.tikpay.access.spend("main", len(REPORTS))


@pytest.mark.parametrize(
    ("mood", "fact", "seen", "verdict"),
    [
        ("created_at_zone=operator", "created_at_zone", "operator", "observed"),
        ("created_at_zone=utc", "created_at_zone", "utc", "observed"),
        ("list_counts_against_quota=yes", "list_counts_against_quota", True, "confirmed"),
        ("list_counts_against_quota=no", "list_counts_against_quota", False, "contradicted"),
        ("rate_limit_headers=no", "list_counts_against_quota", None, "unknown"),
        ("download_origin_differs=yes", "download_origin_differs", True, "observed"),
        ("download_origin_differs=no", "download_origin_differs", False, "observed"),
    ],
)
def test_a_mood_is_told_by_one_request(
    tmp_path: Path, mood: str, fact: str, seen: t.Any, verdict: str
) -> None:
    with sandbox_in("tikpay.rate_limit_headers=yes", f"tikpay.{mood}") as sandbox:
        make_reports(sandbox)
        done = visit(sandbox, "tikpay", tmp_path)
        assert not [
            each for each in sandbox.journal if each.method == "POST" and "generate" in each.path
        ]
    assert (done.facts[fact]["seen"], done.facts[fact]["verdict"]) == (seen, verdict)
    assert done.requests == done.accounts[0]["requests"] == 1
    assert done.verdicts("contradicted") == ({fact} if verdict == "contradicted" else set())


@pytest.mark.parametrize("mood", ["gzip=undeclared", "bom=yes", "columns=snake", "columns=title"])
def test_columns_are_told_with_a_guess_at_keys_and_no_value(tmp_path: Path, mood: str) -> None:
    with sandbox_in(f"tikpay.{mood}") as sandbox:
        make_reports(sandbox)
        done = visit(sandbox, "tikpay", tmp_path)
        rows = [row for kind in REPORTS for row in sandbox.tikpay.rows("main", kind=kind)]
    found = done.facts["columns"]
    assert set(found["seen"]) == set(REPORTS)
    plain = {name.replace("_", "").lower() for name in found["seen"]["TAPS"]["key_properties"]}
    assert plain == {"tapid"}
    assert {"email", "name"} <= {
        name.lower() for name in found["seen"]["CUSTOMERS"]["personal_columns"]
    }
    assert "tikpay.key_properties" in found["advice"]
    values = {str(value) for row in rows for value in row.values() if len(str(value)) > 9}
    assert not [value for value in values if value in done.stdout]


def test_xml_reports_have_columns_too(tmp_path: Path) -> None:
    with sandbox_in() as sandbox:
        make_reports(sandbox, "xml")
        done = visit(sandbox, "tikpay", tmp_path)
    assert "tapId" in done.facts["columns"]["seen"]["TAPS"]["columns"]


@pytest.mark.parametrize("content", [b"someone@example.com,1234567890\n1,2\n", b"<html><p>no", b""])
def test_a_file_without_names_tells_none(tmp_path: Path, content: bytes) -> None:
    with sandbox_in() as sandbox:
        for kind in REPORTS:
            sandbox.tikpay.put_report(kind, content)
        make_reports(sandbox)
        done = visit(sandbox, "tikpay", tmp_path)
    assert done.facts["columns"]["verdict"] == "unknown"
    assert "example.com" not in done.stdout


def test_without_jobs_nothing_is_guessed_and_nothing_started(tmp_path: Path) -> None:
    with sandbox_in() as sandbox:
        done = visit(sandbox, "tikpay", tmp_path)
        assert not sandbox.tikpay.jobs
    assert done.code == 0
    assert done.requests == 1
    assert done.verdicts("unknown") == IDS
    assert "Run tap-payments once" in done.facts["columns"]["advice"]


def test_a_token_that_is_refused_costs_no_request(tmp_path: Path) -> None:
    with sandbox_in() as sandbox:
        config = sandbox.config("tikpay")
        config["tikpay"]["client_secret"] = "canary-secret"
        done = visit(sandbox, config, tmp_path)
    assert done.code == 1
    assert done.requests == 0
    assert "tikpay.client_secret" in done.facts["authenticated"]["advice"]
    assert "canary" not in done.stdout + done.stderr


def test_a_wrong_api_key_costs_one(tmp_path: Path) -> None:
    with sandbox_in() as sandbox:
        config = sandbox.config("tikpay")
        config["tikpay"]["api_key"] = "canary-key"
        done = visit(sandbox, config, tmp_path)
    assert done.code == 1
    assert done.requests == 1
    assert "tikpay.api_key" in done.facts["authenticated"]["advice"]
