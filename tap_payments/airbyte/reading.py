"""A read: the tap's own, told stream by stream."""

from __future__ import annotations

import os
import threading
import typing as t

from singer_sdk.singerlib.catalog import REPLICATION_FULL_TABLE, REPLICATION_INCREMENTAL

from tap_payments.airbyte.catalog import FULL_REFRESH, INCREMENTAL, has_open_columns
from tap_payments.airbyte.cells import Cells
from tap_payments.airbyte.source import PaymentsSource
from tap_payments.airbyte.statuses import Statuses
from tap_payments.errors import SyncFailed
from tap_payments.output.stopping import GRACE
from tap_payments.runtime import Runtime
from tap_payments.windows.watermarks import state_problem

if t.TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tap_payments.airbyte.catalog import Configured
    from tap_payments.airbyte.writer import AirbyteWriter


class ReadSource(PaymentsSource):
    """The tap, with the streams of a configured catalog; `Statuses` tells what becomes of them."""

    def __init__(self, *, writer: AirbyteWriter, config: dict[str, t.Any]) -> None:
        self._told = writer
        self._refused: dict[str, str] = {}
        self._statuses = Statuses(writer, Runtime().clock, self._bookmark_of)
        super().__init__(config=config, message_writer=writer, listener=self._statuses)

    def _bookmark_of(self, stream: str) -> t.Any:
        return self.state.get("bookmarks", {}).get(stream)

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
            self._statuses.finish_the_rest()
            raise
        self._statuses.finish_the_rest()
        if self._refused:
            raise SyncFailed("; ".join(f"{name}: {why}" for name, why in self._refused.items()))

    def _handle_termination(self, signum: int, frame: t.Any) -> None:
        """Ends the run, and the process in any case: a log line may hang that nobody takes."""
        overdue = threading.Timer(GRACE, os._exit, [128 + signum])
        overdue.daemon = True
        overdue.start()
        super()._handle_termination(signum, frame)

    def _refuse(self, stream: str, reason: str) -> None:
        self._refused[stream] = reason
        self.logger.error("%s is not read: %s", stream, reason)
        self._told.fail(f"{stream}: {reason}", "config", stream=stream)
        self._told.finish(stream, None, complete=False)
