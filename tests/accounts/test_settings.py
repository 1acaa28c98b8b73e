from __future__ import annotations

import typing as t

from singer_sdk import typing as th

from tap_payments.accounts.settings import account_settings, positive, url

SCHEMA = account_settings(
    url("api_url", "Where.", default="https://api.example"),
    th.Property("key", th.StringType, required=True, secret=True, description="What."),
    positive("size", 10, "How many.", title="Size"),
    window_days=31,
    lookback_days=3,
)


def properties(schema: t.Any) -> dict[str, t.Any]:
    return t.cast("dict[str, t.Any]", schema["properties"])


def test_every_provider_has_what_all_have() -> None:
    own = properties(SCHEMA)
    assert {name: own[name].get("default") for name in own} == {
        "api_url": "https://api.example",
        "key": None,
        "size": 10,
        "account": "default",
        "window_days": 31,
        "lookback_days": 3,
        "concurrency": 4,
        "accounts": None,
    }
    assert SCHEMA["required"] == ["key"]


def test_an_account_overrides_any_setting_and_has_to_give_none() -> None:
    items = properties(SCHEMA)["accounts"]["items"]
    assert properties(items).keys() == properties(SCHEMA).keys() - {"accounts"}
    assert "required" not in items
    assert not any("default" in field for field in properties(items).values())


def test_without_windows_a_day_and_no_lookback() -> None:
    own = properties(account_settings(window_days=None, lookback_days=None))
    assert (own["window_days"]["default"], own["lookback_days"]["default"]) == (1, 0)
