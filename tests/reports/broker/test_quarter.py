"""A quarter, one run a day: jobs are slow, hang, fail, vanish, and come in another time zone."""

from __future__ import annotations

import random
import re
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from tap_payments.errors import QuotaSpent, StreamFailed
from tap_payments.reports.planning import ReportNeed
from tap_payments.windows.intervals import Interval, Intervals
from tests.reports.api import Clock, ReportApi, utc
from tests.reports.runs import TYPES, Run

DAY = timedelta(days=1)
ASKED = re.compile(r"(\w+) report job \S+ is asked for: (\S+)\.\.(\S+)(?: \((.+)\))?$")


class Quarter:
    """One account: what its runs asked for, were given, and remember."""

    def __init__(self, start: str, zone: str, seed: int) -> None:
        self.chance = random.Random(seed)
        self.clock = Clock(utc(start))
        self.api = ReportApi(self.clock, zone=zone)
        self.api.limit = 20
        self.api.is_new = True
        self.api.fold = self.chance.randrange(2)
        if self.chance.random() < 0.5:
            self.api.created_in = ZoneInfo("UTC")
        self.begin = self.clock.now - 30 * DAY
        self.watermarks: dict[str, datetime | None] = dict.fromkeys(TYPES)
        self.started: dict[str, dict[str, datetime]] = {name: {} for name in TYPES}
        self.given: dict[str, Intervals] = {name: Intervals() for name in TYPES}
        self.asked: dict[str, Intervals] = {name: Intervals() for name in TYPES}
        self.days_behind = 0

    def run(self, *, faults: float) -> Run:
        """One run, in which jobs meet with what the day has for them."""
        self.spoil(faults)
        horizon = self.clock.now.replace(microsecond=0) - timedelta(minutes=5)
        run, needs = Run(self.api, window_days=366), []
        for name in TYPES:
            watermark = self.watermarks[name]
            since = self.begin if watermark is None else watermark - 2 * DAY
            needs.append(
                ReportNeed(name, "csv", watermark, since, horizon, started=self.started[name])
            )
        ends = run.deliver(*needs)
        for name, end in ends.items():
            self.take(name, run, horizon)
            self.started[name] = dict(run.broker.started(name))
            reached = self.watermarks[name] or self.begin
            is_behind = horizon - reached > timedelta(hours=3)
            said = isinstance(end, QuotaSpent | StreamFailed) or any(
                name in warning and "is delivered," in warning for warning in run.warnings
            )
            assert said or not is_behind, "who ends without a word has reached the last full hour"
        self.check_reasons(run)
        return run

    def spoil(self, faults: float) -> None:
        """What becomes of the jobs that are there, and of those that are made today."""
        chance, api = self.chance, self.api
        api.duration = timedelta(seconds=20)
        if chance.random() < faults:
            api.duration = timedelta(hours=chance.choice([1, 5, 26, 80]))
        api.outcomes.clear()
        api.outcomes.extend(
            "FAILED" if chance.random() < faults / 2 else "COMPLETE" for _ in range(12)
        )
        if chance.random() < faults / 2:  # jobs that are gone before their time
            api.made = [job for job in api.made if chance.random() < 0.5]

    def take(self, name: str, run: Run, horizon: datetime) -> None:
        """Rows are those that a report really has; the watermark is what the tap commits."""
        for report in run.found.get(name, []):
            truth = self.api.truth(report.job.job_id)
            assert truth[0] <= report.since
            assert report.until <= min(truth[1], horizon)
            self.given[name] = self.given[name].union([truth])
            self.watermarks[name] = max(self.watermarks[name] or self.begin, report.until)
        reached = self.watermarks[name] or self.begin
        assert self.given[name].whole_from(self.begin) >= reached

    def check_reasons(self, run: Run) -> None:
        """What was asked for before is asked for again with a reason only."""
        for note in run.notes:
            if found := ASKED.match(note):
                name, *bounds, reason = found.groups()
                since, until = map(datetime.fromisoformat, bounds)
                again = self.asked[name].within([(since, until)])
                assert reason or not again, note
                self.asked[name] = self.asked[name].union([Interval(since, until)])

    def busiest_day(self) -> int:
        """The most requests in any 24 hours."""
        sent = self.api.sent_at
        return max(sum(at <= each < at + DAY for each in sent) for at in sent)


@pytest.mark.parametrize("seed", range(2))
@pytest.mark.parametrize(
    ("start", "zone", "later_zone"),
    [
        ("2026-01-20T02:17:00", "Africa/Casablanca", None),  # back in February, on in March
        ("2026-03-01T15:17:00", "America/New_York", "Australia/Sydney"),  # on, and back in April
        ("2026-09-01T23:58:00", "Australia/Sydney", "America/New_York"),  # on, and back
        ("2026-02-20T14:00:30", "Australia/Lord_Howe", None),
    ],
)
def test_a_quarter_of_daily_runs(start: str, zone: str, later_zone: str | None, seed: int) -> None:
    quarter = Quarter(start, zone, seed)
    first = quarter.run(faults=0)
    assert len(first.journal) <= 10
    for day in range(1, 92):
        quarter.clock.now = utc(start) + day * DAY
        if day == 45 and later_zone is not None:
            quarter.api.zone = ZoneInfo(later_zone)
            quarter.api.listed_zone = later_zone
        quarter.run(faults=0.25)
    for day in range(92, 97):  # a hanging job is not waited for any longer
        quarter.clock.now = utc(start) + day * DAY
        run = quarter.run(faults=0)
    assert len(run.journal) <= 9
    assert run.warnings in ([], run.warnings[:1])
    for watermark in quarter.watermarks.values():
        assert watermark is not None
        assert quarter.clock.now - watermark < timedelta(hours=3)
    assert quarter.busiest_day() <= 20
