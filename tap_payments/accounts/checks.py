"""Settings are checked before any request.

A refusal is one line that names the provider and the setting, and never its value: what is
wrong with a secret must not print the secret.
"""

from __future__ import annotations

import typing as t

from tap_payments.accounts.defaults import resolve_accounts
from tap_payments.accounts.values import check_object, check_value, nearest, printable
from tap_payments.windows.instants import to_instant
from tap_payments.windows.months import month_named

if t.TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import datetime

    from tap_payments.accounts.account import Account
    from tap_payments.accounts.settings import Schema, Settings

MOST_DAYS = 100_000
"""More days than this lead out of the calendar."""


def check_settings(
    config: Mapping[str, t.Any], top: Schema, providers: Sequence[type[Account]], now: datetime
) -> Iterator[str]:
    """What is wrong with the settings at an instant, a line each."""
    names = {provider.name for provider in providers}
    for name, value in config.items():
        if name not in top["properties"]:
            yield f"{printable(name)}: unknown setting{nearest(name, top)}"
        elif value is not None and name not in names:
            yield from check_value(name, top["properties"][name], value)
    yield from _check_dates(config, now)
    yield from _check_audit(config.get("audit_month"), now)
    if config.get("personal_data") == "hash" and not config.get("personal_data_key"):
        yield "personal_data_key: required with personal_data: hash"
    for provider in providers:
        settings = config.get(provider.name)
        if settings is not None:
            found = list(check_provider(provider, settings))
            yield from found
            if not found and config.get("personal_data") == "drop":
                for account in resolve_accounts(provider.settings_schema, settings):
                    yield from (
                        f"{provider.name}.{each}" for each in provider.check_dropped(account)
                    )


def check_provider(provider: type[Account], settings: t.Any) -> Iterator[str]:
    """What is wrong with one provider's object."""
    name, schema = provider.name, provider.settings_schema
    if not isinstance(settings, dict):
        yield f"{name}: must be an object"
        return
    found = [
        *check_object(name, schema, settings),
        *_check_accounts(name, schema, settings.get("accounts")),
    ]
    yield from found
    if not found:
        yield from _check_resolved(provider, settings)


def _check_accounts(name: str, schema: Schema, accounts: t.Any) -> Iterator[str]:
    if not isinstance(accounts, list):
        return
    if not accounts:
        yield f"{name}.accounts: must name at least one account"
    inner = schema["properties"]["accounts"]["items"]
    for index, account in enumerate(accounts):
        if isinstance(account, dict):
            yield from check_object(f"{name}.accounts[{index}]", inner, account)


def _check_resolved(provider: type[Account], settings: Settings) -> Iterator[str]:
    name, schema = provider.name, provider.settings_schema
    resolved = resolve_accounts(schema, settings)
    names = [account["account"] for account in resolved]
    for duplicate in sorted({each for each in names if names.count(each) > 1}):
        yield f"{name}.accounts: the account name {duplicate!r} occurs more than once"
    for account in resolved:
        where = f"account {account['account']!r}"
        for required in schema.get("required", ()):
            if account.get(required) in (None, ""):
                yield f"{name}.{required}: required, and missing or empty for {where}"
        for days in ("window_days", "lookback_days"):
            if account[days] > MOST_DAYS:
                yield f"{name}.{days}: must be at most {MOST_DAYS}, and is more for {where}"
        yield from (f"{name}.{problem}" for problem in provider.check(account))
    yield from (f"{name}.{problem}" for problem in provider.check_together(resolved))


def _check_dates(config: Mapping[str, t.Any], now: datetime) -> Iterator[str]:
    instants: dict[str, datetime] = {}
    for name in ("start_date", "end_date"):
        value = config.get(name)
        if isinstance(value, str) and value:
            try:
                instants[name] = to_instant(value)
            except (ValueError, OverflowError):
                yield f"{name}: must be a date or a date-time, such as 2026-01-31"
    if len(instants) == 2 and instants["end_date"] <= instants["start_date"]:
        yield "end_date: must be after start_date"
    if "start_date" in instants and instants["start_date"] > now:
        yield "start_date: lies in the future: there is nothing to read yet"


def _check_audit(month: t.Any, now: datetime) -> Iterator[str]:
    if isinstance(month, str):
        try:
            month_named(month, now)
        except ValueError as problem:
            yield f"audit_month: {problem}"
