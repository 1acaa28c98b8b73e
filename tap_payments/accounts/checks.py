"""Settings are checked before any request.

A refusal is one line that names the provider and the setting, and never its value: what is
wrong with a secret must not print the secret.
"""

from __future__ import annotations

import difflib
import typing as t
from urllib.parse import urlsplit

import jsonschema

from tap_payments.accounts.settings import resolve_accounts
from tap_payments.http.origins import is_loopback
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
            yield f"{_printable(name)}: unknown setting{_nearest(name, top)}"
        elif value is not None and name not in names:
            yield from _check_value(name, top["properties"][name], value)
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
        *_check_object(name, schema, settings),
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
            yield from _check_object(f"{name}.accounts[{index}]", inner, account)


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


def _check_object(where: str, schema: Schema, settings: Mapping[str, t.Any]) -> Iterator[str]:
    for name, value in settings.items():
        field = schema["properties"].get(name)
        if field is None:
            yield f"{where}.{_printable(name)}: unknown setting{_nearest(name, schema)}"
        elif value is not None:
            yield from _check_value(f"{where}.{name}", _outline(field), value)


def _outline(field: Schema) -> Schema:
    """A list of objects without what they hold, since each is checked on its own."""
    items = field.get("items", {})
    return {**field, "items": {"type": items["type"]}} if "properties" in items else field


def _fits(field: Schema, value: t.Any) -> bool:
    """Whether a value is of a setting's type; 4.0, an integer to JSON Schema, is none here."""
    if any(isinstance(each, float) for each in (value if isinstance(value, list) else [value])):
        return False
    return jsonschema.Draft202012Validator(field).is_valid(value)


def _check_value(where: str, field: Schema, value: t.Any) -> Iterator[str]:
    if isinstance(value, dict) and field.get("additionalProperties") is False:
        yield from _check_object(where, field, value)
        for required in field.get("required", ()):
            if value.get(required) in (None, ""):
                yield f"{where}.{required}: required, and missing or empty"
        return
    if not _fits(field, value):
        yield f"{where}: must be {expectation(field)}"
        return
    for text in _texts(value):
        if not text.isprintable() and text != "\t":  # which a delimiter may be
            yield f"{where}: contains a line break or another control character"
    if field.get("format") == "uri" and value != "":
        yield from _check_url(where, value)


def _texts(value: t.Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for item in value:
            yield from _texts(item)


def expectation(field: Schema) -> str:
    """What a setting has to be, in words."""
    if "enum" in field:
        options = [option for option in field["enum"] if option is not None]
        return "one of " + ", ".join(str(option) for option in options)
    kinds = field.get("type", [])
    kind = next(kind for kind in ([kinds] if isinstance(kinds, str) else kinds) if kind != "null")
    low, high = field.get("minimum"), field.get("maximum")
    if kind == "integer":
        if low is not None and high is not None:
            return f"a whole number from {low} to {high}"
        return "a whole number" if low is None else f"a whole number of {low} or more"
    if kind == "array":
        items = field.get("items", {})
        inner = "numbers" if "integer" in items.get("type", ()) else "texts"
        return "a list of objects" if "object" in items.get("type", ()) else f"a list of {inner}"
    return {"string": "a text", "boolean": "true or false", "object": "an object"}[kind]


def _check_url(where: str, value: str) -> Iterator[str]:
    try:
        parts = urlsplit(value)
        host = parts.hostname or ""
        _ = parts.port
    except ValueError:
        yield f"{where}: is not a URL"
        return
    parts_that_a_root_lacks = "@" in parts.netloc or parts.query or parts.fragment
    if parts.scheme not in ("http", "https") or not host or parts_that_a_root_lacks:
        yield f"{where}: must be a URL such as https://host/path, without credentials or query"
    elif parts.scheme == "http" and not is_loopback(host):
        yield f"{where}: http is only allowed to this machine (loopback); use https"


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


def _nearest(name: str, schema: Schema) -> str:
    """The known setting that somebody may have meant."""
    found = difflib.get_close_matches(name, schema["properties"], n=1)
    return f"; did you mean {found[0]}?" if found else ""


def _check_audit(month: t.Any, now: datetime) -> Iterator[str]:
    if isinstance(month, str):
        try:
            month_named(month, now)
        except ValueError as problem:
            yield f"audit_month: {problem}"


def _printable(name: str) -> str:
    return name if name.isidentifier() else "(a name that is no identifier)"
