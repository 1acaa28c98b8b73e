"""The words that settings are declared in."""

from __future__ import annotations

import typing as t

from singer_sdk import typing as th

Settings = dict[str, t.Any]
Schema = dict[str, t.Any]

DEFAULT_ACCOUNT = "default"


def url(
    name: str, description: str, *, default: str | None = None, **more: t.Any
) -> th.Property[t.Any]:
    """A URL; https, or http to loopback."""
    kind = th.CustomType({"type": ["string"], "format": "uri"})
    return th.Property(name, kind, default=default, description=description, **more)


def positive(name: str, default: int, description: str, *, title: str) -> th.Property[t.Any]:
    """A whole number of 1 or more."""
    kind = th.IntegerType(minimum=1)
    return th.Property(name, kind, default=default, description=description, title=title)


def account_settings(
    *own: th.Property[t.Any], window_days: int | None, lookback_days: int | None
) -> Schema:
    """The JSON schema of a provider's object: its own settings and those that every one has."""
    common = [
        th.Property(
            "account",
            th.StringType,
            default=DEFAULT_ACCOUNT,
            title="Account",
            description="The name that goes into `_account` of every record.",
        ),
        positive(
            "window_days",
            window_days or 1,
            "Days asked for at once.",
            title="Window (days)",
        ),
        th.Property(
            "lookback_days",
            th.IntegerType(minimum=0),
            default=lookback_days or 0,
            title="Lookback (days)",
            description="Days before the watermark that every run reads again, for rows that "
            "arrive or change late.",
        ),
        th.Property(
            "concurrency",
            th.IntegerType(minimum=1, maximum=16),
            default=4,
            title="Concurrency",
            description="The most requests that may be open to one account.",
        ),
    ]
    schema = th.PropertiesList(*own, *common).to_dict()
    accounts = th.Property(
        "accounts",
        th.ArrayType(th.ObjectType(*own, *common)),
        title="Accounts",
        secret=True,
        description="Several shops or credentials: each an object of this provider's settings "
        "that overrides them, with an `account` name of its own.",
    ).to_dict()
    inner = accounts["accounts"]["items"]
    inner.pop("required", None)
    for field in inner["properties"].values():
        field.pop("default", None)
    schema["properties"].update(accounts)
    return t.cast("Schema", schema)
