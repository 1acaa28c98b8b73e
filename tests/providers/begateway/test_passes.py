"""Payments, settlements and corrections are delivered whenever they happen, and once."""

from __future__ import annotations

import json
import typing as t
from datetime import timedelta

import pytest

from tap_payments.sandbox import Clock, Fault, Sandbox
from tests.providers.begateway.box import (
    HORIZON,
    STREAM,
    asked,
    box,
    config,
    later,
    put,
    run,
    truth,
    uids,
    upserted,
)
from tests.support.taps import Row, sync, watermarks

PAID = {"status": "successful", "paid_at": "2026-03-20T15:00:00Z"}
SETTLED = {"settled_at": "2026-03-20"}
CORRECTED = {"manually_corrected_at": "2026-03-20T15:00:00Z", "description": "by hand"}
PASSES = ("created", "paid", "settled", "corrected")


@pytest.mark.parametrize("change", [PAID, SETTLED, CORRECTED], ids=["paid", "settled", "corrected"])
def test_a_change_of_an_old_row_is_delivered_by_the_next_run_and_only_that(
    change: dict[str, t.Any],
) -> None:
    with box() as sandbox:
        put(sandbox, 1, "2026-01-19 10:00:00", ("2026-03-20 15:00:00", change))
        put(sandbox, 2, "2026-01-19 10:00:00")
        first = run(sandbox)
        assert sorted(uids(first)) == ["uid-1", "uid-2"]
        later(sandbox, days=1)
        second = run(sandbox, first.state)
        assert uids(second) == ["uid-1"]
        assert upserted(first, second) == truth(sandbox)


def test_a_first_run_delivers_every_row_once() -> None:
    with box() as sandbox:
        for number in range(1, 40):
            put(
                sandbox,
                number,
                f"2026-03-{1 + number % 19:02} 10:00:00",
                paid_at="2026-03-19T10:00:00Z",
                settled_at="2026-03-19",
                manually_corrected_at="2026-03-19T12:00:00Z",
            )
        first = run(sandbox)
        assert len(uids(first)) == len(set(uids(first))) == 39
        assert {params["date_type"] for params in asked(sandbox)} == {"created_at"}


def test_a_daily_run_delivers_a_row_once_though_all_passes_find_it() -> None:
    with box() as sandbox:
        first = run(sandbox)
        put(
            sandbox,
            1,
            "2026-03-20 13:00:00",
            paid_at="2026-03-20T13:01:00Z",
            settled_at="2026-03-20",
            manually_corrected_at="2026-03-20T14:00:00Z",
        )
        later(sandbox, days=1)
        second = run(sandbox, first.state)
        assert uids(second) == ["uid-1"]
        assert len(asked(sandbox)) >= len(PASSES)


def test_a_row_that_changes_while_the_run_reads_is_delivered_again() -> None:
    with box() as sandbox:
        first = run(sandbox)
        settled = ("2026-03-21 12:00:05", {"settled_at": "2026-03-21"})
        put(sandbox, 1, "2026-03-20 13:00:00", settled, paid_at="2026-03-20T13:01:00Z")
        later(sandbox, days=1)

        def pass_time(_page: int) -> None:
            sandbox.clock.advance(3)

        sandbox.begateway.on_page = pass_time
        second = run(sandbox, first.state)
        assert uids(second) == ["uid-1", "uid-1"]
        assert [row["settled_at"] for row in second.records(STREAM)] == [None, "2026-03-21"]
        assert upserted(first, second) == truth(sandbox)


def test_the_first_state_sets_all_watermarks_and_an_interrupted_run_misses_nothing() -> None:
    with box() as sandbox:
        put(sandbox, 1, "2026-01-19 10:00:00", ("2026-03-22 15:00:00", PAID))
        put(sandbox, 2, "2026-03-10 10:00:00", ("2026-03-22 15:00:00", SETTLED))
        interrupted = run(sandbox)
        first_state = interrupted.states[0]
        marks = {key[2]: mark for key, mark in watermarks(first_state, STREAM).items()}
        assert marks == {
            "created": "2026-01-02T00:00:00.000000Z",
            "paid": HORIZON,
            "settled": "2026-03-20T00:00:00.000000Z",
            "corrected": HORIZON,
        }
        # What the interrupted run had written is lost with it, but for what the STATE covers.
        interrupted.lines = []
        later(sandbox, days=9)
        resumed = run(sandbox, first_state)
        assert upserted(interrupted, resumed) == truth(sandbox)


def test_passes_advance_on_their_own() -> None:
    with box() as sandbox:
        state = run(sandbox).state
        put(sandbox, 1, "2026-03-21 10:00:00", paid_at="2026-03-21T10:00:00Z")
        later(sandbox, days=2)
        sandbox.faults.add(Fault.parse("begateway:422:after=2:times=1"))
        one_window: Row = {
            "window_days": 30,
            "concurrency": 1,
            "payment_method_types": ["credit_card"],
        }
        done = sync(sandbox, config(sandbox, **one_window), state=state)
        assert done.failed is not None
        before, after = watermarks(state, STREAM), watermarks(done.state, STREAM)
        moved = {key[2]: after[key] > before[key] for key in before}
        assert sorted(moved) == sorted(PASSES)
        assert list(moved.values()).count(False) == 1
        failed = next(name for name, has_moved in moved.items() if not has_moved)
        assert f"credit_card, {failed}" in done.failed


def test_settlements_are_asked_for_by_day_and_today_is_never_committed() -> None:
    with box() as sandbox:
        state = run(sandbox).state
        later(sandbox, days=2)
        done = run(sandbox, state, lookback_days=0)
        windows = sorted(
            (params["from"], params["to"])
            for params in asked(sandbox)
            if params["date_type"] == "settled_at"
        )
        assert windows == [
            ("2026-03-20", "2026-03-21"),
            ("2026-03-21", "2026-03-22"),
            ("2026-03-22", "2026-03-23"),
        ]
        marks = {key[2]: mark for key, mark in watermarks(done.state, STREAM).items()}
        assert marks["settled"] == "2026-03-22T00:00:00.000000Z"


def test_corrections_are_asked_for_over_all_rows_since_the_start_date() -> None:
    with box() as sandbox:
        state = run(sandbox).state
        later(sandbox, days=1)
        run(sandbox, state, lookback_days=0)
        corrected = [params for params in asked(sandbox) if "manual_correction_from" in params]
        assert corrected == [
            {
                "date_type": "created_at",
                "from": "2026-01-01 00:00:00",
                "to": "2026-03-21 11:55:00",
                "manual_correction_from": "2026-03-20 11:55:00",
                "manual_correction_to": "2026-03-21 11:55:00",
                "status": "all",
                "payment_method_type": "credit_card",
                "time_zone": "UTC",
            }
        ]


@pytest.mark.parametrize("inclusive", [False, True], ids=["exclusive", "inclusive"])
def test_both_readings_of_to_lose_nothing_and_double_nothing(*, inclusive: bool) -> None:
    with box() as sandbox:
        sandbox.begateway.to_is_inclusive = inclusive
        for number, hour in enumerate(("00:00:00", "00:00:01", "23:59:59", "12:00:00"), start=1):
            for day in (5, 6, 7):
                put(sandbox, number * 10 + day, f"2026-03-{day:02} {hour}")
        done = run(sandbox, start="2026-03-01")
        assert len(uids(done)) == len(set(uids(done))) == 12
        assert upserted(done) == truth(sandbox)


def test_a_month_of_daily_runs_holds_what_the_psp_holds() -> None:
    """The sandbox's own life: late payments, settlements, corrections, refunds."""
    with Sandbox(seed=3, days=20, clock=Clock(frozen=True)) as sandbox:
        sandbox.begateway.per_day = (4, 8)
        settings = config(sandbox, sandbox.first.isoformat())
        runs = [sync(sandbox, settings)]
        for _ in range(12):
            later(sandbox, days=1)
            runs.append(sync(sandbox, settings, state=runs[-1].state))
        assert [each.failed for each in runs] == [None] * 13
        settled = sandbox.clock.now() - timedelta(minutes=5)
        since, until = f"{sandbox.first}", f"{settled:%Y-%m-%dT%H:%M:%S}"
        held = {uid_of(row): row for row in upserted(*runs)}
        due = {uid_of(row): row for row in truth(sandbox) if since <= created_of(row) < until}
        assert due.items() <= held.items()
        assert sum(len(uids(each)) for each in runs[1:]) < 12 * len(due)


def uid_of(row: str) -> str:
    return str(json.loads(row)["uid"])


def created_of(row: str) -> str:
    return str(json.loads(row)["created_at"])
