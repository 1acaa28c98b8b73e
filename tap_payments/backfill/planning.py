"""Cuts the streams of the configured accounts into shards. It asks nobody."""

from __future__ import annotations

import typing as t

from tap_payments.backfill.cutting import pieces
from tap_payments.backfill.files import Refused
from tap_payments.backfill.scope import settings_digest
from tap_payments.backfill.shards import Beginning, Plan, Series, Shard, shard_id
from tap_payments.core.values import DAY, floor_day, format_instant
from tap_payments.core.windowed import WindowedStream
from tap_payments.core.windows import Bounds

if t.TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from tap_payments.backfill.cutting import Cut
    from tap_payments.core.provider import Provider
    from tap_payments.tap import TapPayments

REPORT_REQUESTS = 3
"""What a report costs at least: the job list, the job, and the list that has its file."""


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
            own = [stream for stream in streams if stream.provider is provider]
            for account in self.tap.accounts_of(provider):
                if self._is_chosen(account):
                    at_most = self._quota(account, own)
                    for stream in own:
                        self._take(stream, account, at_most)

    def _streams(self) -> list[WindowedStream]:
        found = dict(self.tap.streams)
        names = self.choice.streams
        for name in names or ():
            if name not in found:
                known = ", ".join(found)
                raise Refused(f"--streams: there is no stream {name} here, only {known}")
            if not isinstance(found[name], WindowedStream):
                self.notes.append(f"{name} is a full table: every run delivers it, none is planned")
        self._check_accounts()
        return [
            stream
            for name, stream in found.items()
            if isinstance(stream, WindowedStream) and (names is None or name in names)
        ]

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

    def _is_chosen(self, account: Provider) -> bool:
        return self.choice.accounts is None or account.account in self.choice.accounts

    def _quota(self, account: Provider, streams: list[WindowedStream]) -> int | None:
        """How many shards each stream may have, where an account has a quota of requests."""
        limit = account.own.get("daily_request_limit")
        if limit is None or not streams:
            return None
        fits = limit // REPORT_REQUESTS
        each: int = fits // len(streams)
        if not each:
            raise Refused(
                f"{account.subject}: daily_request_limit {limit} is enough for {fits} shards of "
                f"{REPORT_REQUESTS} requests, and {len(streams)} streams are to be planned: "
                "choose fewer with --streams"
            )
        self.notes.append(
            f"{account.subject}: at most {each} shards per stream, since {limit} requests in 24 "
            f"hours are enough for {fits} shards of at least {REPORT_REQUESTS}"
        )
        return each

    def _take(self, stream: WindowedStream, account: Provider, at_most: int | None) -> None:
        self.tap.bounds = self._bounds(self.until, None)
        beginnings = [
            Beginning(context, stream.span(context, None).start)
            for context in stream.contexts(account)
        ]
        self.tap.bounds = self._bounds(self.choice.since, self.until)
        contexts = stream.contexts(account)
        # What a span begins with is rounded down to what the API can be asked for.
        since = stream.span(contexts[0], None).start
        until = next(each.watermark for each in beginnings if each.context == contexts[0])
        if since >= until:
            self.notes.append(
                f"{stream.name} (account '{account.account}'): nothing lies between "
                f"{format_instant(since)} and {format_instant(until)}"
            )
            return
        self.series.append(
            Series(
                stream=stream.name,
                account=account.account,
                replication_key=str(stream.replication_key),
                contexts=contexts,
                beginnings=[each for each in beginnings if each.context not in contexts],
            )
        )
        whole_days = self._has_days(stream, contexts[0])
        step = self.choice.cut.step(until - since, whole_days=whole_days, at_most=at_most)
        for low, high in pieces(since, until, step):
            self.tap.bounds = self._bounds(low, high)
            requests = REPORT_REQUESTS if at_most else self._requests(stream, account)
            name = shard_id(stream.name, account.account, low, high)
            self.shards.append(Shard(name, stream.name, account.account, low, high, requests))

    def _has_days(self, stream: WindowedStream, context: dict[str, t.Any]) -> bool:
        """Whether the API is asked for whole days: then noon is rounded down to midnight."""
        noon = floor_day(self.until) + DAY / 2
        self.tap.bounds = self._bounds(noon, None)
        return stream.span(context, None).start < noon

    def _requests(self, stream: WindowedStream, account: Provider) -> int:
        """One for each window at least."""
        return sum(1 for context in stream.contexts(account) for _ in stream.plan(account, context))

    def _bounds(self, start: datetime, end: datetime | None) -> Bounds:
        return Bounds(self.tap.runtime.clock(), start, end)
