"""The state after a backfill: how far each series is delivered without a gap from its start."""

from __future__ import annotations

import copy
import typing as t

from tap_payments.errors import Refused, StreamFailed
from tap_payments.windows.instants import format_instant
from tap_payments.windows.intervals import Intervals
from tap_payments.windows.watermarks import Watermarks, state_problem

if t.TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from tap_payments.backfill.shards import Context, Plan, Series, Shard, ShardResult

State = dict[str, t.Any]


class Gap(t.NamedTuple):
    """What is not delivered of a series, or (with a `context`) of one of its partitions."""

    stream: str
    context: Context
    since: datetime
    until: datetime
    reason: str

    def __str__(self) -> str:
        """For people: where, when and why."""
        account, *others = self.context.values()
        where = ", ".join([f"account '{account}'", *map(str, others)])
        bounds = f"{format_instant(self.since)}..{format_instant(self.until)}"
        return f"gap: {self.stream} ({where}) {bounds}: {self.reason}"


class Merged(t.NamedTuple):
    """A state, and what it does not cover."""

    state: State
    gaps: list[Gap]


def completed_shards(plan: Plan, results: Iterable[ShardResult]) -> set[str]:
    """The ids of the shards that some result says are complete.

    Raises:
        Refused: a result belongs to another plan.
    """
    shards = {shard.id: shard for shard in plan.shards}
    contexts = {(each.stream, each.account): each.contexts for each in plan.series}
    done = set()
    for result in results:
        shard = shards.get(result.shard)
        if result.plan != plan.digest or shard is None or not _is_of(result, shard):
            raise Refused(f"the result of shard {result.shard} is of another plan")
        expected = contexts[shard.stream, shard.account]
        if result.complete and all(context in result.contexts for context in expected):
            done.add(shard.id)
    return done


def _is_of(result: ShardResult, shard: Shard) -> bool:
    return (result.stream, result.account, result.since, result.until) == (
        shard.stream,
        shard.account,
        shard.since,
        shard.until,
    )


def merge_state(plan: Plan, results: Iterable[ShardResult], state: State) -> Merged:
    """The state with the backfill's watermarks: each ends the completed prefix of its series.

    Never the maximum over the shards, and never earlier than what the state has already.

    Raises:
        Refused: a result is of another plan, or the state is none.
    """
    if problem := state_problem(state):
        raise Refused(f"the state cannot be read: {problem}")
    done = completed_shards(plan, results)
    merged = Merged(copy.deepcopy(state), [])
    watermarks = Watermarks(merged.state)
    for series in plan.series:
        shards, key = plan.shards_of(series), series.replication_key
        merged.gaps.extend(_missing(series, shards, done))
        complete = Intervals.of(*((each.since, each.until) for each in shards if each.id in done))
        since = shards[0].since
        until = complete.whole_from(since)
        for context in series.contexts:
            known = _watermark(watermarks, series.stream, context)
            if known is not None and known < since:
                reason = "the state ends before the plan begins; the watermark stays"
                merged.gaps.append(Gap(series.stream, context, known, since, reason))
            elif until > since:
                watermarks.advance(series.stream, context, until, key=key)
        if any(shard.id in done for shard in shards):
            for beginning in series.beginnings:
                _watermark(watermarks, series.stream, beginning.context)
                watermarks.begin(series.stream, beginning.context, beginning.watermark, key=key)
    return merged


def _missing(series: Series, shards: list[Shard], done: set[str]) -> list[Gap]:
    """What the shards that are not complete leave out; neighbours are one gap."""
    gaps: list[Gap] = []
    names: list[str] = []
    for shard in shards:
        if shard.id in done:
            continue
        since = shard.since
        if gaps and gaps[-1].until == since:
            since = gaps.pop().since
            names.append(shard.id)
        else:
            names = [shard.id]
        reason = f"{len(names)} shard{'s' * (len(names) > 1)} not complete, from {names[0]} on"
        gaps.append(Gap(series.stream, {"_account": series.account}, since, shard.until, reason))
    return gaps


def _watermark(watermarks: Watermarks, stream: str, context: Context) -> datetime | None:
    try:
        return watermarks.of(stream, context)
    except StreamFailed as failure:
        where = ", ".join(str(value) for value in context.values())
        raise Refused(f"the state of {stream} ({where}): {failure}") from failure
