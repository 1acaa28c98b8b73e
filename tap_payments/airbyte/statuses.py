"""What happens in a read, in Airbyte's words: a status per stream, a trace per failure."""

from __future__ import annotations

import typing as t
from collections import Counter
from datetime import timedelta

from tap_payments.sync.events import Events

if t.TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from tap_payments.airbyte.writer import AirbyteWriter
    from tap_payments.errors import QuotaSpent, StreamFailed
    from tap_payments.http.calls import Statistics
    from tap_payments.streams.partition import Partition

LIMITED = "rate limited"
"""What the tap calls a wait that a provider asks for."""


class Statuses(Events):
    """Tells each stream's status, and every failure with who can mend it."""

    def __init__(
        self,
        writer: AirbyteWriter,
        clock: Callable[[], datetime],
        bookmark_of: Callable[[str], t.Any],
    ) -> None:
        self._writer = writer
        self._clock = clock
        self._bookmark_of = bookmark_of
        self._left: Counter[str] = Counter()
        self._failed: set[str] = set()

    def planned(self, partitions: Sequence[Partition]) -> None:
        """A stream ends with the last of its partitions."""
        self._left.update(partition.stream for partition in partitions)

    def started(self, partition: Partition, windows: int) -> None:  # noqa: ARG002
        """A stream starts with the first of its partitions."""
        self._writer.start(partition.stream)

    def waiting(self, partition: Partition | None, reason: str, seconds: float) -> None:
        """A wait that a provider asks for is a status of its own."""
        if partition is not None and LIMITED in reason:
            self._writer.limit(partition.stream, self._clock() + timedelta(seconds=seconds))

    def deferred(self, partition: Partition, deferral: QuotaSpent) -> None:
        """So is a quota that is spent."""
        if deferral.resumes_at is not None:
            self._writer.limit(partition.stream, deferral.resumes_at)

    def failed(self, partition: Partition, failure: StreamFailed) -> None:
        """A failure is a trace."""
        self._failed.add(partition.stream)
        self._writer.fail(
            f"{partition.label}: {failure}",
            failure.kind,
            stream=partition.stream,
            internal=f"HTTP status {failure.status}" if failure.status else None,
        )

    def ended(self, partition: Partition, statistics: Statistics) -> None:  # noqa: ARG002
        """After its last partition a stream has ended."""
        self._left[partition.stream] -= 1
        if not self._left[partition.stream]:
            self.finish(partition.stream)

    def finish_the_rest(self) -> None:
        """Ends what has no last partition: rows of `sync_windows` come until the very end."""
        for name in self._writer.open_streams:
            self.finish(name)

    def finish(self, stream: str) -> None:
        """Ends a stream with its last STATE."""
        complete = stream not in self._failed
        self._writer.finish(stream, self._bookmark_of(stream), complete=complete)
