"""Runs of the tap against the API of `report_api.py`, and what a plain daily one needs."""

from __future__ import annotations

import typing as t
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from tap_payments.reports.broker import ReportBroker, ReportPolicy
from tap_payments.reports.planning import ReportNeed
from tap_payments.reports.quota import QuotaLedger
from tests.reports.api import utc

if t.TYPE_CHECKING:
    from collections.abc import Callable

    from tap_payments.reports.jobs import ReadyReport
    from tests.reports.api import ReportApi

SYDNEY = ZoneInfo("Australia/Sydney")
TYPES = ("CUSTOMERS", "PAYMENTS", "TAPS", "TRIPS")
DEFAULTS: dict[str, t.Any] = {
    "zone": SYDNEY,
    "window_days": 366,
    "poll_interval": 30,
    "max_wait": 1800,
    "max_retry_wait": 300,
}
HORIZON = utc("2026-03-10T02:12:00")
HOUR = utc("2026-03-10T02:00:00")
WATERMARK = utc("2026-03-09T02:00:00")


class Run:
    """One run of the tap against the API, with what it said."""

    def __init__(self, api: ReportApi, *, limit: int = 20, **settings: t.Any) -> None:
        self.warnings: list[str] = []
        self.notes: list[str] = []
        self.found: dict[str, list[ReadyReport]] = {}
        """What was handed out, also of a type that failed then."""
        self.first = len(api.journal)
        self.api = api
        clock = api.clock
        policy = ReportPolicy(**DEFAULTS | settings)
        self.broker = ReportBroker(
            api,
            QuotaLedger(limit, clock=clock),
            policy,
            clock=clock,
            wait=clock.wait,
            warn=self.warnings.append,
            note=self.notes.append,
        )

    @property
    def journal(self) -> list[str]:
        """The requests of this run."""
        return self.api.journal[self.first :]

    def deliver(
        self, *needs: ReportNeed, then: Callable[[ReadyReport], None] | None = None
    ) -> dict[str, list[ReadyReport] | Exception]:
        """Plans and takes everything; a type that raises has its exception for a result."""
        self.broker.plan(needs)
        results: dict[str, list[ReadyReport] | Exception] = {}
        for need in needs:
            found = self.found[need.report_type] = []
            try:
                for delivery in self.broker.reports(need.report_type):
                    found.append(delivery)
                    if then is not None:
                        then(delivery)
            except Exception as error:  # noqa: BLE001 - the test looks at it
                results[need.report_type] = error
            else:
                results[need.report_type] = found
        return results

    def deliver_one(self, need: ReportNeed) -> list[ReadyReport]:
        """The same for one type that must not raise."""
        result = self.deliver(need)[need.report_type]
        if isinstance(result, Exception):
            raise result
        return result

    def fail_one(self, need: ReportNeed) -> Exception:
        """The same for one type that must raise."""
        result = self.deliver(need)[need.report_type]
        assert isinstance(result, Exception)
        return result


def daily(
    report_type: str = "TAPS",
    *,
    watermark: datetime | None = WATERMARK,
    until: datetime = HORIZON,
    lookback: timedelta = timedelta(days=2),
    **more: t.Any,
) -> ReportNeed:
    """What a plain daily run needs."""
    since = (watermark or utc("2026-01-01T00:00:00")) - (lookback if watermark else timedelta())
    return ReportNeed(report_type, "csv", watermark, since, until, **more)
