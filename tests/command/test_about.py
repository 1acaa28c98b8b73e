"""`--about` describes every setting of the contract, with its default, and marks the secrets."""

from __future__ import annotations

import json
import typing as t

import pytest

if t.TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.commands import Commands
    from tests.support.taps import Row

OWN = {
    *("start_date", "end_date", "user_agent", "request_timeout", "max_retries", "max_retry_wait"),
    *("personal_data", "personal_data_key", "sync_windows"),
}
EVERY_PROVIDER = {"api_url", "account", "lookback_days", "window_days", "concurrency", "accounts"}
OF_PROVIDERS = {
    "zimpler": {
        *(
            "merchant_id",
            "api_key",
            "auth_method",
            "api_key_header",
            "tech_partner",
            "days_are_inclusive",
        ),
        *("sub_merchant", "country_code", "site", "page_size"),
    },
    "spacivox": {"access_token", "teams", "longest_answer"},
}
SECRETS = {
    *("personal_data_key", "zimpler.api_key", "spacivox.access_token"),
    *("zimpler.accounts", "spacivox.accounts"),
    *("zimpler.accounts.api_key", "spacivox.accounts.access_token"),
}
DEFAULTS = {
    "request_timeout": 120,
    "max_retries": 6,
    "max_retry_wait": 300,
    "personal_data": "keep",
    "sync_windows": False,
    "zimpler.api_url": "https://api.zimpler.net",
    "zimpler.auth_method": "basic",
    "zimpler.api_key_header": "X-Api-Key",
    "zimpler.page_size": 1000,
    "zimpler.days_are_inclusive": True,
    "zimpler.window_days": 7,
    "zimpler.lookback_days": 1,
    "spacivox.window_days": 1,
    "spacivox.lookback_days": 3,
    **{f"{name}.account": "default" for name in OF_PROVIDERS},
    **{f"{name}.concurrency": 4 for name in OF_PROVIDERS},
}


def all_settings(schema: Row, prefix: str = "") -> Iterator[tuple[str, Row]]:
    """Every setting with its dotted name, also those of accounts."""
    for name, field in schema["properties"].items():
        yield prefix + name, field
        for inner in (field, field.get("items", {})):
            if "properties" in inner:
                yield from all_settings(inner, f"{prefix}{name}.")


def test_about_describes_every_setting_and_marks_the_secrets(commands: Commands) -> None:
    done = commands("--about", "--format=json")
    assert done.code == 0
    about = json.loads(done.stdout)
    found = dict(all_settings(about["settings"]))
    assert found.keys() >= OWN | {*OF_PROVIDERS}
    for provider, own in OF_PROVIDERS.items():
        names = {name for name in found if name.startswith(f"{provider}.")}
        inner = {name for name in names if name.count(".") == 2}
        assert names - inner == {f"{provider}.{name}" for name in own | EVERY_PROVIDER}
        assert inner == {f"{provider}.accounts.{name}" for name in own | EVERY_PROVIDER} - {
            f"{provider}.accounts.accounts"
        }
    mine = {
        name: field
        for name, field in found.items()
        if name in OWN or name.partition(".")[0] in OF_PROVIDERS
    }
    for name, field in mine.items():
        assert field["title"], name
        assert field["description"], name
    assert {name for name, field in mine.items() if field.get("secret")} == SECRETS
    assert {
        name: field["default"] for name, field in mine.items() if "default" in field
    } == DEFAULTS
    assert {"batch", "catalog", "state", "discover", "test"} <= {*about["capabilities"]}


@pytest.mark.parametrize("form", [[], ["--format=markdown"]])
def test_about_is_also_for_people(commands: Commands, form: list[str]) -> None:
    done = commands("--about", *form)
    assert done.code == 0
    assert b"max_retry_wait" in done.stdout
