"""The plan's digest: another one exactly where other rows would be read, and no secret in it."""

from __future__ import annotations

import typing as t

import pytest

from tests.backfill.box import Box, day


def change(box: Box, **settings: t.Any) -> None:
    box.config["zimpler"] |= settings


def renew_keys(box: Box) -> None:
    box.config["personal_data_key"] = "canary"
    for account in box.config["zimpler"]["accounts"]:
        account["api_key"] = "canary"


def add_account(box: Box) -> None:
    more = {"account": "shop3", "merchant_id": "m", "api_key": "canary"}
    box.config["zimpler"]["accounts"].append(more)


def rename_merchant(box: Box) -> None:
    box.config["zimpler"]["accounts"][0]["merchant_id"] = "another"


SAME: dict[str, t.Callable[[Box], object]] = {
    "keys": renew_keys,
    "retries": lambda box: box.config.update(max_retries=0, max_retry_wait=1, request_timeout=9),
    "dates": lambda box: box.config.update(start_date="2001-01-01", end_date="2002-01-01"),
    "agent": lambda box: box.config.update(user_agent="me/1"),
    "concurrency": lambda box: change(box, concurrency=16),
    "pieces": lambda box: change(box, window_days=3, lookback_days=0, page_size=7),
    "authentication": lambda box: change(box, auth_method="bearer"),
    "account": add_account,
    "null": lambda box: change(box, site=None),
    "default": lambda box: box.config.update(personal_data="keep"),
    "provider": lambda box: box.config.pop("spacivox"),
}


OTHER: dict[str, t.Callable[[Box], object]] = {
    "country": lambda box: change(box, country_code="SE"),
    "site": lambda box: change(box, site="example.com"),
    "url": lambda box: change(box, api_url="https://api.example.com"),
    "merchant": rename_merchant,
    "partner": lambda box: change(box, sub_merchant="x"),
    "personal": lambda box: box.config.update(personal_data="drop"),
}


ONLY = ("--shards", "1", "--streams", "zimpler_transactions")


@pytest.mark.parametrize("name", SAME)
def test_the_digest_is_the_same_whatever_does_not_choose_rows(box: Box, name: str) -> None:
    before = box.make_plan(*ONLY, "--accounts", "main,shop2", "--until", day(1))
    SAME[name](box)
    after = box.make_plan(*ONLY, "--accounts", "main,shop2", "--until", day(1))
    assert before["settings_digest"] == after["settings_digest"]


@pytest.mark.parametrize("name", OTHER)
def test_the_digest_is_another_when_other_rows_are_read(box: Box, name: str) -> None:
    before = box.make_plan(*ONLY, "--until", day(1))
    OTHER[name](box)
    after = box.make_plan(*ONLY, "--until", day(1))
    assert before["settings_digest"] != after["settings_digest"]


def test_no_secret_is_in_a_plan(box: Box) -> None:
    renew_keys(box)
    box.make_plan("--shards", "2")
    assert "canary" not in box.plan.read_text()
