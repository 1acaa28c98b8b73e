"""What happens in a run, for those who tell of it; nobody overrides anything to hear of it."""

from __future__ import annotations

import typing as t

if t.TYPE_CHECKING:
    from collections.abc import Sequence

    from tap_payments.errors import QuotaSpent, StreamFailed
    from tap_payments.http.calls import Statistics
    from tap_payments.streams.partition import Partition


class Events:
    """Hears of nothing; a listener takes what it is interested in.

    All but `waiting` is told by the one thread that writes.
    """

    def planned(self, partitions: Sequence[Partition]) -> None:
        """These partitions are read in this run."""

    def started(self, partition: Partition, windows: int) -> None:
        """A partition is read, in so many windows; its first rows may follow."""

    def waiting(self, partition: Partition | None, reason: str, seconds: float) -> None:
        """A thread waits for so many seconds; None: for no partition in particular."""

    def progressed(self, partition: Partition, *, rows: int = 0, windows: int = 0) -> None:
        """Rows were written, or windows are done."""

    def deferred(self, partition: Partition, deferral: QuotaSpent) -> None:
        """The rest of a partition is left for a later run."""

    def failed(self, partition: Partition, failure: StreamFailed) -> None:
        """A partition failed; the others go on."""

    def ended(self, partition: Partition, statistics: Statistics) -> None:
        """Nothing more comes of a partition, which has cost so many requests."""


class Everybody(Events):
    """Tells all listeners, in order."""

    def __init__(self, *listeners: Events) -> None:
        self._listeners = listeners

    def planned(self, partitions: Sequence[Partition]) -> None:
        """Passes it on."""
        for each in self._listeners:
            each.planned(partitions)

    def started(self, partition: Partition, windows: int) -> None:
        """Passes it on."""
        for each in self._listeners:
            each.started(partition, windows)

    def waiting(self, partition: Partition | None, reason: str, seconds: float) -> None:
        """Passes it on."""
        for each in self._listeners:
            each.waiting(partition, reason, seconds)

    def progressed(self, partition: Partition, *, rows: int = 0, windows: int = 0) -> None:
        """Passes it on."""
        for each in self._listeners:
            each.progressed(partition, rows=rows, windows=windows)

    def deferred(self, partition: Partition, deferral: QuotaSpent) -> None:
        """Passes it on."""
        for each in self._listeners:
            each.deferred(partition, deferral)

    def failed(self, partition: Partition, failure: StreamFailed) -> None:
        """Passes it on."""
        for each in self._listeners:
            each.failed(partition, failure)

    def ended(self, partition: Partition, statistics: Statistics) -> None:
        """Passes it on."""
        for each in self._listeners:
            each.ended(partition, statistics)
