"""A backfill's plan, its shards, and what became of a shard; how each is spelled in a file."""

from __future__ import annotations

import hashlib
import json
import typing as t
from datetime import datetime
from functools import cached_property

import msgspec
from msgspec import Meta, Struct

from tap_payments.windows.instants import format_instant

Instant = t.Annotated[datetime, Meta(tz=True)]
Context = dict[str, t.Any]


class Shard(Struct, frozen=True):
    """One process's work: a stream of an account within `[since, until)`, in UTC."""

    id: str
    stream: str
    account: str
    since: Instant
    until: Instant
    expected_requests: int


class Beginning(Struct, frozen=True):
    """A context that no shard reads: a merged state lets it begin here."""

    context: Context
    watermark: Instant


class Series(Struct, frozen=True):
    """What the shards of one stream and account have in common.

    `contexts` are the partitions of the state that every one of its shards covers.
    """

    stream: str
    account: str
    replication_key: str
    contexts: list[Context]
    beginnings: list[Beginning]


class Plan(Struct, frozen=True, dict=True):
    """A backfill; `until` is when it was frozen, and nothing later is in it."""

    created_at: Instant
    until: Instant
    settings_digest: str
    notes: list[str]
    series: list[Series]
    shards: list[Shard]
    version: t.Literal[1] = 1

    @cached_property
    def digest(self) -> str:
        """What tells this plan from every other one; the same plan made again is the same."""
        shards = [self.version, self.until, self.settings_digest, self.series, self.shards]
        return digest_of(shards)

    def shards_of(self, series: Series) -> list[Shard]:
        """The series' shards, in order of time."""
        return self._by_series.get((series.stream, series.account), [])

    @cached_property
    def _by_series(self) -> dict[tuple[str, str], list[Shard]]:
        found: dict[tuple[str, str], list[Shard]] = {}
        for shard in sorted(self.shards, key=lambda each: each.since):
            found.setdefault((shard.stream, shard.account), []).append(shard)
        return found


class ShardResult(Struct, frozen=True):
    """What became of a shard; `plan` is the plan's digest, `contexts` those that are complete.

    `report_jobs` are the jobs that were started for it, and when: a retry takes them over.
    """

    plan: str
    shard: str
    stream: str
    account: str
    since: Instant
    until: Instant
    complete: bool
    contexts: list[Context]
    rows: int
    requests: int
    seconds: float
    error: str | None = None
    report_jobs: dict[str, str] = {}


def dump(value: t.Any, *, indent: int | None = None) -> str:
    """JSON, with instants in the tap's one spelling."""
    return json.dumps(
        msgspec.to_builtins(value, builtin_types=(datetime,)),
        default=format_instant,
        ensure_ascii=False,
        indent=indent,
        sort_keys=indent is None,
    )


def digest_of(value: t.Any) -> str:
    """A short digest of a value, the same wherever it is made."""
    return hashlib.sha256(dump(value).encode()).hexdigest()[:32]


def shard_id(stream: str, account: str, since: datetime, until: datetime) -> str:
    """A name for a shard that is fit for a file's name, and the same each time."""
    plain = "".join(sign if sign.isascii() and sign.isalnum() else "-" for sign in account)
    if plain != account:
        plain += f"-{digest_of(account)[:8]}"
    return f"{stream}.{plain}.{since:%Y%m%dT%H%M%SZ}-{until:%Y%m%dT%H%M%SZ}"
