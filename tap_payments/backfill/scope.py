"""Which settings a plan depends on, and the settings of one shard."""

from __future__ import annotations

import typing as t

from tap_payments.backfill.shards import digest_of
from tap_payments.errors import Refused
from tap_payments.streams.stream import ProviderStream
from tap_payments.windows.instants import format_instant

if t.TYPE_CHECKING:
    from collections.abc import Iterable

    from tap_payments.accounts.account import Account
    from tap_payments.accounts.settings import Settings
    from tap_payments.backfill.shards import Plan, Shard
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


def account_of(tap: TapPayments, stream: str, account: str) -> Account:
    """The configured account that has a stream.

    Raises:
        Refused: there is none.
    """
    found = tap.streams.get(stream)
    if isinstance(found, ProviderStream):
        for each in found.accounts:
            if each.account == account:
                return each
    raise Refused(
        f"the plan is of other settings: these have no account '{account}' with the stream {stream}"
    )


def settings_digest(tap: TapPayments, series: Iterable[tuple[str, str]]) -> str:
    """A digest of the settings that choose what is read of these streams and accounts.

    Not of secrets, retries, concurrency or dates: these may change between plan and run.

    Raises:
        Refused: the settings lack one of the accounts.
    """
    owners = [account_of(tap, *each) for each in series]
    relevant = {(owner.name, owner.account): _relevant(owner) for owner in owners}
    accounts = [[*name, relevant[name]] for name in sorted(relevant)]
    return digest_of({"personal_data": tap.config["personal_data"], "accounts": accounts})


def _relevant(account: Account) -> Settings:
    fields = account.settings_schema["properties"]
    return {
        name: value
        for name, value in account.settings.items()
        if name not in IRRELEVANT and not fields[name].get("secret")
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
    owner = account_of(tap, shard.stream, shard.account)
    others = {"audit_month", *(provider.name for provider in tap.enabled)}
    common = {name: value for name, value in tap.config.items() if name not in others}
    return common | {
        "start_date": format_instant(shard.since),
        "end_date": format_instant(shard.until),
        owner.name: owner.settings,
    }
