"""Streams with a watermark for each of their partitions."""

from __future__ import annotations

import typing as t
from dataclasses import replace

from tap_payments.streams.stream import ProviderStream
from tap_payments.windows.instants import format_instant

if t.TYPE_CHECKING:
    from datetime import datetime

    from tap_payments.accounts.account import Account
    from tap_payments.streams.partition import Partition
    from tap_payments.streams.run import Run


class IncrementalStream(ProviderStream):
    """A stream that goes on where the last run ended, unless it is read as a full table."""

    def is_incremental(self, run: Run) -> bool:
        """Whether a run reads and sets watermarks; one that audits a month does not."""
        return self.replication_method == "INCREMENTAL" and not run.bounds.is_audit

    def watermark(self, partition: Partition, run: Run) -> datetime | None:
        """The instant before which everything of a partition was delivered.

        Raises:
            StreamFailed: the state is none.
        """
        if not self.is_incremental(run):
            return None
        return run.watermarks.of(self.name, partition.context)

    def doubt_state(self, run: Run) -> None:
        """Warns of a bookmark that can be used but is odd: in the future, or without partitions."""
        if self.is_incremental(run):
            for doubt in run.watermarks.doubts(self.name, run.bounds.now):
                self.logger.warning("%s: %s", self.name, doubt)

    def horizon(self, partition: Partition, run: Run) -> datetime:  # noqa: ARG002 - for subclasses
        """The end of what a run can commit."""
        return run.bounds.span(None).horizon

    def published(self, partition: Partition, until: datetime, run: Run) -> datetime:
        """How much of what ends at `until` is published by the provider's clock.

        All of it, unless this machine's clock is ahead: then rows are still to come before it.
        """
        ahead = partition.account.client.clock_ahead
        if not ahead:
            return until
        bounds = run.bounds._replace(now=run.bounds.now - ahead)
        return min(until, self.horizon(partition, replace(run, bounds=bounds)))

    def delivered_until(self, account: Account, run: Run) -> str:
        """The earliest watermark of the account's partitions."""
        found = run.watermarks.sound(self.name, self.contexts(account, run))
        return format_instant(min(found)) if found and self.is_incremental(run) else ""

    def warn_of_gap(
        self, partition: Partition, watermark: datetime | None, start: datetime
    ) -> None:
        """Warns which time is never read where `start_date` is later than the watermark."""
        if watermark is not None and watermark < start:
            self.logger.warning(
                "%s: start_date is later than the watermark of %s: what lies between %s and %s "
                "is left out",
                self.name, partition.context, format_instant(watermark), format_instant(start),
            )  # fmt: skip
