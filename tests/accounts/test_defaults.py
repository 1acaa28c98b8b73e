from __future__ import annotations

import copy
import typing as t

import pytest

from tap_payments.accounts.defaults import defaults_of, resolve_accounts
from tap_payments.providers import PROVIDERS
from tests.accounts.settings_box import (
    BY_NAME,
    CANARY,
    COMPLETE,
    PROVIDER_SETTINGS,
    SCHEMA,
    TOP_SETTINGS,
    Config,
    kind_of,
    refusals,
    refusals_of,
    the_line,
)

# Required settings


REQUIRED = [
    (provider.name, name) for provider in PROVIDERS for name in provider.settings_schema["required"]
]


@pytest.mark.parametrize(("provider", "setting"), REQUIRED)
def test_a_required_setting_that_is_missing_null_or_empty_is_refused(
    provider: str, setting: str
) -> None:
    for lines in (
        refusals_of(provider, setting),
        refusals_of(provider, **{setting: None}),
        refusals_of(provider, **{setting: ""}),
    ):
        problem = the_line(lines, f"{provider}.{setting}")
        assert problem == "required, and missing or empty for account 'default'"


@pytest.mark.parametrize(("provider", "setting"), REQUIRED)
def test_a_required_setting_may_come_from_the_accounts(provider: str, setting: str) -> None:
    own = COMPLETE[provider][setting]
    both = [{"account": "a", setting: own}, {"account": "b", setting: own}]
    assert refusals_of(provider, setting, accounts=both) == []
    one = [{"account": "a", setting: own}, {"account": "b"}]
    problem = the_line(refusals_of(provider, setting, accounts=one), f"{provider}.{setting}")
    assert problem == "required, and missing or empty for account 'b'"


def test_an_empty_secret_of_an_account_is_refused_and_inherits_nothing() -> None:
    lines = refusals_of("zimpler", accounts=[{"account": "a", "api_key": ""}])
    assert the_line(lines, "zimpler.api_key").endswith("for account 'a'")


@pytest.mark.parametrize("provider", BY_NAME)
def test_there_is_at_least_one_account_where_there_are_accounts(provider: str) -> None:
    lines = refusals_of(provider, accounts=[])
    assert the_line(lines, f"{provider}.accounts") == "must name at least one account"


@pytest.mark.parametrize("provider", BY_NAME)
@pytest.mark.parametrize("accounts", [[{}, {}], [{"account": "x"}, {"account": "x"}] * 2])
def test_names_of_accounts_are_unique(provider: str, accounts: list[Config]) -> None:
    lines = refusals_of(provider, accounts=accounts)
    assert "more than once" in the_line(lines, f"{provider}.accounts")


@pytest.mark.parametrize(
    ("provider", "setting"),
    [(name, key) for name, key in PROVIDER_SETTINGS if name in COMPLETE and key != "accounts"],
)
@pytest.mark.parametrize("odd", ["\n", "\r", "\x00", "\x1b[31m", "\u2028", "\ud800"])
def test_a_text_with_a_control_character_is_refused(provider: str, setting: str, odd: str) -> None:
    field = BY_NAME[provider].settings_schema["properties"][setting]
    kind = kind_of(field)
    if "enum" in field or kind not in ("string", "array") or "integer" in str(field.get("items")):
        return
    text = f"https://h/{CANARY}{odd}"
    lines = refusals_of(provider, **{setting: [text] if kind == "array" else text})
    assert lines, setting
    assert all(line.startswith(f"{provider}.{setting}: ") for line in lines)
    assert all(line.isprintable() and CANARY not in line for line in lines)


# Accounts


def accounts_of(provider: str, **own: t.Any) -> list[Config]:
    return resolve_accounts(BY_NAME[provider].settings_schema, COMPLETE[provider] | own)


@pytest.mark.parametrize("provider", BY_NAME)
def test_without_accounts_the_provider_is_the_one_account(provider: str) -> None:
    (account,) = accounts_of(provider)
    assert account == defaults_of(BY_NAME[provider].settings_schema) | COMPLETE[provider]
    assert account["account"] == "default"


def test_an_account_overrides_the_provider_which_overrides_the_defaults() -> None:
    accounts = [{"account": "a", "page_size": 7}, {"account": "b", "api_key": "other"}]
    first, second = accounts_of("zimpler", page_size=9, site=None, accounts=accounts)
    assert (first["account"], first["page_size"], first["api_key"]) == ("a", 7, "k")
    assert (second["account"], second["page_size"], second["api_key"]) == ("b", 9, "other")
    assert first["window_days"] == second["window_days"] == 7
    assert "accounts" not in first
    assert "site" not in first


@pytest.mark.parametrize("value", [None, ""])
def test_a_setting_that_is_null_or_empty_is_not_given(value: str | None) -> None:
    accounts = [{"account": value, "site": value, "api_url": value}]
    (account,) = accounts_of("zimpler", site="s", accounts=accounts)
    assert (account["account"], account["site"]) == ("default", "s")
    assert account["api_url"] == "https://api.zimpler.net"


def test_settings_are_not_changed_by_reading_them() -> None:
    settings = COMPLETE["zimpler"] | {"accounts": [{"account": "a", "page_size": 7}]}
    before = copy.deepcopy(settings)
    accounts = resolve_accounts(BY_NAME["zimpler"].settings_schema, settings)
    accounts[0]["page_size"] = 8
    assert settings == before


def test_a_refusal_of_each_provider_stands_beside_the_others() -> None:
    lines = refusals({"zimpler": {}, "spacivox": {"x": CANARY}, "request_timeout": 0})
    names = sorted(line.partition(":")[0] for line in lines)
    assert names == ["request_timeout", "spacivox.x", "zimpler.api_key", "zimpler.merchant_id"]
    assert CANARY not in " ".join(lines)


# What is declared


DEFAULTS: dict[str, Config] = {
    "zimpler": {
        "api_url": "https://api.zimpler.net",
        "auth_method": "basic",
        "api_key_header": "X-Api-Key",
        "page_size": 1000,
        "days_are_inclusive": True,
        "window_days": 7,
        "lookback_days": 1,
    },
    "begateway": {
        "payment_method_types": ["credit_card", "alternative"],
        "track_updates": True,
        "verify_counts": False,
        "window_days": 1,
        "lookback_days": 7,
    },
    "spacivox": {"window_days": 1, "lookback_days": 3},
    "tikpay": {
        "environment": "prod-au1",
        "scope": "data-api.tikpay.me:write",
        "token_auth_method": "basic",
        "file_type": "csv",
        "delimiter": ",",
        "timezone": "Australia/Sydney",
        "daily_request_limit": 20,
        "poll_interval": 30,
        "max_wait": 1800,
        "window_days": 366,
        "lookback_days": 2,
    },
}


@pytest.mark.parametrize("provider", DEFAULTS)
def test_defaults_are_those_that_users_rely_on(provider: str) -> None:
    common = {"account": "default", "concurrency": 4}
    assert defaults_of(BY_NAME[provider].settings_schema) == common | DEFAULTS[provider]


def test_so_are_those_of_the_tap() -> None:
    defaults = {
        "request_timeout": 120,
        "max_retries": 6,
        "max_retry_wait": 300,
        "personal_data": "keep",
        "sync_windows": False,
    }
    assert defaults_of(SCHEMA).items() >= defaults.items()


@pytest.mark.parametrize("provider", BY_NAME)
def test_an_account_needs_nothing_and_has_no_defaults_of_its_own(provider: str) -> None:
    items = BY_NAME[provider].settings_schema["properties"]["accounts"]["items"]
    assert not items.get("required")
    assert not any("default" in field for field in items["properties"].values())


@pytest.mark.parametrize(
    ("schema", "name"),
    [(SCHEMA, name) for name in TOP_SETTINGS]
    + [(BY_NAME[provider].settings_schema, name) for provider, name in PROVIDER_SETTINGS],
)
def test_every_setting_has_a_title_and_a_description(schema: Config, name: str) -> None:
    field = schema["properties"][name]
    assert field["title"]
    assert field["description"]


SECRETS = {"api_key", "secret_key", "access_token", "client_secret", "accounts"}


@pytest.mark.parametrize(("provider", "setting"), PROVIDER_SETTINGS)
def test_secrets_are_marked_and_nothing_else(provider: str, setting: str) -> None:
    field = BY_NAME[provider].settings_schema["properties"][setting]
    assert field.get("secret", False) is (setting in SECRETS)
