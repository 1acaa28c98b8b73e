"""Which instants Spacivox is asked for, windows that are too long, and the watermark."""

from __future__ import annotations

import typing as t
from datetime import datetime, timedelta

import pytest

from tap_payments.sandbox import Fault
from tests.providers.spacivox.box import PATH, STREAM, asked, box, ids, put, served_by
from tests.support.clock import NOW, Clock
from tests.support.server import Answer
from tests.support.taps import settings, state_of, sync, watermarks

if t.TYPE_CHECKING:
    from tests.support.server import Request, Server

HORIZON = "2026-03-20T11:55:00.000000Z"


def hour(text: str) -> datetime:
    return datetime.fromisoformat(text)


def test_windows_reach_from_the_start_date_to_the_settled_second() -> None:
    with box(NOW + timedelta(microseconds=700_001)) as sandbox:
        run = sync(sandbox, settings(sandbox, "spacivox", "2026-03-18", concurrency=1))
        assert asked(sandbox) == [
            ("2026-03-18T00:00:00Z", "2026-03-19T00:00:00Z"),
            ("2026-03-19T00:00:00Z", "2026-03-20T00:00:00Z"),
            ("2026-03-20T00:00:00Z", "2026-03-20T11:55:00Z"),
        ]
        marks = [watermarks(state, STREAM)["default"] for state in run.states]
        assert marks == ["2026-03-19T00:00:00.000000Z", "2026-03-20T00:00:00.000000Z", HORIZON]
        assert ids(run) == []


def test_rows_from_the_future_are_delivered_and_move_nothing() -> None:
    with box() as sandbox:
        put(sandbox, "2099", "2099-01-01T00:00:00.000Z", filed=NOW - timedelta(hours=5))
        put(sandbox, "undated", None, filed=NOW - timedelta(hours=4))
        first = sync(sandbox, settings(sandbox, "spacivox", "2026-03-19"))
        assert sorted(ids(first)) == ["2099", "undated"]
        assert watermarks(first.state, STREAM) == {"default": HORIZON}
        sandbox.clock.advance(hours=1)
        put(sandbox, "next", "2026-03-20T12:30:00.000Z")
        config = settings(sandbox, "spacivox", "2026-03-19", lookback_days=0)
        second = sync(sandbox, config, state=first.state)
        assert ids(second) == ["next"]
        assert watermarks(second.state, STREAM) == {"default": "2026-03-20T12:55:00.000000Z"}


def test_a_payment_that_changes_within_the_lookback_is_delivered_again() -> None:
    with box() as sandbox:
        soon = NOW + timedelta(hours=1)
        put(sandbox, "1", "2026-03-18T12:00:00.000Z", state=0, changes=[(soon, {"state": 1})])
        put(sandbox, "old", "2026-03-16T12:00:00.000Z", state=0, changes=[(soon, {"state": 1})])
        put(sandbox, "late", "2026-03-17T13:00:00.000Z", at=soon)
        config = settings(sandbox, "spacivox", "2026-03-10")
        first = sync(sandbox, config)
        assert sorted(ids(first)) == ["1", "old"]
        sandbox.clock.advance(hours=2)
        second = sync(sandbox, config, state=first.state)
        assert {row["id"]: row["state"] for row in second.rows(STREAM)} == {"1": 1, "late": 0}


@pytest.mark.parametrize("minutes", [0, 3])
def test_the_lookback_is_read_where_the_watermark_is_at_the_horizon(minutes: int) -> None:
    with box() as sandbox:
        put(sandbox, "1", "2026-03-18T12:00:00.000Z")
        config = settings(sandbox, "spacivox", "2026-03-19T00:00:00", lookback_days=2)
        config["start_date"] = "2026-03-01"
        ahead = NOW - timedelta(minutes=5 - minutes)
        state = state_of(STREAM, f"{ahead:%Y-%m-%dT%H:%M:%S}.000000Z")
        run = sync(sandbox, config, state=state)
        assert ids(run) == ["1"]
        assert asked(sandbox) == [("2026-03-18T11:55:00Z", "2026-03-20T11:55:00Z")]
        assert run.state == state


def test_the_lookback_widens_the_first_window_and_no_other() -> None:
    with box() as sandbox:
        config = settings(sandbox, "spacivox", "2026-01-01", concurrency=1, lookback_days=1)
        run = sync(sandbox, config, state=state_of(STREAM, "2026-03-18T06:00:00.000000Z"))
        assert asked(sandbox) == [
            ("2026-03-17T06:00:00Z", "2026-03-19T06:00:00Z"),
            ("2026-03-19T06:00:00Z", "2026-03-20T06:00:00Z"),
            ("2026-03-20T06:00:00Z", "2026-03-20T11:55:00Z"),
        ]
        assert len(run.states) == 4


@pytest.mark.parametrize(
    ("end", "asked_until", "mark"),
    [
        ("2026-03-19", "2026-03-19T00:00:00Z", "2026-03-19T00:00:00.000000Z"),
        ("2026-03-19T06:30:00Z", "2026-03-19T06:30:00Z", "2026-03-19T06:30:00.000000Z"),
        ("2026-03-19T06:30:00.9Z", "2026-03-19T06:30:00Z", "2026-03-19T06:30:00.000000Z"),
        ("2026-03-20T11:59:00Z", "2026-03-20T11:55:00Z", HORIZON),
        ("2027-01-01", "2026-03-20T11:55:00Z", HORIZON),
    ],
)
def test_the_end_date_is_exclusive_and_no_watermark_lies_beyond_what_was_asked_for(
    end: str, asked_until: str, mark: str
) -> None:
    with box() as sandbox:
        put(sandbox, "at the end", "2026-03-19T06:30:00.000Z")
        config = settings(sandbox, "spacivox", "2026-03-18") | {"end_date": end}
        run = sync(sandbox, config)
        assert max(until for _, until in asked(sandbox)) == asked_until
        assert watermarks(run.state, STREAM) == {"default": mark}
        assert ids(run) == (["at the end"] if asked_until > "2026-03-19T06:30:00Z" else [])


@pytest.mark.parametrize("inclusive", [True, False])
@pytest.mark.parametrize("workers", [1, 4])
def test_a_row_on_the_bound_of_two_windows_is_delivered_once(inclusive: bool, workers: int) -> None:
    with box() as sandbox:
        sandbox.spacivox.end_is_inclusive = inclusive
        for name in (
            "2026-03-18T00:00:00.000Z",
            "2026-03-19T00:00:00.000Z",
            "2026-03-20T00:00:00Z",
        ):
            put(sandbox, name, name)
        put(sandbox, "a", "2026-03-19T00:00:00.001Z")
        put(sandbox, "z", "2026-03-18T23:59:59.999Z")
        run = sync(sandbox, settings(sandbox, "spacivox", "2026-03-17", concurrency=workers))
        assert sorted(ids(run)) == sorted(row["id"] for row in sandbox.spacivox.rows("main"))


def test_a_row_on_the_bound_is_the_same_also_beside_rows_that_do_not_fit() -> None:
    with box() as sandbox:
        sandbox.spacivox.end_is_inclusive = True
        put(sandbox, "bound", "2026-03-19T00:00:00.000Z", reference="Évry")
        put(sandbox, "odd", "2026-03-19T12:00:00.000Z", unknown=1, amount=5)
        run = sync(sandbox, settings(sandbox, "spacivox", "2026-03-18"))
        assert sorted(ids(run)) == ["bound", "odd"]


def test_a_row_on_the_bound_that_changes_in_between_is_delivered_as_both() -> None:
    with box() as sandbox:
        sandbox.spacivox.end_is_inclusive = True
        put(
            sandbox,
            "1",
            "2026-03-19T00:00:00.000Z",
            state=0,
            changes=[(NOW + timedelta(seconds=0.5), {"state": 1})],
        )
        sandbox.faults.add(Fault("spacivox", 503, path=PATH, after=1))
        run = sync(sandbox, settings(sandbox, "spacivox", "2026-03-18", concurrency=1))
        assert [row["state"] for row in run.rows(STREAM)] == [0, 1]


@pytest.mark.parametrize("workers", [1, 4])
def test_a_window_that_is_too_large_is_halved_until_it_is_not(workers: int) -> None:
    with box() as sandbox:
        sandbox.spacivox.max_window_hours = 5
        sandbox.spacivox.end_is_inclusive = True
        put_in = [put(sandbox, f"{n:02}", f"2026-03-18T{n:02}:00:00.000Z") for n in range(24)]
        config = settings(sandbox, "spacivox", "2026-03-18", concurrency=workers)
        run = sync(sandbox, config | {"end_date": "2026-03-19"})
        assert run.failed is None
        assert sorted(ids(run)) == [row["id"] for row in put_in]
        assert run.waits == []
        lengths = [
            (hour(until) - hour(since)) / timedelta(hours=1) for since, until in asked(sandbox)
        ]
        assert lengths == [24, 12, 6, 3, 3, 6, 3, 3, 12, 6, 3, 3, 6, 3, 3]
        assert watermarks(run.state, STREAM) == {"default": "2026-03-19T00:00:00.000000Z"}
        assert len(run.states) == 1


@pytest.mark.parametrize("slow", ["504", "stall"])
def test_a_window_that_takes_too_long_is_asked_for_once_more_and_then_halved(slow: str) -> None:
    with box() as sandbox:
        if slow == "504":
            sandbox.spacivox.slow_window_hours = 12
        else:
            sandbox.faults.add(Fault("spacivox", "stall", seconds=1.5, path=PATH, times=2))
        put(sandbox, "1", "2026-03-18T06:00:00.000Z")
        config = settings(sandbox, "spacivox", "2026-03-18", concurrency=1)
        run = sync(sandbox, config | {"end_date": "2026-03-19", "request_timeout": 1})
        assert run.failed is None
        assert ids(run) == ["1"]
        assert asked(sandbox) == [
            ("2026-03-18T00:00:00Z", "2026-03-19T00:00:00Z"),
            ("2026-03-18T00:00:00Z", "2026-03-19T00:00:00Z"),
            ("2026-03-18T00:00:00Z", "2026-03-18T12:00:00Z"),
            ("2026-03-18T12:00:00Z", "2026-03-19T00:00:00Z"),
        ]
        assert len(run.waits) == 1


def test_one_slow_answer_halves_nothing() -> None:
    with box() as sandbox:
        sandbox.faults.add(Fault("spacivox", 504, path=PATH))
        sandbox.faults.add(Fault("spacivox", 503, path=PATH, times=2))
        config = settings(sandbox, "spacivox", "2026-03-18", concurrency=1)
        run = sync(sandbox, config | {"end_date": "2026-03-19"})
        assert run.failed is None
        assert asked(sandbox) == [("2026-03-18T00:00:00Z", "2026-03-19T00:00:00Z")] * 4


@pytest.mark.parametrize("status", [413, 504])
def test_no_window_is_halved_below_an_hour(status: int) -> None:
    with box() as sandbox:
        if status == 413:
            sandbox.spacivox.max_window_hours = 0.9
        else:
            sandbox.spacivox.slow_window_hours = 0.9
        config = settings(sandbox, "spacivox", "2026-03-18T00:00:00Z", concurrency=1)
        config |= {"end_date": "2026-03-18T05:00:00Z", "max_retries": 1}
        run = sync(sandbox, config)
        assert run.failed is not None
        for word in (STREAM, "'default'", "2026-03-18T00:00:00Z", str(status)):
            assert word in run.failed
        lengths = [
            (hour(until) - hour(since)) / timedelta(hours=1) for since, until in asked(sandbox)
        ]
        assert min(lengths) == 1.25
        assert run.states == []


def test_windows_of_exactly_one_hour_are_reached(server: Server) -> None:
    def answer(request: Request) -> Answer:
        if request.path != PATH:
            return Answer([])
        length = hour(request.query["end"]) - hour(request.query["start"])
        return Answer([], status=413 if length > timedelta(hours=1) else 200)

    server.handler = answer
    config = served_by(server.url, "2026-03-18") | {"end_date": "2026-03-18T08:00:00Z"}
    run = sync(Clock(), config)
    assert run.failed is None
    assert watermarks(run.state, STREAM) == {"default": "2026-03-18T08:00:00.000000Z"}
    asked_for = [one.query["start"] for one in server.requests if one.path == PATH]
    assert len(set(asked_for)) == 8
