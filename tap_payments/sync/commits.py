"""What is delivered becomes the watermark, as far as it has settled at the provider."""

from __future__ import annotations

import typing as t

from tap_payments.streams.incremental import IncrementalStream

if t.TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from tap_payments.output.stopping import Shield
    from tap_payments.streams.page import Noted
    from tap_payments.streams.run import Run
    from tap_payments.sync.courses import PartitionCourse


class Commits:
    """Moves watermarks, and lets a STATE follow; no signal comes between the two."""

    def __init__(self, run: Run, shield: Shield) -> None:
        self._run = run
        self._shield = shield

    def published(self, course: PartitionCourse, until: datetime) -> datetime:
        """How much of what ends at `until` is published by the provider's clock."""
        stream = course.stream
        if not isinstance(stream, IncrementalStream):
            return until
        return stream.published(course.partition, until, self._run)

    def commit(
        self, course: PartitionCourse, until: datetime, write_state: Callable[[], None]
    ) -> None:
        """Moves the partition's watermark, and sets those that begin with it."""
        stream, context = course.stream, course.partition.context
        if not isinstance(stream, IncrementalStream) or not stream.is_incremental(self._run):
            return
        watermarks, key = self._run.watermarks, str(stream.replication_key)
        with self._shield.whole():
            watermarks.advance(stream.name, context, until, key=key)
            for other, instant in course.lane.beginnings(course.partition):
                watermarks.begin(stream.name, other, self.published(course, instant), key=key)
            write_state()

    def note(self, noted: Noted, write_state: Callable[[], None]) -> None:
        """Remembers something of a partition besides its watermark."""
        stream, context = noted.partition.stream, noted.partition.context
        with self._shield.whole():
            if self._run.watermarks.note(stream, context, noted.name, noted.value):
                write_state()
