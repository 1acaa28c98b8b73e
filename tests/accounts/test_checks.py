from __future__ import annotations

import typing as t

import pytest

from tap_payments.accounts.checks import MOST_DAYS
from tests.accounts.settings_box import (
    BY_NAME,
    CANARY,
    PROVIDER_SETTINGS,
    SCHEMA,
    TOP_SETTINGS,
    WRONG,
    kind_of,
    refusals,
    refusals_of,
    the_line,
)

# What is accepted


@pytest.mark.parametrize("provider", BY_NAME)
def test_required_settings_are_enough(provider: str) -> None:
    assert refusals_of(provider) == []


@pytest.mark.parametrize(("provider", "setting"), PROVIDER_SETTINGS)
def test_null_is_a_setting_that_is_not_given(provider: str, setting: str) -> None:
    required = BY_NAME[provider].settings_schema.get("required", ())
    lines = refusals_of(provider, **{setting: None})
    assert lines == [] or setting in required
    if setting in required:
        the_line(lines, f"{provider}.{setting}")


@pytest.mark.parametrize("setting", TOP_SETTINGS)
def test_null_is_a_setting_of_the_tap_that_is_not_given(setting: str) -> None:
    assert refusals({setting: None}) == []


# Types and ranges


@pytest.mark.parametrize(("provider", "setting"), PROVIDER_SETTINGS)
def test_a_wrong_type_is_refused_without_its_value(provider: str, setting: str) -> None:
    field = BY_NAME[provider].settings_schema["properties"][setting]
    for value in WRONG[kind_of(field)]:
        problem = the_line(refusals_of(provider, **{setting: value}), f"{provider}.{setting}")
        assert problem.startswith("must be "), value


@pytest.mark.parametrize(("provider", "setting"), PROVIDER_SETTINGS)
def test_a_wrong_type_in_an_account_is_refused_in_one_line(provider: str, setting: str) -> None:
    if setting == "accounts":
        return
    field = BY_NAME[provider].settings_schema["properties"][setting]
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
    assert the_line(lines, f"{provider}.merchant").startswith("unknown setting")
    lines = refusals_of(provider, accounts=[{"merchant": CANARY}])
    assert the_line(lines, f"{provider}.accounts[0].merchant").startswith("unknown setting")


@pytest.mark.parametrize("name", [f"a {CANARY}", f"a\n{CANARY}", "", f"{CANARY}=x"])
def test_a_name_that_could_be_a_value_is_not_repeated(name: str) -> None:
    lines = refusals_of("zimpler", **{name: "x"})
    assert the_line(lines, "zimpler.(a name that is no identifier)") == "unknown setting"


def test_accounts_have_no_accounts() -> None:
    lines = refusals_of("zimpler", accounts=[{"accounts": [{}]}])
    assert the_line(lines, "zimpler.accounts[0].accounts").startswith("unknown setting")
