from __future__ import annotations

import copy
import typing as t

import pytest

from tap_payments.core.settings import (
    MOST_DAYS,
    check_settings,
    defaults_of,
    is_loopback,
    resolve_accounts,
)
from tap_payments.providers import PROVIDERS
from tap_payments.settings import settings_schema
from tap_payments.tap import TapPayments

Config = dict[str, t.Any]

CANARY = "canary-5f0c1d7a9e"
BY_NAME = {provider.name: provider for provider in PROVIDERS}
COMPLETE: dict[str, Config] = {
    "zimpler": {"merchant_id": "m", "api_key": "k"},
    "begateway": {"api_url": "https://back.example", "shop_id": "1", "secret_key": "k"},
    "spacivox": {"api_url": "https://api.example", "access_token": "k"},
    "tikpay": {"client_id": "c", "client_secret": "k", "api_key": "k"},
}

SCHEMA = settings_schema()
TapPayments.append_builtin_config(SCHEMA)


def refusals(config: Config) -> list[str]:
    """What is wrong with a configuration, a line each."""
    return list(check_settings(config, SCHEMA, PROVIDERS))


def refusals_of(provider: str, *without: str, **own: t.Any) -> list[str]:
    """What is wrong with a provider's complete settings, less some, with others."""
    settings = {name: value for name, value in COMPLETE[provider].items() if name not in without}
    return refusals({provider: settings | own})


def the_line(lines: list[str], setting: str) -> str:
    """The one line there is; it names the setting and is whole."""
    assert len(lines) == 1, lines
    assert lines[0].startswith(f"{setting}: "), lines
    assert lines[0].isprintable()
    assert CANARY not in lines[0]
    return lines[0].partition(": ")[2]


def kind_of(field: Config) -> str:
    kinds = [field["type"]] if isinstance(field["type"], str) else field["type"]
    return next(kind for kind in kinds if kind != "null")


WRONG: dict[str, list[t.Any]] = {
    "string": [7, 1.5, True, [CANARY], {CANARY: CANARY}],
    "integer": [CANARY, 1.5, 4.0, True, [4], {CANARY: 4}, "4"],
    "boolean": [CANARY, 1, 0, "true", [True], {CANARY: True}],
    "array": [CANARY, 7, True, {CANARY: CANARY}, [[CANARY]], [None], [1.5]],
    "object": [CANARY, 7, True, [CANARY]],
}

PROVIDER_SETTINGS = [
    (provider.name, name) for provider in PROVIDERS for name in provider.settings["properties"]
]
TOP_SETTINGS = [name for name in SCHEMA["properties"] if name not in BY_NAME]


# What is accepted


@pytest.mark.parametrize("provider", BY_NAME)
def test_required_settings_are_enough(provider: str) -> None:
    assert refusals_of(provider) == []


@pytest.mark.parametrize(("provider", "setting"), PROVIDER_SETTINGS)
def test_null_is_a_setting_that_is_not_given(provider: str, setting: str) -> None:
    required = BY_NAME[provider].settings.get("required", ())
    lines = refusals_of(provider, **{setting: None})
    assert lines == [] or setting in required
    if setting in required:
        the_line(lines, f"{provider}.{setting}")


@pytest.mark.parametrize("setting", TOP_SETTINGS)
def test_null_is_a_setting_of_the_tap_that_is_not_given(setting: str) -> None:
    assert refusals({setting: None}) == []


def test_what_is_no_setting_of_the_tap_is_left_to_others() -> None:
    assert refusals({"something": CANARY, "batch_config": {}}) == []


# Types and ranges


@pytest.mark.parametrize(("provider", "setting"), PROVIDER_SETTINGS)
def test_a_wrong_type_is_refused_without_its_value(provider: str, setting: str) -> None:
    field = BY_NAME[provider].settings["properties"][setting]
    for value in WRONG[kind_of(field)]:
        problem = the_line(refusals_of(provider, **{setting: value}), f"{provider}.{setting}")
        assert problem.startswith("must be "), value


@pytest.mark.parametrize(("provider", "setting"), PROVIDER_SETTINGS)
def test_a_wrong_type_in_an_account_is_refused_in_one_line(provider: str, setting: str) -> None:
    if setting == "accounts":
        return
    field = BY_NAME[provider].settings["properties"][setting]
    for value in WRONG[kind_of(field)]:
        accounts = [{"account": "a"}, {"account": "b", setting: value}]
        where = f"{provider}.accounts[1].{setting}"
        problem = the_line(refusals_of(provider, accounts=accounts), where)
        assert problem.startswith("must be "), value


@pytest.mark.parametrize("setting", TOP_SETTINGS)
def test_a_wrong_type_of_the_taps_own_is_refused_without_its_value(setting: str) -> None:
    for value in WRONG[kind_of(SCHEMA["properties"][setting])]:
        assert the_line(refusals({setting: value}), setting).startswith("must be "), value


@pytest.mark.parametrize("provider", BY_NAME)
@pytest.mark.parametrize("value", [CANARY, 7, True, [CANARY], []])
def test_a_provider_that_is_no_object_is_refused(provider: str, value: t.Any) -> None:
    assert the_line(refusals({provider: value}), provider) == "must be an object"


@pytest.mark.parametrize(
    ("provider", "setting", "value", "words"),
    [
        ("zimpler", "page_size", 0, "a whole number from 1 to 1000"),
        ("zimpler", "page_size", 1001, "a whole number from 1 to 1000"),
        ("zimpler", "window_days", 0, "a whole number of 1 or more"),
        ("zimpler", "lookback_days", -1, "a whole number of 0 or more"),
        ("zimpler", "concurrency", 0, "a whole number from 1 to 16"),
        ("spacivox", "concurrency", 17, "a whole number from 1 to 16"),
        ("zimpler", "auth_method", CANARY, "one of basic, bearer, header"),
        ("zimpler", "auth_method", "", "one of basic, bearer, header"),
        ("tikpay", "file_type", CANARY, "one of csv, xml"),
        ("tikpay", "token_auth_method", CANARY, "one of basic, body"),
        ("tikpay", "poll_interval", 0, "a whole number of 1 or more"),
        ("spacivox", "teams", [1, CANARY], "a list of numbers"),
        ("begateway", "payment_method_types", [1], "a list of texts"),
        ("zimpler", "accounts", [7], "a list of objects"),
        ("zimpler", "accounts", {}, "a list of objects"),
    ],
)
def test_a_value_out_of_its_range_is_refused_with_what_it_may_be(
    provider: str, setting: str, value: t.Any, words: str
) -> None:
    lines = refusals_of(provider, **{setting: value})
    assert the_line(lines, f"{provider}.{setting}") == f"must be {words}"


@pytest.mark.parametrize(
    ("setting", "value", "words"),
    [
        ("request_timeout", 0, "a whole number of 1 or more"),
        ("max_retries", -1, "a whole number of 0 or more"),
        ("max_retry_wait", -1, "a whole number of 0 or more"),
        ("personal_data", CANARY, "one of keep, hash, drop"),
        ("sync_windows", CANARY, "true or false"),
    ],
)
def test_a_value_of_the_taps_own_out_of_its_range_is_refused(
    setting: str, value: t.Any, words: str
) -> None:
    assert the_line(refusals({setting: value}), setting) == f"must be {words}"


@pytest.mark.parametrize("setting", ["window_days", "lookback_days"])
@pytest.mark.parametrize("provider", BY_NAME)
def test_more_days_than_the_calendar_has_are_refused(provider: str, setting: str) -> None:
    assert refusals_of(provider, **{setting: MOST_DAYS}) == []
    lines = refusals_of(provider, **{setting: MOST_DAYS + 1})
    assert the_line(lines, f"{provider}.{setting}").startswith("must be at most")


# Names


@pytest.mark.parametrize("provider", BY_NAME)
def test_an_unknown_setting_is_refused_by_name(provider: str) -> None:
    lines = refusals_of(provider, merchant=CANARY)
    assert the_line(lines, f"{provider}.merchant") == "unknown setting"
    lines = refusals_of(provider, accounts=[{"merchant": CANARY}])
    assert the_line(lines, f"{provider}.accounts[0].merchant") == "unknown setting"


@pytest.mark.parametrize("name", [f"a {CANARY}", f"a\n{CANARY}", "", f"{CANARY}=x"])
def test_a_name_that_could_be_a_value_is_not_repeated(name: str) -> None:
    lines = refusals_of("zimpler", **{name: "x"})
    assert the_line(lines, "zimpler.(a name that is no identifier)") == "unknown setting"


def test_accounts_have_no_accounts() -> None:
    lines = refusals_of("zimpler", accounts=[{"accounts": [{}]}])
    assert the_line(lines, "zimpler.accounts[0].accounts") == "unknown setting"


# Required settings


REQUIRED = [
    (provider.name, name) for provider in PROVIDERS for name in provider.settings["required"]
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
    field = BY_NAME[provider].settings["properties"][setting]
    kind = kind_of(field)
    if "enum" in field or kind not in ("string", "array") or "integer" in str(field.get("items")):
        return
    text = f"https://h/{CANARY}{odd}"
    lines = refusals_of(provider, **{setting: [text] if kind == "array" else text})
    assert lines, setting
    assert all(line.startswith(f"{provider}.{setting}: ") for line in lines)
    assert all(line.isprintable() and CANARY not in line for line in lines)


# URLs


URLS = [("zimpler", "api_url"), ("begateway", "api_url"), ("spacivox", "api_url")]
URLS += [("tikpay", "api_url"), ("tikpay", "token_url")]


@pytest.mark.parametrize(("provider", "setting"), URLS)
@pytest.mark.parametrize(
    "value",
    [
        "https://api.example",
        "https://api.example/",
        "https://api.example:8443/v1/",
        "HTTPS://API.EXAMPLE",
        "https://[2001:db8::1]/x",
        "http://localhost:8080",
        "http://127.0.0.1:1/x",
        "http://127.8.9.1",
        "http://[::1]:80",
        "http://LOCALHOST",
    ],
)
def test_https_is_accepted_and_http_to_loopback(provider: str, setting: str, value: str) -> None:
    assert refusals_of(provider, **{setting: value}) == []


@pytest.mark.parametrize(("provider", "setting"), URLS)
@pytest.mark.parametrize(
    "value",
    [
        f"http://{CANARY}.example",
        f"http://10.0.0.1/{CANARY}",
        f"http://127.0.0.1.{CANARY}.example",
        f"http://localhost.{CANARY}.example",
        f"http://127.1/{CANARY}",
        f"http://0.0.0.0/{CANARY}",
        f"http://[::]/{CANARY}",
        f"http://{CANARY}@127.0.0.1",
        f"https://user:{CANARY}@api.example",
        f"https://:{CANARY}@api.example",
        f"https://api.example/?key={CANARY}",
        f"https://api.example/#{CANARY}",
        f"ftp://{CANARY}.example",
        f"file:///{CANARY}",
        f"{CANARY}.example/v1",
        f"//{CANARY}.example",
        f"https:///{CANARY}",
        f"https://[{CANARY}",
        f"https://api.example:{CANARY}",
        "https://api.example:99999",
        "https://",
        " ",
    ],
)
def test_any_other_url_is_refused(provider: str, setting: str, value: str) -> None:
    the_line(refusals_of(provider, **{setting: value}), f"{provider}.{setting}")
    lines = refusals_of(provider, accounts=[{setting: value}])
    the_line(lines, f"{provider}.accounts[0].{setting}")


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("localhost", True),
        ("127.0.0.1", True),
        ("127.255.255.254", True),
        ("::1", True),
        ("0.0.0.0", False),  # noqa: S104 - a name to judge, nothing to listen on
        ("::", False),
        ("10.0.0.1", False),
        ("localhost.example", False),
        ("", False),
    ],
)
def test_loopback_is_this_machine_alone(host: str, *, expected: bool) -> None:
    assert is_loopback(host) is expected


# Dates and personal data


@pytest.mark.parametrize("setting", ["start_date", "end_date"])
@pytest.mark.parametrize(
    "value",
    [CANARY, f"2026-01-31 {CANARY}", "31.01.2026", "2026-02-30", "2026-13-01", "1769832000", " "]
    + ["0001-01-01T00:00:00+05:00", "2026-01-31T25:00:00Z"],
)
def test_what_is_no_date_is_refused(setting: str, value: str) -> None:
    problem = the_line(refusals({setting: value}), setting)
    assert problem == "must be a date or a date-time, such as 2026-01-31"


@pytest.mark.parametrize("value", ["2026-01-31", "2026-01-31T04:00:00Z", "2026-01-31 04:00", ""])
@pytest.mark.parametrize("setting", ["start_date", "end_date"])
def test_a_date_or_a_date_time_is_accepted(setting: str, value: str) -> None:
    assert refusals({setting: value}) == []


@pytest.mark.parametrize(
    ("start", "end", "accepted"),
    [
        ("2026-01-01", "2026-01-02", True),
        ("2026-01-01", "2026-01-01T00:00:01", True),
        ("2026-01-01T05:00:00+05:00", "2026-01-01T00:00:01Z", True),
        ("2026-01-01", "2026-01-01", False),
        ("2026-01-02", "2026-01-01", False),
        ("2026-01-01T00:00:00Z", "2026-01-01T01:00:00+05:00", False),
    ],
)
def test_the_end_lies_after_the_start(start: str, end: str, *, accepted: bool) -> None:
    lines = refusals({"start_date": start, "end_date": end})
    assert lines == ([] if accepted else ["end_date: must be after start_date"])


@pytest.mark.parametrize("key", [None, ""])
def test_hash_needs_its_key(key: str | None) -> None:
    lines = refusals({"personal_data": "hash", "personal_data_key": key})
    assert the_line(lines, "personal_data_key").startswith("required")
    assert refusals({"personal_data": "hash", "personal_data_key": "k"}) == []
    assert refusals({"personal_data": "drop", "personal_data_key": key}) == []


# Accounts


def accounts_of(provider: str, **own: t.Any) -> list[Config]:
    return resolve_accounts(BY_NAME[provider].settings, COMPLETE[provider] | own)


@pytest.mark.parametrize("provider", BY_NAME)
def test_without_accounts_the_provider_is_the_one_account(provider: str) -> None:
    (account,) = accounts_of(provider)
    assert account == defaults_of(BY_NAME[provider].settings) | COMPLETE[provider]
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
    accounts = resolve_accounts(BY_NAME["zimpler"].settings, settings)
    accounts[0]["page_size"] = 8
    assert settings == before


def test_a_refusal_of_each_provider_stands_beside_the_others() -> None:
    lines = refusals({"zimpler": {}, "spacivox": {"x": CANARY}, "request_timeout": 0})
    names = sorted(line.partition(":")[0] for line in lines)
    assert names == ["request_timeout", "spacivox.x", "zimpler.api_key", "zimpler.merchant_id"]
    assert CANARY not in " ".join(lines)


# What is declared


@pytest.mark.parametrize(
    ("schema", "name"),
    [(SCHEMA, name) for name in TOP_SETTINGS]
    + [(BY_NAME[provider].settings, name) for provider, name in PROVIDER_SETTINGS],
)
def test_every_setting_has_a_title_and_a_description(schema: Config, name: str) -> None:
    field = schema["properties"][name]
    assert field["title"]
    assert field["description"]


SECRETS = {"api_key", "secret_key", "access_token", "client_secret", "accounts"}


@pytest.mark.parametrize(("provider", "setting"), PROVIDER_SETTINGS)
def test_secrets_are_marked_and_nothing_else(provider: str, setting: str) -> None:
    field = BY_NAME[provider].settings["properties"][setting]
    assert field.get("secret", False) is (setting in SECRETS)
