"""Several accounts of a provider: what they inherit, what they keep apart, and what fails alone."""

from __future__ import annotations

import typing as t

import pytest
from singer_sdk.exceptions import ConfigValidationError

from tap_payments.sandbox import Clock, Fault, Sandbox
from tests.support.clock import NOW
from tests.support.taps import Row, discover, settings, spelled, sync, watermarks

STREAM = "zimpler_transactions"
END = "2026-03-20T00:00:00.000000Z"


def box(**accounts: tuple[str, ...]) -> Sandbox:
    """A sandbox of generated rows whose clock stands still."""
    clock = Clock(NOW, frozen=True)
    return Sandbox(seed=3, days=5, accounts=accounts or None, clock=clock)


def without_accounts(sandbox: Sandbox, **own: t.Any) -> Row:
    """Zimpler's settings with its first account's keys in the provider's own object."""
    config = settings(sandbox, "zimpler", **own)
    first = config["zimpler"].pop("accounts")[0]
    config["zimpler"] |= first
    return config


def test_each_account_delivers_its_own_rows_under_its_own_name() -> None:
    with box() as sandbox:
        run = sync(sandbox, settings(sandbox, "zimpler"))
        assert run.failed is None
        for account in ("main", "shop2"):
            truth = sandbox.zimpler.rows(account)
            assert len(truth) > 50
            assert spelled(run.rows(STREAM, account)) == spelled(truth)
        assert watermarks(run.state, STREAM) == {"main": END, "shop2": END}
        assert {row["_account"] for row in run.records("zimpler_current_balance")} == {
            *("main", "shop2")
        }


def test_an_account_without_a_name_is_called_default() -> None:
    with box() as sandbox:
        config = without_accounts(sandbox)
        del config["zimpler"]["account"]
        run = sync(sandbox, config)
        assert {record["_account"] for record in run.records(STREAM)} == {"default"}
        assert watermarks(run.state, STREAM) == {"default": END}


def test_a_name_of_the_provider_itself_is_the_one_accounts_name() -> None:
    with box() as sandbox:
        run = sync(sandbox, without_accounts(sandbox, account="Évry 1"))
        assert {record["_account"] for record in run.records(STREAM)} == {"main"}
        config = without_accounts(sandbox)
        config["zimpler"]["account"] = "Évry 1"
        run = sync(sandbox, config)
        assert {record["_account"] for record in run.records(STREAM)} == {"Évry 1"}
        assert watermarks(run.state, STREAM) == {"Évry 1": END}


def test_an_account_inherits_what_it_does_not_say_itself() -> None:
    with box() as sandbox:
        config = settings(sandbox, "zimpler", tech_partner="acme", sub_merchant="all")
        config["zimpler"] |= {"page_size": 20, "window_days": 2}
        main, second = config["zimpler"]["accounts"]
        main |= {"page_size": None, "country_code": "SE"}
        second |= {"tech_partner": "other", "page_size": 7, "window_days": 30}
        run = sync(sandbox, config)
        assert run.failed is None
        asked = sandbox.journal.of("zimpler", "/v4/transactions")
        main_asked = [one for one in asked if one.basic == ("sandbox-merchant-1", main["api_key"])]
        others = [one for one in asked if one not in main_asked]
        assert {one.query["limit"] for one in main_asked} == {"20"}
        assert {one.query["limit"] for one in others} == {"7"}
        assert {one.query.get("country_code") for one in main_asked} == {"SE"}
        assert {one.query.get("country_code") for one in others} == {None}
        assert {one.headers["x-zimpler-techpartner"] for one in main_asked} == {"acme"}
        assert {one.headers["x-zimpler-techpartner"] for one in others} == {"other"}
        assert {one.headers["x-zimpler-submerchant"] for one in asked} == {"all"}
        assert len({one.query["from_date"] for one in main_asked}) == 4
        assert len({one.query["from_date"] for one in others}) == 2
        for row in run.rows(STREAM, "main"):
            assert row["country_code"] == "SE"
        assert spelled(run.rows(STREAM, "shop2")) == spelled(sandbox.zimpler.rows("shop2"))


def test_what_the_provider_lacks_may_come_from_its_accounts() -> None:
    with box(spacivox=("main", "second")) as sandbox:
        config = settings(sandbox, "spacivox")
        url = config["spacivox"].pop("api_url")
        for account in config["spacivox"]["accounts"]:
            account["api_url"] = url
        assert sync(sandbox, config).failed is None
        del config["spacivox"]["accounts"][1]["api_url"]
        with pytest.raises(ConfigValidationError) as refused:
            sync(sandbox, config)
        (line,) = refused.value.errors
        assert "spacivox.api_url" in line
        assert "'second'" in line


@pytest.mark.parametrize(
    ("accounts", "words"),
    [
        ([], ("zimpler.accounts",)),
        ([{"account": "a"}, {"account": "a"}], ("zimpler.accounts", "'a'", "more than once")),
        ([{}, {}], ("zimpler.accounts", "'default'", "more than once")),
        ([{"account": "a"}, {"account": "b", "nope": 1}], ("zimpler.accounts[1].nope",)),
        ([{"account": "a", "api_key": ""}], ("zimpler.api_key", "'a'")),
        ([None], ("zimpler.accounts",)),
        (["canary"], ("zimpler.accounts",)),
        ("canary", ("zimpler.accounts",)),
        ([{"account": 5}], ("zimpler.accounts[0].account",)),
        ([{"account": "a", "accounts": []}], ("zimpler.accounts[0].accounts",)),
    ],
)
def test_accounts_that_cannot_be_are_refused_before_any_request(
    accounts: t.Any, words: tuple[str, ...]
) -> None:
    with box() as sandbox:
        config = without_accounts(sandbox)
        config["zimpler"]["accounts"] = accounts
        del config["zimpler"]["account"]
        with pytest.raises(ConfigValidationError) as refused:
            sync(sandbox, config)
        (line,) = refused.value.errors
        for word in words:
            assert word in line
        assert "canary" not in line
        assert len(sandbox.journal) == 0


@pytest.mark.parametrize("failing", ["main", "shop2"])
def test_an_account_that_fails_leaves_the_others(failing: str) -> None:
    (other,) = {"main", "shop2"} - {failing}
    with box() as sandbox:
        config = settings(sandbox, "zimpler")
        for account in config["zimpler"]["accounts"]:
            if account["account"] == failing:
                account["api_key"] = "canary"
        run = sync(sandbox, config)
        assert run.failed is not None
        for stream in (STREAM, "zimpler_current_balance"):
            assert f"{stream} (account '{failing}')" in run.failed
        assert f"'{other}'" not in run.failed
        assert "canary" not in run.failed
        assert spelled(run.rows(STREAM, other)) == spelled(sandbox.zimpler.rows(other))
        assert watermarks(run.state, STREAM) == {other: END}


def test_a_provider_that_fails_leaves_the_others() -> None:
    with box() as sandbox:
        sandbox.faults.add(Fault("spacivox", 403, times=None))
        run = sync(sandbox, sandbox.config("zimpler", "spacivox"))
        assert run.failed is not None
        assert "spacivox_payment_transactions (account 'default')" in run.failed
        assert "spacivox_teams (account 'default')" in run.failed
        assert "zimpler" not in run.failed
        assert watermarks(run.state, STREAM) == {"main": END, "shop2": END}


def test_settings_that_are_null_are_settings_that_nobody_gave() -> None:
    """Meltano writes null for what is not set, and gives whole objects of it."""
    with box() as sandbox:
        config = without_accounts(sandbox)
        nulls: Row = dict.fromkeys(
            (
                *("end_date", "user_agent", "request_timeout", "max_retries", "max_retry_wait"),
                *("personal_data", "personal_data_key", "sync_windows", "begateway", "spacivox"),
                *("tikpay", "stream_maps", "stream_map_config", "flattening_enabled"),
            )
        )
        own: Row = dict.fromkeys(
            (
                *("auth_method", "api_key_header", "tech_partner", "sub_merchant", "country_code"),
                *("site", "page_size", "window_days", "lookback_days", "concurrency", "accounts"),
            )
        )
        expected = sync(sandbox, config)
        run = sync(sandbox, nulls | config | {"zimpler": own | config["zimpler"]})
        assert run.failed is None
        assert sorted(run.lines) == sorted(expected.lines)  # streams overlap


def test_only_the_streams_of_configured_providers_are_listed() -> None:
    with box() as sandbox:
        for providers in (("zimpler",), ("spacivox",), ("zimpler", "spacivox")):
            listed = [
                each["tap_stream_id"] for each in discover(sandbox.config(*providers))["streams"]
            ]
            assert {name.partition("_")[0] for name in listed} == set(providers)
            assert len(listed) == sum({"zimpler": 2, "spacivox": 5}[name] for name in providers)
