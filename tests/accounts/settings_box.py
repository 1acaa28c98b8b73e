"""Complete settings of each provider, and what is wrong with others."""

from __future__ import annotations

import typing as t

from tap_payments.accounts.checks import check_settings
from tap_payments.providers import PROVIDERS
from tap_payments.settings import settings_schema
from tap_payments.tap import TapPayments
from tests.support.clock import NOW

Config = dict[str, t.Any]

CANARY = "canary-5f0c1d7a9e"
BY_NAME = {provider.name: provider for provider in PROVIDERS}


def complete(schema: Config) -> Config:
    """What a provider requires, and no more."""
    fields = schema["properties"]
    return {
        name: "https://api.example" if fields[name].get("format") == "uri" else "k"
        for name in schema["required"]
    }


COMPLETE = {provider.name: complete(provider.settings_schema) for provider in PROVIDERS}

SCHEMA = settings_schema()
TapPayments.append_builtin_config(SCHEMA)


def refusals(config: Config) -> list[str]:
    """What is wrong with a configuration, a line each."""
    return list(check_settings(config, SCHEMA, [each.account for each in PROVIDERS], NOW))


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
    (provider.name, name)
    for provider in PROVIDERS
    for name in provider.settings_schema["properties"]
]
TOP_SETTINGS = [name for name in SCHEMA["properties"] if name not in BY_NAME]
