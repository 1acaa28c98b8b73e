"""Which settings a plan depends on, and the settings of one shard."""

from __future__ import annotations

import typing as t

from tap_payments.backfill.files import Refused
from tap_payments.backfill.shards import digest_of
from tap_payments.core.settings import resolve_accounts
from tap_payments.core.values import format_instant

if t.TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from tap_payments.backfill.shards import Plan, Shard
    from tap_payments.core.provider import Provider
    from tap_payments.core.settings import Schema, Settings
    from tap_payments.tap import TapPayments

IRRELEVANT = frozenset(
    (
        # how patiently, and in how large pieces, the same rows are asked for
        "concurrency",
        "daily_request_limit",
        "lookback_days",
        "max_wait",
        "page_size",
        "poll_interval",
        "verify_counts",
        "window_days",
        # how the account shows who it is
        "api_key_header",
        "auth_method",
        "scope",
        "token_auth_method",
        "token_url",
    )
)
"""Settings of a provider, besides its secrets, that do not change which rows are read."""


class Owner(t.NamedTuple):
    """The account that a shard is about, with its full settings."""

    provider: type[Provider]
    settings: Settings


def owner_of(tap: TapPayments, stream: str, account: str) -> Owner:
    """The account of these settings that has the stream.

    Raises:
        Refused: there is none.
    """
    for provider in tap.enabled:
        if stream in {each.name for each in provider.streams}:
            for own in resolve_accounts(provider.settings, tap.config[provider.name]):
                if own["account"] == account:
                    return Owner(provider, own)
    raise Refused(
        f"the plan is of other settings: these have no account '{account}' with the stream {stream}"
    )


def settings_digest(tap: TapPayments, series: Iterable[tuple[str, str]]) -> str:
    """A digest of the settings that choose what is read of these streams and accounts.

    Not of secrets, retries, concurrency or dates: these may change between plan and run.

    Raises:
        Refused: the settings lack one of the accounts.
    """
    owners = {
        (provider.name, settings["account"]): _relevant(provider.settings, settings)
        for provider, settings in (owner_of(tap, *each) for each in series)
    }
    accounts = [[*name, owners[name]] for name in sorted(owners)]
    return digest_of({"personal_data": tap.config["personal_data"], "accounts": accounts})


def _relevant(schema: Schema, settings: Mapping[str, t.Any]) -> Settings:
    return {
        name: value
        for name, value in settings.items()
        if name not in IRRELEVANT and not schema["properties"][name].get("secret")
    }


def check_settings(tap: TapPayments, plan: Plan) -> None:
    """Makes sure that a plan was made for these settings.

    Raises:
        Refused: it was not.
    """
    series = [(each.stream, each.account) for each in plan.series]
    if settings_digest(tap, series) != plan.settings_digest:
        raise Refused(
            "the plan is of other settings: something that chooses what is read has changed "
            "since; make a new plan"
        )


def shard_settings(tap: TapPayments, shard: Shard) -> Settings:
    """The settings of a run that reads one shard and nothing else."""
    owner = owner_of(tap, shard.stream, shard.account)
    others = {provider.name for provider in tap.enabled}
    common = {name: value for name, value in tap.config.items() if name not in others}
    return common | {
        "start_date": format_instant(shard.since),
        "end_date": format_instant(shard.until),
        owner.provider.name: owner.settings,
    }
