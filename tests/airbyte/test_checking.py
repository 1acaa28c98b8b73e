"""`check` asks each account once and says in one message what is wrong, whoever is to blame."""

from __future__ import annotations

import typing as t
from collections import Counter

import pytest

from tests.airbyte.runs import Platform, secrets_of

if t.TYPE_CHECKING:
    from tap_payments.sandbox import Sandbox
    from tests.airbyte.runs import Message, Run


def status_of(run: Run) -> Message:
    assert run.code == 0
    (status,) = run.of("CONNECTION_STATUS")
    assert not run.errors
    return status


def assert_failed(run: Run, *words: str) -> None:
    status = status_of(run)
    assert status["status"] == "FAILED"
    for word in words:
        assert word in status["message"]


def test_one_request_for_each_account_and_no_report_job(platform: Platform, box: Sandbox) -> None:
    assert status_of(platform.given(box.config()).run("check")) == {"status": "SUCCEEDED"}
    tokens = [each for each in box.journal if each.path == "/oauth2/token"]
    assert [each.provider for each in tokens] == ["tikpay"]
    asked = Counter(each.provider for each in box.journal if each not in tokens)
    assert asked == {name: len(api.accounts) for name, api in box.apis.items()}
    assert {("tikpay", "/v1/report-jobs-list"), ("zimpler", "/v4/current_balance")} <= {
        (each.provider, each.path) for each in box.journal
    }


def test_all_that_refuse_are_named_in_one_message(platform: Platform, box: Sandbox) -> None:
    config = box.config() | {"max_retries": 0}
    config["zimpler"]["accounts"][1]["api_key"] = "canary-wrong-key"
    config["tikpay"]["client_secret"] = "canary-wrong-secret"
    box.faults.add("spacivox:503:times=99")
    run = platform.given(config).run("check")
    assert_failed(
        run,
        "Zimpler account 'shop2'", "401", "zimpler.api_key",
        "Tikpay account 'default'", "tikpay.client_secret",
        "Spacivox account 'default'", "503",
    )  # fmt: skip
    assert "'main'" not in status_of(run)["message"]
    assert "beGateway" not in status_of(run)["message"]
    said = "\n".join(run.lines)
    assert "canary" not in said
    assert not [secret for secret in secrets_of(box) if secret in said]


def test_a_hiccup_is_asked_again_but_not_for_long(platform: Platform, box: Sandbox) -> None:
    platform.config["max_retries"] = 50
    box.faults.add("spacivox:503:times=1")
    assert status_of(platform.run("check"))["status"] == "SUCCEEDED"
    box.faults.add("spacivox:503:times=99")
    before = len(box.journal)
    assert_failed(platform.run("check"), "Spacivox")
    assert len([each for each in list(box.journal)[before:] if each.provider == "spacivox"]) == 3


def test_refused_settings_are_listed_and_nobody_is_asked(platform: Platform, box: Sandbox) -> None:
    platform.config["zimpler"] |= {"page_size": 0, "auth_methd": "basic"}
    platform.config["spacivox"]["access_token"] = ""
    platform.config["stream_maps"] = {"zimpler_transactions": {"ref": None}}
    assert_failed(
        platform.run("check"),
        "zimpler.page_size", "zimpler.auth_methd", "spacivox.access_token", "stream_maps",
    )  # fmt: skip
    assert not list(box.journal)


def test_a_missing_start_date_is_said_before_the_first_sync(platform: Platform) -> None:
    del platform.config["start_date"]
    assert_failed(platform.run("check"), "start_date", "zimpler_transactions")


@pytest.mark.parametrize(
    ("content", "word"),
    [("{", "not JSON"), ("[]", "not a JSON object"), ("", "not a JSON object"), ("{}", "provider")],
)
def test_a_config_that_is_none_is_refused(platform: Platform, content: str, word: str) -> None:
    assert_failed(platform.given(content).run("check"), word)


def test_a_config_that_is_not_there_is_refused(platform: Platform) -> None:
    run = platform.run("check", more=("--config", str(platform.folder / "none.json"), "--debug"))
    assert_failed(run, "No such file")
