"""The command: its options, its three formats, its exit codes, and what it never says."""

from __future__ import annotations

import json
import typing as t

import pytest

from tap_payments.providers import PROVIDERS
from tests.doctor.box import call, sandbox_in, visit
from tests.support import taps
from tests.support.server import Answer, Server

if t.TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tap_payments.sandbox import Sandbox


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with sandbox_in(accounts=2) as serving:
        yield serving


def test_all_accounts_are_asked_within_their_budgets(sandbox: Sandbox, tmp_path: Path) -> None:
    done = visit(sandbox, sandbox.config(), tmp_path)
    assert done.code == 0
    names = [f"{each['provider']}.{each['account']}" for each in done.accounts]
    assert names == [
        f"{provider.name}.{account}"
        for provider in PROVIDERS
        if provider.probes
        for account in ("main", "shop2")
    ]
    assert all(each["requests"] <= 25 for each in done.accounts)
    assert all(each["requests"] == 1 for each in done.accounts if each["provider"] == "tikpay")
    assert done.requests == sum(each["requests"] for each in done.accounts)
    members = {"id", "assumed", "seen", "verdict", "setting", "advice"}
    assert all(set(fact) == members for each in done.accounts for fact in each["facts"])


def test_only_the_named_accounts_are_asked(sandbox: Sandbox, tmp_path: Path) -> None:
    names = "zimpler.shop2,tikpay.main"
    done = visit(sandbox, sandbox.config(), tmp_path, "--accounts", names)
    assert {f"{each['provider']}.{each['account']}" for each in done.accounts} == set(
        names.split(",")
    )
    assert {request.provider for request in sandbox.journal} == {"zimpler", "tikpay"}


@pytest.mark.parametrize("most", [1, 2, 5])
def test_fewer_requests_are_a_budget_that_holds(
    sandbox: Sandbox, tmp_path: Path, most: int
) -> None:
    done = visit(sandbox, sandbox.config(), tmp_path, "--max-requests", str(most))
    assert all(each["requests"] <= most for each in done.accounts)
    assert done.requests == sum(each["requests"] for each in done.accounts)
    advice = " ".join(fact["advice"] for each in done.accounts for fact in each["facts"])
    assert f"budget of {most} requests is spent" in advice


def test_a_dry_run_announces_and_asks_nobody(sandbox: Sandbox, tmp_path: Path) -> None:
    config = sandbox.config()
    announced = visit(
        sandbox, config, tmp_path, "--dry-run", "--record", tmp_path / "none", json_=False
    )
    assert announced.code == 0
    assert len(sandbox.journal) == 0
    assert not (tmp_path / "none").exists()
    blocks: dict[str, list[str]] = {}
    for line in announced.stdout.splitlines():
        if not line.startswith(" "):
            subject = line.partition(":")[0]
            blocks[subject] = []
        elif line.split()[0].endswith("."):
            blocks[subject].append(line.split(". ", 1)[1])
    done = visit(sandbox, config, tmp_path)
    for each in done.accounts:
        block = blocks[f"{each['provider']}.{each['account']}"]
        assert each["requests"] <= len(block)
    for request in sandbox.journal:
        path = request.path.removeprefix("/v1")
        if "oauth2" in path or request.provider.endswith("-downloads"):
            continue
        lines = [
            line
            for name, block in blocks.items()
            if name.startswith(request.provider)
            for line in block
        ]
        assert any(line.startswith(f"{request.method} {path}") for line in lines)


def test_the_table_names_each_fact_and_what_to_change(tmp_path: Path) -> None:
    with sandbox_in("zimpler.auth_method=bearer") as sandbox:
        done = visit(sandbox, "zimpler", tmp_path, json_=False)
    assert done.code == 1
    assert "!! auth_method" in done.stdout
    assert "Set zimpler.auth_method to bearer." in done.stdout
    assert max(map(len, done.stdout.splitlines())) <= 125


def test_markdown_is_a_table_for_an_issue(sandbox: Sandbox, tmp_path: Path) -> None:
    file = tmp_path / "report.md"
    done = visit(
        sandbox, "zimpler", tmp_path, "--format", "markdown", "--output", file, json_=False
    )
    assert done.stdout == ""
    rows = [line for line in file.read_text().splitlines() if line.startswith("| `")]
    assert len(rows) == 2 * 14
    assert all(line.count(" | ") == 4 for line in rows)


def test_no_secret_host_or_value_is_said_in_any_format(sandbox: Sandbox, tmp_path: Path) -> None:
    config = sandbox.config()
    hidden = {
        value
        for provider in PROVIDERS
        for account in config[provider.name]["accounts"]
        for name, value in account.items()
        if name != "account"
    } | {"127.0.0.1", sandbox.url}
    rows = sandbox.zimpler.rows("main") + sandbox.begateway.rows("main")
    hidden |= {str(row.get(name)) for row in rows for name in ("id", "uid", "ref") if row.get(name)}
    for format_ in ("text", "json", "markdown"):
        done = visit(sandbox, config, tmp_path, "--format", format_, json_=False)
        assert not [each for each in hidden if len(each) > 5 and each in done.stdout + done.stderr]


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        (["--accounts", "zimpler.nobody"], "zimpler.shop2"),
        (["--accounts", ","], "--accounts"),
        (["--max-requests", "0"], "--max-requests"),
        (["--max-requests", "many"], "--max-requests"),
        (["--format", "yaml"], "--format"),
        (["--output", "/nowhere/at/all"], "/nowhere/at/all"),
        (["--nonsense"], "--nonsense"),
    ],
)
def test_wrong_usage_costs_no_request(
    sandbox: Sandbox, tmp_path: Path, arguments: list[str], word: str
) -> None:
    done = visit(sandbox, "zimpler", tmp_path, *arguments, json_=False)
    assert done.code == 2
    assert word in done.stderr
    assert len(sandbox.journal) == 0


@pytest.mark.parametrize(
    ("config", "word"),
    [
        ({}, "no provider is configured"),
        ({"zimpler": {"api_key": "canary"}}, "zimpler.merchant_id"),
    ],
)
def test_refused_settings_are_2(
    sandbox: Sandbox, tmp_path: Path, config: dict[str, t.Any], word: str
) -> None:
    done = visit(sandbox, config, tmp_path)
    assert done.code == 2
    assert word in done.stderr
    assert "canary" not in done.stderr


@pytest.mark.parametrize("text", ["{", "[]"])
def test_a_configuration_that_is_none_is_2(sandbox: Sandbox, tmp_path: Path, text: str) -> None:
    file = tmp_path / "c.json"
    file.write_text(text)
    assert call(sandbox, "--config", file).code == 2
    assert call(sandbox, "--config", tmp_path / "missing.json").code == 2


def test_an_account_that_cannot_be_reached_is_1(sandbox: Sandbox, tmp_path: Path) -> None:
    config = sandbox.config("zimpler")
    config["zimpler"]["api_url"] = "http://127.0.0.1:9"
    done = visit(sandbox, config, tmp_path, "--accounts", "zimpler.main")
    assert done.code == 1
    assert done.accounts[0]["requests"] == 2
    assert done.facts["authenticated"]["verdict"] == "unknown"
    assert "zimpler.api_url" in done.facts["authenticated"]["advice"]


@pytest.mark.parametrize(
    "answer",
    [
        Answer("<html>log in</html>"), Answer("", 404), Answer({"a": 1}), Answer([1]),
        Answer({"transactions": [1, None, {}]}), Answer("x", 500), Answer({"transactions": 7}),
        Answer(b"\xff\xfe{"), Answer({}, 429, {"Retry-After": "9999"}), Answer(dropped=True),
        Answer([{"jobId": 5, "downloadUrl": "ftp://x", "status": "COMPLETE", "reportType": "A"}]),
        Answer({"transactions": [{"id": 1, "created_at": 5, "uid": None, "approved_at": []}] * 3}),
    ],
)  # fmt: skip
def test_a_server_of_another_kind_ends_in_words(
    sandbox: Sandbox, tmp_path: Path, answer: Answer
) -> None:
    config = sandbox.config()
    with Server(lambda _: answer) as server:
        for name in ("zimpler", "begateway", "spacivox"):
            config[name]["api_url"] = server.url
        del config["tikpay"]
        done = visit(sandbox, config, tmp_path, "--record", tmp_path / "recording")
    assert done.code in (0, 1)
    assert "please report" not in done.stdout + done.stderr
    assert all(each["requests"] <= 25 for each in done.accounts)
    assert len(server.requests) == sum(each["requests"] for each in done.accounts)


def test_the_command_is_installed(tmp_path: Path) -> None:
    with sandbox_in() as sandbox:
        file = taps.written(tmp_path, "config.json", sandbox.config("spacivox"))
        done = call(sandbox, "--config", file, "--format", "json")
    assert json.loads(done.stdout)["version"]
