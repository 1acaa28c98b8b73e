"""The passes of one payment method type in one run, and what they have to know of one another."""

from __future__ import annotations

import typing as t
from datetime import timedelta
from functools import partial

from msgspec import Raw

from tap_payments.providers.begateway.passes import CREATED, UPDATES, Recent, first_watermark
from tap_payments.rows.canonical import digest_of, text_of
from tap_payments.rows.digests import Digests
from tap_payments.streams.windowed import WindowLane

if t.TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from tap_payments.rows.batch import Batch
    from tap_payments.rows.codec import RowCodec
    from tap_payments.streams.partition import Context, Partition
    from tap_payments.streams.run import Run
    from tap_payments.streams.stream import Member
    from tap_payments.windows.window import Window


class MethodLane(WindowLane):
    """Remembers which rows this run has written, so that an update pass leaves them out.

    Only rows that an update pass may find are remembered; all of them where a deselected column
    keeps it from being told (`sees_changes` is false).
    """

    def __init__(
        self, members: Sequence[Member], run: Run, *, cursor: str, sees_changes: bool
    ) -> None:
        super().__init__(members, run, cursor=cursor)
        self._delivered = Digests()
        self._pending: set[bytes] = set()
        """The digests of an update pass's batch that is being written."""
        stream, created = members[0]
        updates = [{**created.context, "pass": pass_} for pass_ in UPDATES]
        settings = created.account.settings
        found = run.watermarks.sound(stream.name, updates)
        self._has_updates = bool(found) and len(members) > 1
        self._recent: Recent | None = None
        if self._has_updates and sees_changes:
            self._recent = Recent(min(found) - timedelta(days=settings["lookback_days"]))
        self._beginnings: list[tuple[Context, datetime]] = []
        if settings["track_updates"]:
            settled = run.bounds.settled
            begun = min(run.watermarks.sound(stream.name, [created.context]) or [settled])
            self._beginnings = [
                (update, first_watermark(update["pass"], min(begun, settled))) for update in updates
            ]

    def deduplicate(
        self, partition: Partition, window: Window | None, batch: Batch, codec: RowCodec
    ) -> Batch:
        """The rows that this run has not delivered as they are."""
        if partition.context["pass"] == CREATED:
            return super().deduplicate(partition, window, batch, codec)
        spelled = codec.spellings(batch)
        # What was spelled for its digest is not spelled again for its line.
        rows = batch.rows if batch.careful else list(map(Raw, spelled))
        self._pending.clear()
        fresh = [
            row
            for row, digest in zip(rows, map(digest_of, spelled), strict=True)
            if self._is_fresh(digest)
        ]
        return batch._replace(rows=fresh)

    def _is_fresh(self, digest: bytes) -> bool:
        known = digest in self._pending or digest in self._delivered
        self._pending.add(digest)
        return not known

    def delivered(self, partition: Partition, batch: Batch, codec: RowCodec) -> None:
        """Remembers rows that were written: what failed on its way is not left out later."""
        if partition.context["pass"] != CREATED:
            for digest in self._pending:
                self._delivered.add(digest)
        elif self._has_updates:
            for row in batch.rows:
                if self._recent is None or self._recent.has(partial(text_of, row)):
                    self._delivered.add(digest_of(codec.spell(row)))

    def beginnings(self, partition: Partition) -> Iterator[tuple[Context, datetime]]:
        """Where the update passes begin that have no watermark yet: with this run.

        So a first run that is interrupted and resumed days later misses no change in between.
        """
        if partition.context["pass"] == CREATED:
            yield from self._beginnings
