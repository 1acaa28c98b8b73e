"""What a run reads: the partitions of its streams, sorted into lanes and planned."""

from __future__ import annotations

import functools
import typing as t
from collections import deque
from dataclasses import replace

from tap_payments.errors import AccountFailed, QuotaSpent, StreamFailed
from tap_payments.http.calls import Statistics
from tap_payments.streams.page import Rows
from tap_payments.streams.partition import Partition
from tap_payments.streams.reading import Reading
from tap_payments.sync.routes import Course, Route

if t.TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from tap_payments.accounts.account import Account
    from tap_payments.rows.codec import RowCodec
    from tap_payments.streams.page import Item
    from tap_payments.streams.run import Run
    from tap_payments.streams.stream import Lane, ProviderStream
    from tap_payments.windows.window import Window


class PartitionCourse(Course):
    """One partition in this run: its planned windows, and what reading them has cost so far."""

    def __init__(
        self,
        stream: ProviderStream,
        partition: Partition,
        run: Run,
        *,
        lane: Lane,
        codec_of: Callable[[ProviderStream, Account], RowCodec],
    ) -> None:
        super().__init__(deque())
        self.stream = stream
        self.partition = partition
        self.run = replace(run, cancelled=self.cancelled)
        self.lane = lane
        self._codec_of = codec_of
        self.failure: StreamFailed | None = None
        """Why nothing could be planned."""
        self.readings: list[Reading] = []
        self.pages = self.records = 0
        self.provider_count: int | None = None
        try:
            self.jobs.extend(stream.plan(partition, run))
        except StreamFailed as failure:
            self.failure = failure
        self.windows = len(self.jobs)

    @property
    def codec(self) -> RowCodec:
        """How the rows are decoded and encoded; one for all partitions of a stream's account."""
        return self._codec_of(self.stream, self.partition.account)

    @property
    def statistics(self) -> Statistics:
        """What all readings have cost together."""
        total = Statistics()
        for reading in self.readings:
            total.requests += reading.statistics.requests
            total.retries += reading.statistics.retries
        return total


def plan_routes(streams: Sequence[ProviderStream], run: Run) -> list[Route]:
    """The lanes of all accounts of these streams; lanes of one stream stand together."""
    found: dict[t.Any, list[tuple[ProviderStream, Partition]]] = {}
    for stream in streams:
        for account in stream.accounts:
            for partition in stream.partitions_of(account, run):
                key = account, stream.lane_of(partition)
                found.setdefault(key, []).append((stream, partition))
    routes = []
    codec_of = functools.cache(lambda stream, account: stream.codec(account))
    for members in found.values():
        stream, partition = members[0]
        lane = stream.open_lane(members, run)
        courses = deque(
            PartitionCourse(*member, run, lane=lane, codec_of=codec_of) for member in lane.members
        )
        concurrency = partition.account.policy.concurrency
        routes.append(Route(partition.account, lane.width or concurrency, courses))
    return routes


def read_course(course: PartitionCourse, window: Window | None) -> Iterator[tuple[Item, int]]:
    """What a stream yields of a window, each item with the bytes that it takes.

    Raises:
        StreamFailed: it could not be read whole; the message names the window.
        QuotaSpent: the rest is left for a later run.
    """
    reading = Reading(course.partition, course.codec, course.run, window)
    course.readings.append(reading)
    course.lane.start()
    yield from _noted(course)
    taken = 0
    try:
        for item in course.stream.read(reading):
            yield from _noted(course)
            yield item, item.size if isinstance(item, Rows) else reading.received - taken
            taken = reading.received
        yield from _noted(course)
    except QuotaSpent:
        yield from _noted(course)
        raise
    except StreamFailed as failure:
        yield from _noted(course)
        raise in_window(failure, window) from failure


def _noted(course: PartitionCourse) -> Iterator[tuple[Item, int]]:
    return ((noted, 0) for noted in course.lane.noted())


class Probe(Course):
    """One question to an account, on behalf of one of its streams."""

    def __init__(self, stream: ProviderStream, account: Account, run: Run) -> None:
        super().__init__(deque([None]))
        self.stream = stream
        self.partition = Partition(stream.name, account, {"_account": account.account})
        self.run = replace(run, cancelled=self.cancelled)


def plan_probes(streams: Sequence[ProviderStream], run: Run) -> list[Route]:
    """One question per stream of each account, which is asked them one by one."""
    found: dict[Account, deque[Course]] = {}
    for stream in streams:
        for account in stream.accounts:
            found.setdefault(account, deque()).append(Probe(stream, account, run))
    return [Route(account, 1, courses) for account, courses in found.items()]


def ask(probe: Probe, _job: None) -> Iterator[tuple[Item, int]]:
    """Asks, and yields nothing.

    Raises:
        StreamFailed: the account refuses.
    """
    first = probe.stream.partitions_of(probe.partition.account, probe.run)[0]
    probe.stream.probe(first, probe.run)
    yield from ()


def in_window(failure: StreamFailed, window: Window | None) -> StreamFailed:
    """The failure with the window in its words, unless it is the whole account's."""
    if window is None or isinstance(failure, AccountFailed):
        return failure
    return StreamFailed(f"window {window}: {failure}", kind=failure.kind, status=failure.status)
