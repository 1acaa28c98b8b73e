"""A month of daily runs against an API with faults: nothing is lost, whatever happens."""

from __future__ import annotations

import random
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from tap_payments.errors import QuotaSpent, StreamFailed
from tap_payments.reports.gateway import RateLimited
from tap_payments.reports.planning import ReportNeed
from tests.reports.api import Clock, ReportApi, utc
from tests.reports.runs import TYPES, Run

MONTHS = ("2026-03-20T02:17:00", "2026-09-20T02:17:00", "2026-06-01T23:59:30")
ZONES = ("Australia/Sydney", "Australia/Lord_Howe", "Australia/Adelaide", "America/New_York")


class Month:
    """One account over a month: what was delivered, and how far each stream is."""

    def __init__(self, chance: random.Random, faults: float) -> None:
        self.chance = chance
        self.faults = faults
        self.clock = Clock(utc(chance.choice(MONTHS)))
        self.api = ReportApi(self.clock, zone=chance.choice(ZONES))
        self.api.fold = chance.randrange(2)
        self.api.limit = 20
        if chance.random() < 0.5:
            self.api.created_in = ZoneInfo("UTC")
        self.configured = ZoneInfo(chance.choice(["Australia/Sydney", self.api.zone.key]))
        self.window_days = chance.choice([5, 30, 366])
        self.begin = self.clock.now - timedelta(days=chance.choice([1, 8]))
        self.watermarks: dict[str, datetime | None] = dict.fromkeys(TYPES)
        self.delivered: dict[str, list[tuple[datetime, datetime]]] = {name: [] for name in TYPES}

    def day(self) -> None:
        """One run: every fault there is may happen in it, and it may be killed anywhere."""
        self.script()
        horizon = self.clock.now - timedelta(minutes=5)
        needs = []
        for name in self.chance.sample(TYPES, 4):
            watermark = self.watermarks[name]
            lookback = timedelta(days=2)
            since = self.begin if watermark is None else max(self.begin, watermark - lookback)
            needs.append(ReportNeed(name, "csv", watermark, since, horizon))
        run = Run(self.api, zone=self.configured, window_days=self.window_days)
        run.broker.plan(needs)
        for need in needs:
            reached = need.since
            try:
                for delivery in run.broker.reports(need.report_type):
                    since, until = self.api.truth(delivery.job.job_id)
                    assert since <= delivery.since
                    assert delivery.until <= min(until, horizon)
                    if self.unlucky():
                        return
                    assert delivery.since <= reached < delivery.until
                    reached = delivery.until
                    self.delivered[need.report_type].append((since, until))
                    self.watermarks[need.report_type] = max(
                        reached, self.watermarks[need.report_type] or self.begin
                    )
            except (StreamFailed, QuotaSpent):
                continue
        assert len(run.journal) <= 21

    def script(self) -> None:
        """Decides what goes wrong in the next run."""
        chance, api = self.chance, self.api
        api.on_start.clear()
        api.on_list.clear()
        api.outcomes.clear()
        api.duration = timedelta(seconds=chance.choice([1, 60, 900, 5 * 3600]))
        for _ in range(8):
            if self.unlucky():
                refusal = RateLimited(chance.choice([None, 20.0, 9000.0]))
                faults: list[str | Exception] = ["lost", "made, then lost", refusal]
                api.on_start.append(chance.choice(faults))
            else:
                api.on_start.append("made")
            api.on_list.append(StreamFailed("503") if self.unlucky() else None)
            outcome = chance.choice(["FAILED", "PAUSED"]) if self.unlucky() else "COMPLETE"
            api.outcomes.append(chance.choice([outcome, outcome, outcome, "NO_DATA"]))

    def unlucky(self) -> bool:
        """Whether something goes wrong now."""
        return self.chance.random() < self.faults

    def gap(self, name: str) -> datetime | None:
        """The first instant before the watermark that no report had; None where all is well."""
        reached = self.begin
        for since, until in sorted(self.delivered[name]):
            if since > reached:
                break
            reached = max(reached, until)
        return reached if reached < (self.watermarks[name] or self.begin) else None


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 2**32), st.sampled_from([0.0, 0.05, 0.2, 0.5]))
def test_a_month_of_daily_runs_delivers_everything_before_its_watermarks(
    seed: int, faults: float
) -> None:
    month = Month(random.Random(seed), faults)
    for _ in range(31):
        month.day()
        assert not any(month.gap(name) for name in TYPES)
        month.clock.now += timedelta(hours=month.chance.choice([1, 20, 24, 24, 28]))
    month.faults = 0.0
    for _ in range(14):
        month.clock.now += timedelta(hours=24)
        month.day()
    behind = month.clock.now - min(reached for reached in month.watermarks.values() if reached)
    assert all(month.watermarks.values())
    assert behind < timedelta(days=4)
    assert not any(month.gap(name) for name in TYPES)
