"""What an API can be asked for: where its intervals begin, and what one costs at least."""

from __future__ import annotations

import typing as t
from datetime import timedelta
from functools import cached_property

from tap_payments.streams.windowed import IncrementalStream, WindowedStream
from tap_payments.windows.window import Bounds, plan_windows
from tap_payments.windows.zones import plain_hour_at_or_before, to_readings, to_zone

if t.TYPE_CHECKING:
    from datetime import datetime
    from zoneinfo import ZoneInfo

    from tap_payments.accounts.account import Provider
    from tap_payments.reports.planning import ReportNeed
    from tap_payments.streams.stream import Context

LOOKS = 2
"""The job list is read before a report is asked for and when it is ready, at least."""

REPORT_REQUESTS = LOOKS + 3
"""What a shard of one report may cost: the job, and two more looks until it is ready."""


class Reporting(t.Protocol):
    """A stream that is read by report jobs."""

    def need(self, account: Provider) -> ReportNeed:
        """What a run needs of an account's reports."""
        ...


class Reach:
    """One incremental stream of one account, asked about intervals; the API is not.

    The answers are the stream's own: its tap gets other bounds for each, and must not be running.
    """

    def __init__(self, stream: IncrementalStream, account: Provider) -> None:
        self.stream = stream
        self.account = account

    def contexts(self, since: datetime, until: datetime | None) -> list[Context]:
        """The partitions that a run reads; without an end, that is every later run."""
        self._bound(since, until)
        return self.stream.contexts(self.account)

    def begin(self, instant: datetime, context: Context) -> datetime:
        """The instant, rounded down to one that the API's intervals can begin with."""
        self._bound(instant, None)
        if isinstance(self.stream, WindowedStream):
            return self.stream.span(context, None).start
        return to_readings(plain_hour_at_or_before(instant, self._zone), self._zone).earliest

    def requests(self, since: datetime, until: datetime) -> int:
        """What a run asks at least: once for each window, or for its reports and their list."""
        own = self.account.own
        step = timedelta(days=own["window_days"])
        contexts = self.contexts(since, until)
        if isinstance(self.stream, WindowedStream):
            spans = [self.stream.span(context, None) for context in contexts]
            windows = (
                plan_windows(span, step=step, lookback=timedelta(0), cuts=self.stream.cuts)
                for span in spans
            )
            return sum(1 for each in windows for _ in each)
        need = t.cast("Reporting", self.stream).need(self.account)
        reports = need.requests(need.interval(self._zone), self._zone, step)
        return LOOKS + sum(1 for _ in reports)

    @cached_property
    def _zone(self) -> ZoneInfo:
        return t.cast("ZoneInfo", to_zone(self.account.own["timezone"]))

    @cached_property
    def _now(self) -> datetime:
        return self.stream.tap.runtime.clock()

    def _bound(self, since: datetime, until: datetime | None) -> None:
        self.stream.tap.bounds = Bounds(self._now, since, until)
