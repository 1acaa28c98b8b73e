"""What an API can be asked for: where its intervals begin, and what one costs at least."""

from __future__ import annotations

import typing as t
from dataclasses import replace
from datetime import timedelta
from functools import cached_property

from tap_payments.streams.partition import Partition
from tap_payments.streams.windowed import WindowedStream
from tap_payments.windows.bounds import Bounds
from tap_payments.windows.window import plan_windows
from tap_payments.windows.zones import to_readings, to_zone, unambiguous_hour_before

if t.TYPE_CHECKING:
    from datetime import datetime
    from zoneinfo import ZoneInfo

    from tap_payments.accounts.account import Account
    from tap_payments.reports.planning import ReportNeed
    from tap_payments.streams.incremental import IncrementalStream
    from tap_payments.streams.partition import Context
    from tap_payments.streams.run import Run

LOOKS = 2
"""The job list is read before a report is asked for and when it is ready, at least."""

REPORT_REQUESTS = LOOKS + 3
"""What a shard of one report may cost: the job, and two more looks until it is ready."""


class Reporting(t.Protocol):
    """A stream that is read by report jobs."""

    def need(self, partition: Partition, run: Run) -> ReportNeed:
        """What a run needs of an account's reports."""
        ...


class Reach:
    """One incremental stream of one account, asked about intervals; the API is not."""

    def __init__(self, stream: IncrementalStream, account: Account, run: Run) -> None:
        self.stream = stream
        self.account = account
        self._run = run

    def contexts(self, since: datetime, until: datetime | None) -> list[Context]:
        """The partitions that a run reads; without an end, that is every later run."""
        return self.stream.contexts(self.account, self._within(since, until))

    def begin(self, instant: datetime, context: Context) -> datetime:
        """The instant, rounded down to one that the API's intervals can begin with."""
        if isinstance(self.stream, WindowedStream):
            partition = Partition(self.stream.name, self.account, context)
            return self.stream.span(partition, None, self._within(instant, None)).start
        return to_readings(unambiguous_hour_before(instant, self._zone), self._zone).earliest

    def requests(self, since: datetime, until: datetime) -> int:
        """What a run asks at least: once for each window, or for its reports and their list."""
        run = self._within(since, until)
        partitions = self.stream.partitions_of(self.account, run)
        if isinstance(self.stream, WindowedStream):
            spans = [self.stream.span(partition, None, run) for partition in partitions]
            step = self.stream.step(self.account)
            windows = (
                plan_windows(span, step=step, lookback=timedelta(0), cuts=self.stream.cuts)
                for span in spans
            )
            return sum(1 for each in windows for _ in each)
        need = t.cast("Reporting", self.stream).need(partitions[0], run)
        step = timedelta(days=self.account.settings["window_days"])
        reports = need.requests(need.interval(self._zone), self._zone, step)
        return LOOKS + sum(1 for _ in reports)

    @cached_property
    def _zone(self) -> ZoneInfo:
        return t.cast("ZoneInfo", to_zone(self.account.settings["timezone"]))

    def _within(self, since: datetime, until: datetime | None) -> Run:
        return replace(self._run, bounds=Bounds(self._run.bounds.now, since, until))
