"""The full settings of each account: its own, else the provider's, else the defaults."""

from __future__ import annotations

import typing as t

if t.TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tap_payments.accounts.settings import Schema, Settings


def defaults_of(schema: Schema) -> Settings:
    """The defaults that a schema declares."""
    return {
        name: field["default"]
        for name, field in schema["properties"].items()
        if field.get("default") is not None
    }


def given(settings: Mapping[str, t.Any], required: Sequence[str] = ()) -> Settings:
    """The settings that somebody gave: null and (for optional ones) empty are not."""
    return {
        name: value
        for name, value in settings.items()
        if value is not None and (value != "" or name in required)
    }


def resolve_accounts(schema: Schema, settings: Mapping[str, t.Any]) -> list[Settings]:
    """One full set of settings per account: its own, else the provider's, else the defaults."""
    required = schema.get("required", ())
    own = given(settings, required)
    accounts = own.pop("accounts", None)
    base = defaults_of(schema) | own
    if accounts is None:
        return [base]
    return [base | given(account, required) for account in accounts]
