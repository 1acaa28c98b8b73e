"""Streams that are delivered whole in each run: rows as they are now."""

from __future__ import annotations

import abc
import typing as t

from tap_payments.streams.page import Page
from tap_payments.streams.reading import Reading
from tap_payments.streams.stream import ProviderStream

if t.TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from tap_payments.streams.page import Item
    from tap_payments.streams.partition import Partition
    from tap_payments.streams.run import Run


class SnapshotStream(ProviderStream):
    """Rows as they are now, in one answer."""

    @abc.abstractmethod
    def read_all(self, reading: Reading) -> list[t.Any]:
        """All rows."""

    def plan(self, partition: Partition, run: Run) -> Iterable[None]:  # noqa: ARG002
        """One reading, without a window."""
        return (None,)

    def read(self, reading: Reading) -> Iterator[Item]:
        """One page with all rows."""
        yield Page(self.read_all(reading))

    def probe(self, partition: Partition, run: Run) -> None:
        """Asks once."""
        self.read_all(Reading(partition, self.codec(partition.account), run))
