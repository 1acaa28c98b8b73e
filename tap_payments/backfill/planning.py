"""Cuts the streams of the configured accounts into shards. It asks nobody."""

from __future__ import annotations

import typing as t

from tap_payments.backfill.cutting import pieces
from tap_payments.backfill.reach import REPORT_REQUESTS, Reach
from tap_payments.backfill.scope import settings_digest
from tap_payments.backfill.shards import Beginning, Plan, Series, Shard, shard_id
from tap_payments.errors import Refused
from tap_payments.streams.incremental import IncrementalStream
from tap_payments.streams.open_ended import OpenEndedStream
from tap_payments.windows.bounds import Bounds
from tap_payments.windows.instants import format_instant

if t.TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from tap_payments.accounts.account import Account
    from tap_payments.backfill.cutting import Cut
    from tap_payments.tap import TapPayments


class Choice(t.NamedTuple):
    """What a plan is made of: from when to when (None: now), and which streams and accounts."""

    since: datetime
    until: datetime | None
    cut: Cut
    streams: Sequence[str] | None = None
    accounts: Sequence[str] | None = None


def plan_backfill(tap: TapPayments, choice: Choice) -> Plan:
    """The shards of a backfill; the same for the same settings, choice and `until`.

    Raises:
        Refused: there is no such stream or account, or nothing to plan.
    """
    now = tap.runtime.clock()
    settled = Bounds(now, now).settled
    until = (choice.until or settled).replace(microsecond=0)
    if until > settled:
        raise Refused(
            f"--until: what is after {format_instant(settled)} has not settled yet: give no later "
            "instant, or leave it out"
        )
    planning = _Planning(tap, choice, until)
    planning.read()
    if not planning.shards:
        raise Refused("; ".join(["there is nothing to plan", *planning.notes]))
    return Plan(
        created_at=now,
        until=until,
        settings_digest=settings_digest(
            tap, [(each.stream, each.account) for each in planning.series]
        ),
        notes=planning.notes,
        series=planning.series,
        shards=planning.shards,
    )


class _Planning:
    """One plan in the making."""

    def __init__(self, tap: TapPayments, choice: Choice, until: datetime) -> None:
        self.tap = tap
        self.choice = choice
        self.until = until
        self.series: list[Series] = []
        self.shards: list[Shard] = []
        self.notes: list[str] = []

    def read(self) -> None:
        """Takes every chosen stream of every chosen account in."""
        streams = self._streams()
        for provider in self.tap.enabled:
            own = [stream for stream in streams if isinstance(stream, provider.streams)]
            for account in self.tap.accounts_of(provider):
                if self._is_chosen(account):
                    at_most, planned = self._quota(account, own), len(self.shards)
                    for stream in own:
                        self._take(Reach(stream, account, self.tap.run), at_most)
                    self._warn_of_days(account, self.shards[planned:])

    def _streams(self) -> list[IncrementalStream]:
        found = dict(self.tap.streams)
        names = self.choice.streams
        for name in names or ():
            if name not in found:
                known = ", ".join(found)
                raise Refused(f"--streams: there is no stream {name} here, only {known}")
            if not isinstance(found[name], IncrementalStream):
                self.notes.append(f"{name} is a full table: every run delivers it, none is planned")
        self._check_accounts()
        return [
            stream
            for name, stream in found.items()
            if isinstance(stream, IncrementalStream) and self._is_wanted(stream)
        ]

    def _is_wanted(self, stream: IncrementalStream) -> bool:
        """Whether a stream was named; where none was, whether a run without a catalog reads it."""
        if self.choice.streams is not None:
            return stream.name in self.choice.streams
        if not stream.selected_by_default:
            self.notes.append(f"{stream.name} is planned only where --streams names it")
        return stream.selected_by_default

    def _check_accounts(self) -> None:
        known = [
            account.account
            for provider in self.tap.enabled
            for account in self.tap.accounts_of(provider)
        ]
        for name in self.choice.accounts or ():
            if name not in known:
                there = ", ".join(dict.fromkeys(known))
                raise Refused(f"--accounts: there is no account {name}, only {there}")

    def _is_chosen(self, account: Account) -> bool:
        return self.choice.accounts is None or account.account in self.choice.accounts

    def _quota(self, account: Account, streams: list[IncrementalStream]) -> int | None:
        """How many shards each stream may have, where an account has a quota of requests."""
        limit = account.settings.get("daily_request_limit")
        if limit is None or not streams:
            return None
        if len(streams) > limit:
            raise Refused(
                f"{account.subject}: daily_request_limit {limit} is not enough for a shard of each "
                f"of {len(streams)} streams: choose fewer with --streams"
            )
        at_most: int = max(1, limit // REPORT_REQUESTS // len(streams))
        self.notes.append(
            f"{account.subject}: {limit} requests in 24 hours are enough for few shards only, "
            f"so each stream gets at most {at_most}"
        )
        return at_most

    def _take(self, reach: Reach, at_most: int | None) -> None:
        name, account = reach.stream.name, reach.account.account
        contexts = reach.contexts(self.choice.since, self.until)
        since = reach.begin(self.choice.since, contexts[0])
        until = reach.begin(self.until, contexts[0])
        if since >= until:
            self.notes.append(
                f"{name} (account '{account}'): nothing lies between {format_instant(since)} and "
                f"{format_instant(until)}"
            )
            return
        later = reach.contexts(self.until, None)
        self.series.append(
            Series(
                stream=name,
                account=account,
                replication_key=str(reach.stream.replication_key),
                contexts=contexts,
                beginnings=[
                    Beginning(context, reach.begin(self.until, context))
                    for context in later
                    if context not in contexts
                ],
            )
        )
        if isinstance(reach.stream, OpenEndedStream):
            at_most = 1  # each shard would read what all later ones read
        step = self.choice.cut.step(until - since, at_most=at_most)
        for low, high in pieces(since, until, step):
            shard = shard_id(name, account, low, high)
            requests = reach.requests(low, high)
            self.shards.append(Shard(shard, name, account, low, high, requests))

    def _warn_of_days(self, account: Account, shards: list[Shard]) -> None:
        """Says so where an account's shards take longer than its quota's day."""
        limit = account.settings.get("daily_request_limit")
        requests = sum(shard.expected_requests for shard in shards)
        if limit is not None and requests > limit:
            self.notes.append(
                f"{account.subject}: its {len(shards)} shards take at least {requests} requests, "
                f"and 24 hours have {limit}: what the quota defers has to be run again later"
            )
