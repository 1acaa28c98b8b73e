"""Runs one shard of a plan as the tap itself would run its interval, and says what became of it."""

from __future__ import annotations

import typing as t

import msgspec
from singer_sdk.singerlib import StateMessage

from tap_payments.backfill.files import check_writable, write_whole
from tap_payments.backfill.scope import check_settings, shard_settings
from tap_payments.backfill.shards import ShardResult, dump
from tap_payments.errors import Refused, SyncFailed
from tap_payments.output.stopping import Stopped
from tap_payments.output.writer import Writer
from tap_payments.reports.planning import REMEMBERED
from tap_payments.streams.sync_windows import SyncWindows
from tap_payments.sync.events import Events
from tap_payments.tap import TapPayments
from tap_payments.windows.instants import format_instant

if t.TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from pathlib import Path

    from singer_sdk import Stream
    from singer_sdk.singerlib.encoding.simple import Message

    from tap_payments.backfill.shards import Context, Plan, Shard
    from tap_payments.errors import QuotaSpent
    from tap_payments.streams.incremental import IncrementalStream
    from tap_payments.streams.partition import Partition


class ShardWriter(Writer):
    """Writes everything but STATE: a shard's own end says nothing of what lies before it."""

    def write_message(self, message: Message) -> None:
        """Writes a message, unless it is STATE."""
        if not isinstance(message, StateMessage):
            super().write_message(message)


class Heard(Events):
    """Remembers what a shard has delivered, and when a quota leaves the rest for later."""

    reason: QuotaSpent | None = None
    rows = 0

    def progressed(self, partition: Partition, *, rows: int = 0, windows: int = 0) -> None:  # noqa: ARG002
        """Counts rows, in RECORDs and in files."""
        self.rows += rows

    def deferred(self, partition: Partition, deferral: QuotaSpent) -> None:  # noqa: ARG002
        """The last one stands."""
        self.reason = deferral


class ShardTap(TapPayments):
    """The tap with one stream of one account; with `sync_windows`, its windows too."""

    message_writer_class = ShardWriter

    def __init__(self, *, shard: Shard, **options: t.Any) -> None:
        self.shard = shard
        self.heard = Heard()
        super().__init__(listener=self.heard, **options)

    def discover_streams(self) -> Sequence[Stream]:
        """The shard's stream, selected whether or not it is by default."""
        names = (self.shard.stream, SyncWindows.name)
        streams = [stream for stream in super().discover_streams() if stream.name in names]
        for stream in streams:
            stream.selected = True
        return streams

    @property
    def stream(self) -> IncrementalStream:
        """The shard's stream."""
        return t.cast("IncrementalStream", self.streams[self.shard.stream])

    def covered(self) -> tuple[list[Context], list[Context]]:
        """The contexts that were delivered up to the shard's end, and those that were not."""
        complete: list[Context] = []
        others: list[Context] = []
        for account in self.stream.accounts:
            for partition in self.stream.partitions_of(account, self.run):
                watermark = self.stream.watermark(partition, self.run)
                reached = watermark is not None and watermark >= self.shard.until
                (complete if reached else others).append(partition.context)
        return complete, others

    def requests(self) -> int:
        """How many requests the shard's account was sent."""
        return sum(account.client.total.requests for account in self.stream.accounts)

    def report_jobs(self) -> dict[str, str]:
        """The report jobs that were started for the shard, and when."""
        context = {"_account": self.shard.account}
        jobs = self.run.watermarks.noted(self.shard.stream, context, REMEMBERED)
        return jobs if isinstance(jobs, dict) else {}


class ShardRun:
    """One run of one shard, from its first message to its result."""

    def __init__(self, settings: TapPayments, plan: Plan, shard_id: str, result: Path) -> None:
        found = next((each for each in plan.shards if each.id == shard_id), None)
        if found is None:
            raise Refused(f"--shard: the plan has no shard {shard_id}")
        check_settings(settings, plan)
        check_writable(result, "result")
        self.plan = plan
        self.shard = found
        self.path = result
        self.clock = settings.runtime.clock
        self.tap = ShardTap(
            shard=found,
            config=shard_settings(settings, found),
            state=self._remembered(),
            runtime=settings.runtime,
        )

    def _remembered(self) -> dict[str, t.Any]:
        """A state that knows the report jobs which an earlier try of the shard has started."""
        try:
            before = msgspec.json.decode(self.path.read_bytes(), type=ShardResult)
        except (OSError, msgspec.MsgspecError):
            return {}
        if not before.report_jobs or before.plan != self.plan.digest:
            return {}
        if before.shard != self.shard.id:
            return {}
        context = {"_account": self.shard.account}
        partition = {"context": context, REMEMBERED: before.report_jobs}
        return {"bookmarks": {self.shard.stream: {"partitions": [partition]}}}

    def run(self) -> ShardResult:
        """Writes the shard's messages to stdout and then its result.

        Raises:
            Stopped: it was ended from outside; the result says so.
        """
        self.path.unlink(missing_ok=True)
        started, error = self.clock(), None
        try:
            self.tap.sync_all()
        except SyncFailed as failed:
            error = str(failed)
        except Stopped as stopped:
            self._conclude(started, f"ended by {str(stopped) or 'a reader that went away'}")
            raise
        return self._conclude(started, error)

    def _conclude(self, started: datetime, error: str | None) -> ShardResult:
        complete, others = self.tap.covered()
        if error is None and self.tap.heard.reason is not None:
            error = str(self.tap.heard.reason)
        if error is None and others:
            error = f"not everything before {format_instant(self.shard.until)} was delivered"
        result = ShardResult(
            plan=self.plan.digest,
            shard=self.shard.id,
            stream=self.shard.stream,
            account=self.shard.account,
            since=self.shard.since,
            until=self.shard.until,
            complete=error is None,
            contexts=complete,
            rows=self.tap.heard.rows,
            requests=self.tap.requests(),
            seconds=round((self.clock() - started).total_seconds(), 3),
            error=error,
            report_jobs=self.tap.report_jobs(),
        )
        with self.tap.writer.shield.whole():
            write_whole(self.path, dump(result, indent=2))
        return result
