"""`audit_month`: a month and a day either side, read anew, to hold a warehouse against."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from tap_payments.sandbox import Clock, Sandbox
from tests.support.taps import Row, Run, settings, sync

NOW = datetime(2026, 3, 4, 12, tzinfo=UTC)
WINDOWED = {
    "begateway": "begateway_transactions",
    "spacivox": "spacivox_payment_transactions",
    "tikpay": "tikpay_payments",
    "zimpler": "zimpler_transactions",
}
EDGES = ("2026-01-31T00:00:00.000000Z", "2026-03-02T00:00:00.000000Z")


def box() -> Sandbox:
    return Sandbox(seed=3, days=50, accounts=1, clock=Clock(NOW, frozen=True))


def audited(sandbox: Sandbox, provider: str, state: Row | None = None) -> Run:
    config = settings(sandbox, provider) | {"audit_month": "2026-02", "sync_windows": True}
    return sync(sandbox, config, state=state)


def reach(run: Run, stream: str) -> tuple[str, str]:
    """From where to where its windows lie, whose closing was noted."""
    rows = [row for row in run.records("sync_windows") if row["stream"] == stream]
    assert all(row["closed_at"].startswith("2026-03-04T12:") for row in rows)
    return min(row["window_since"] for row in rows), max(row["window_until"] for row in rows)


@pytest.mark.parametrize("provider", WINDOWED)
def test_it_reads_the_month_and_a_day_either_side_whatever_the_dates(provider: str) -> None:
    with box() as sandbox:
        sandbox.tikpay.job_seconds = 0
        config = settings(sandbox, provider) | {"audit_month": "last", "sync_windows": True}
        without = {name: value for name, value in config.items() if name != "start_date"}
        for dates in ({}, {"start_date": "2026-02-20", "end_date": "2026-02-21"}):
            run = sync(sandbox, without | dates)
            assert run.failed is None
            assert reach(run, WINDOWED[provider]) == EDGES


@pytest.mark.parametrize("provider", WINDOWED)
def test_a_state_is_neither_looked_at_nor_moved(provider: str) -> None:
    with box() as sandbox:
        sandbox.tikpay.job_seconds = 0
        ordinary = sync(sandbox, settings(sandbox, provider, "2026-03-01"))
        run = audited(sandbox, provider, state=ordinary.state)
        assert reach(run, WINDOWED[provider]) == EDGES
        assert [state for state in run.states if state != ordinary.state] == []


def test_no_report_that_was_made_before_the_audit_is_adopted() -> None:
    with box() as sandbox:
        sandbox.tikpay.job_seconds = 0
        ordinary = sync(sandbox, settings(sandbox, "tikpay", "2026-01-20"))
        sandbox.clock.advance(minutes=5)
        run = audited(sandbox, "tikpay")
        before, after = (
            {row["_report_job_id"] for row in each.records("tikpay_payments")}
            for each in (ordinary, run)
        )
        assert len(before) == len(after) == 1
        assert before != after


def test_update_passes_are_not_read() -> None:
    with box() as sandbox:
        run = audited(sandbox, "begateway")
        assert {row["series"].partition("/")[2] for row in run.records("sync_windows")} == {
            "created"
        }


def test_a_quota_that_is_spent_midway_leaves_the_rest_without_a_closed_window() -> None:
    reports = ("tikpay_customers", "tikpay_payments", "tikpay_taps", "tikpay_trips")
    with box() as sandbox:
        sandbox.tikpay.job_seconds = 0
        sandbox.tikpay.daily_limit = 4  # somebody else has spent the rest
        run = audited(sandbox, "tikpay")
        assert run.failed is None, "the rest is left for another day, which is no failure"
        closed = {row["stream"] for row in run.records("sync_windows")}
        assert set() < closed < set(reports)
        for stream in reports:
            assert bool(run.records(stream)) == (stream in closed)
        sandbox.tikpay.daily_limit = 20
        sandbox.clock.advance(hours=25)
        run = audited(sandbox, "tikpay")
        assert {row["stream"] for row in run.records("sync_windows")} == set(reports)
