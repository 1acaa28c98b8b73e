"""A read: the tap's own, told stream by stream."""

from __future__ import annotations

import os
import threading
import typing as t
from datetime import timedelta
from functools import partial

from singer_sdk.singerlib.catalog import REPLICATION_FULL_TABLE, REPLICATION_INCREMENTAL

from tap_payments.airbyte.catalog import FULL_REFRESH, INCREMENTAL, has_open_columns
from tap_payments.airbyte.cells import Cells
from tap_payments.airbyte.source import PaymentsSource
from tap_payments.errors import QuotaSpent, SyncFailed
from tap_payments.output.stopping import GRACE
from tap_payments.windows.watermarks import state_problem

if t.TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from tap_payments.airbyte.catalog import Configured
    from tap_payments.airbyte.writer import AirbyteWriter
    from tap_payments.errors import StreamFailed
    from tap_payments.streams.stream import Context, ProviderStream


LIMITED = "rate limited"
"""What the tap calls a wait that a provider asks for."""


class ReadSource(PaymentsSource):
    """The tap, with every stream's status told, and every failure with who can mend it."""

    def __init__(self, *, writer: AirbyteWriter, config: dict[str, t.Any]) -> None:
        self._told = writer
        self._refused: dict[str, str] = {}
        self._contexts_left: dict[str, int] = {}
        self._current = ""
        super().__init__(config=config, message_writer=writer)

    # What shall be read

    def choose(self, configured: Sequence[Configured], bookmarks: Mapping[str, t.Any]) -> None:
        """Selects the streams of a catalog, each with its own bookmark if it is incremental."""
        for stream in self.streams.values():
            stream.selected = False
        for chosen in configured:
            try:
                self._choose(chosen, bookmarks.get(chosen.name))
            except ValueError as refusal:
                self._refuse(chosen.name, str(refusal))
        self._told.resume(self.state.get("bookmarks", {}))

    def _choose(self, chosen: Configured, bookmark: t.Any) -> None:
        stream = self.streams.get(chosen.name)
        if stream is None:
            raise ValueError("these settings have no stream of this name")
        if chosen.sync_mode not in (FULL_REFRESH, INCREMENTAL):
            raise ValueError(f"sync_mode is neither {FULL_REFRESH} nor {INCREMENTAL}")
        if chosen.sync_mode == FULL_REFRESH:
            stream.forced_replication_method = REPLICATION_FULL_TABLE
        elif bookmark is not None and stream.replication_method == REPLICATION_INCREMENTAL:
            state = {"bookmarks": {chosen.name: bookmark}}
            if problem := state_problem(state):
                raise ValueError(f"its state cannot be read: {problem}")
            self.load_state(state)
        if has_open_columns(stream):
            self._told.gather(stream.name, Cells(stream.schema["properties"], stream.primary_keys))
        stream.selected = True

    # The run

    def sync_all(self) -> None:  # type: ignore[misc]  # final upstream, see TapPayments
        """Syncs every chosen stream.

        Raises:
            SyncFailed: some of them failed, after all had their turn.
            ConfigValidationError: `start_date` is missing.
        """
        try:
            super().sync_all()
        except SyncFailed:
            self._finish_the_rest()
            raise
        self._finish_the_rest()
        if self._refused:
            raise SyncFailed("; ".join(f"{name}: {why}" for name, why in self._refused.items()))

    def attempt(self, stream: ProviderStream, context: Context, work: Callable[[], None]) -> None:
        """Does one stream's work for one partition; after its last one the stream has ended."""
        self._current = stream.name
        super().attempt(stream, context, partial(self._notice_quota, stream, work))
        left = self._contexts_left.setdefault(stream.name, len(stream.partitions or ()))
        self._contexts_left[stream.name] = left - 1
        if left == 1:
            self._finish(stream.name)

    def _notice_quota(self, stream: ProviderStream, work: Callable[[], None]) -> None:
        try:
            work()
        except QuotaSpent as deferral:
            if deferral.resumes_at is not None:
                self._told.limit(stream.name, deferral.resumes_at)
            raise

    def _on_wait(self, reason: str, seconds: float) -> None:
        super()._on_wait(reason, seconds)
        if LIMITED in reason and self._current:
            until = self.runtime.clock() + timedelta(seconds=seconds)
            self._told.limit(self._current, until)

    def _finish_the_rest(self) -> None:
        """Ends what has no last partition: rows of `sync_windows` come until the very end."""
        for name in self._told.open_streams:
            self._finish(name)

    def _finish(self, name: str) -> None:
        failed = any(name == stream for stream, _context, _failure in self.failures)
        bookmark = self.state.get("bookmarks", {}).get(name)
        self._told.finish(name, bookmark, complete=not failed)

    def _handle_termination(self, signum: int, frame: t.Any) -> None:
        """Ends the run, and the process in any case: a log line may hang that nobody takes."""
        overdue = threading.Timer(GRACE, os._exit, [128 + signum])
        overdue.daemon = True
        overdue.start()
        super()._handle_termination(signum, frame)

    # What fails

    def _fail(self, stream: ProviderStream, context: Context, failure: StreamFailed) -> None:
        super()._fail(stream, context, failure)
        self._told.fail(
            f"{stream.label(context)}: {failure}",
            failure.kind,
            stream=stream.name,
            internal=f"HTTP status {failure.status}" if failure.status else None,
        )

    def _refuse(self, stream: str, reason: str) -> None:
        self._refused[stream] = reason
        self.logger.error("%s is not read: %s", stream, reason)
        self._told.fail(f"{stream}: {reason}", "config", stream=stream)
        self._told.finish(stream, None, complete=False)
