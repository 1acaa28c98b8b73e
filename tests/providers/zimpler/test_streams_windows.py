"""Which days Zimpler is asked for, and how far its watermark moves."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.providers.zimpler.box import STREAM, box, days, ids, put
from tests.support.clock import NOW
from tests.support.taps import settings, state_of, sync, watermarks

DAYS_OF_A_RUN = [("2026-03-08", "2026-03-14"), ("2026-03-15", "2026-03-19"), ("2026-03-20",) * 2]


def midnight(day: str) -> str:
    """A watermark."""
    return f"{day}T00:00:00.000000Z"


@pytest.mark.parametrize(
    "start",
    ["2026-03-08", "2026-03-08T15:30:00Z", "2026-03-08T00:00:00", "2026-03-09T01:00:00+02:00"],
)
def test_windows_are_whole_days_from_the_start_date_to_today(start: str) -> None:
    with box() as sandbox:
        run = sync(sandbox, settings(sandbox, "zimpler", start))
        assert days(sandbox) == DAYS_OF_A_RUN
        marks = [watermarks(state, STREAM)["default"] for state in run.states]
        assert marks == [midnight("2026-03-15"), midnight("2026-03-20")]


@pytest.mark.parametrize(
    ("start", "asked"),
    [
        (
            "2020-12-29",
            [
                ("2020-12-29", "2020-12-31"),
                ("2021-01-01", "2021-01-04"),
                ("2021-01-05", "2021-01-09"),
            ],
        ),
        (
            "2020-12-31",
            [
                ("2020-12-31", "2020-12-31"),
                ("2021-01-01", "2021-01-06"),
                ("2021-01-07", "2021-01-09"),
            ],
        ),
        (
            "2020-12-25",
            [
                ("2020-12-25", "2020-12-31"),
                ("2021-01-01", "2021-01-07"),
                ("2021-01-08", "2021-01-09"),
            ],
        ),
    ],
)
def test_no_window_straddles_2021(start: str, asked: list[tuple[str, str]]) -> None:
    with box() as sandbox:
        approved = ["2020-12-31T23:59:59Z", "2021-01-01T00:00:00Z", "2021-01-04T00:00:00Z"]
        for instant in approved:
            put(sandbox, instant, instant)
        config = settings(sandbox, "zimpler", start) | {"end_date": "2021-01-10"}
        run = sync(sandbox, config)
        assert run.failed is None
        assert days(sandbox) == asked
        assert ids(run) == approved
        marks = [watermarks(state, STREAM)["default"] for state in run.states]
        assert marks == [midnight(day) for day in ("2021-01-01", asked[2][0], "2021-01-10")]


def test_a_lookback_that_reaches_over_2021_is_split_there_too() -> None:
    with box() as sandbox:
        config = settings(sandbox, "zimpler", "2020-12-01", lookback_days=3)
        config["end_date"] = "2021-01-03"
        run = sync(sandbox, config, state=state_of(STREAM, midnight("2021-01-02")))
        assert days(sandbox) == [("2020-12-30", "2020-12-31"), ("2021-01-01", "2021-01-02")]
        marks = [watermarks(state, STREAM)["default"] for state in run.states]
        assert marks == [midnight("2021-01-02"), midnight("2021-01-03")]


@pytest.mark.parametrize(
    ("end", "last", "mark"),
    [
        ("2026-03-16", "2026-03-15", "2026-03-16"),
        ("2026-03-15T10:00:00Z", "2026-03-15", "2026-03-16"),
        ("2026-03-20", "2026-03-19", "2026-03-20"),
        ("2026-03-20T06:00:00Z", "2026-03-20", "2026-03-20"),
        ("2027-01-01", "2026-03-20", "2026-03-20"),
    ],
)
def test_the_end_date_is_exclusive_and_rounded_up_to_a_day(end: str, last: str, mark: str) -> None:
    with box() as sandbox:
        run = sync(sandbox, settings(sandbox, "zimpler", "2026-03-14") | {"end_date": end})
        assert max(until for _, until in days(sandbox)) == last
        assert watermarks(run.state, STREAM) == {"default": midnight(mark)}


def test_days_without_rows_move_the_watermark() -> None:
    with box() as sandbox:
        run = sync(sandbox, settings(sandbox, "zimpler", "2026-03-01", window_days=1))
        assert ids(run) == []
        marks = [watermarks(state, STREAM)["default"] for state in run.states]
        assert marks == [midnight(f"2026-03-{day:02}") for day in range(2, 21)]


def test_today_is_delivered_by_every_run_and_committed_by_none() -> None:
    with box() as sandbox:
        config = settings(sandbox, "zimpler", "2026-03-18", lookback_days=0)
        put(sandbox, "yesterday", "2026-03-19T23:59:59Z")
        put(sandbox, "today", "2026-03-20T00:00:00Z")
        put(sandbox, "later", "2026-03-20T16:00:00Z", at=NOW + timedelta(hours=4))
        first = sync(sandbox, config)
        assert ids(first) == ["yesterday", "today"]
        assert watermarks(first.state, STREAM) == {"default": midnight("2026-03-20")}

        sandbox.clock.advance(hours=6)
        second = sync(sandbox, config, state=first.state)
        assert ids(second) == ["today", "later"]
        assert second.state == first.state

        sandbox.clock.advance(hours=12)
        third = sync(sandbox, config, state=second.state)
        assert ids(third) == ["today", "later"]
        assert watermarks(third.state, STREAM) == {"default": midnight("2026-03-21")}


@pytest.mark.parametrize(
    ("minute", "mark"), [(4, "2026-03-19"), (5, "2026-03-20"), (6, "2026-03-20")]
)
def test_a_day_that_has_just_ended_is_committed_once_it_has_settled(minute: int, mark: str) -> None:
    with box(NOW.replace(hour=0, minute=minute, second=59)) as sandbox:
        put(sandbox, "late", "2026-03-19T23:59:59Z")
        run = sync(sandbox, settings(sandbox, "zimpler", "2026-03-18"))
        assert ids(run) == ["late"]
        assert watermarks(run.state, STREAM) == {"default": midnight(mark)}


def test_rows_from_the_future_are_delivered_and_move_nothing() -> None:
    with box() as sandbox:
        put(sandbox, "2099", "2099-01-01T00:00:00Z", filed=NOW - timedelta(days=5))
        put(sandbox, "usual", "2026-03-15T12:00:00Z")
        put(sandbox, "tomorrow", "2026-03-21T00:00:00Z", filed=NOW)
        config = settings(sandbox, "zimpler", "2026-03-14", window_days=1)
        first = sync(sandbox, config)
        assert sorted(ids(first)) == ["2099", "tomorrow", "usual"]
        marks = [watermarks(state, STREAM)["default"] for state in first.states]
        assert marks == [midnight(f"2026-03-{day}") for day in range(15, 21)]

        sandbox.clock.advance(days=1)
        put(sandbox, "next", "2026-03-20T18:00:00Z")
        second = sync(sandbox, config, state=first.state)
        assert "next" in ids(second)
        assert watermarks(second.state, STREAM) == {"default": midnight("2026-03-21")}


def test_rows_older_than_their_window_are_not_dropped() -> None:
    with box() as sandbox:
        put(sandbox, "old", "2019-05-05T00:00:00Z", filed=NOW - timedelta(days=2))
        put(sandbox, "undated", None, filed=NOW - timedelta(days=3))
        put(sandbox, "odd", "yesterday evening", filed=NOW - timedelta(days=1))
        run = sync(sandbox, settings(sandbox, "zimpler", "2026-03-16"))
        assert sorted(ids(run)) == ["odd", "old", "undated"]
        assert watermarks(run.state, STREAM) == {"default": midnight("2026-03-20")}


@pytest.mark.parametrize(("lookback", "found"), [(0, []), (1, []), (2, ["late"]), (30, ["late"])])
def test_rows_that_arrive_within_the_lookback_are_not_missed(
    lookback: int, found: list[str]
) -> None:
    with box() as sandbox:
        put(sandbox, "late", "2026-03-18T23:00:00Z", at=NOW + timedelta(hours=3))
        config = settings(sandbox, "zimpler", "2026-03-15", lookback_days=lookback)
        first = sync(sandbox, config)
        assert ids(first) == []
        sandbox.clock.advance(hours=6)
        second = sync(sandbox, config, state=first.state)
        assert ids(second) == found
        assert second.state == first.state
        sandbox.clock.advance(days=1)
        third = sync(sandbox, config, state=first.state)
        assert ids(third) == found
        assert watermarks(third.state, STREAM) == {"default": midnight("2026-03-21")}


def test_the_lookback_widens_the_first_window_and_no_other() -> None:
    with box() as sandbox:
        config = settings(sandbox, "zimpler", "2026-01-01", lookback_days=5)
        run = sync(sandbox, config, state=state_of(STREAM, midnight("2026-03-06")))
        assert days(sandbox) == [
            ("2026-03-01", "2026-03-12"),
            ("2026-03-13", "2026-03-19"),
            ("2026-03-20", "2026-03-20"),
        ]
        marks = [watermarks(state, STREAM)["default"] for state in run.states]
        assert marks == [midnight("2026-03-06"), midnight("2026-03-13"), midnight("2026-03-20")]


def test_the_lookback_asks_for_nothing_before_the_start_date() -> None:
    with box() as sandbox:
        config = settings(sandbox, "zimpler", "2026-03-18", lookback_days=30)
        run = sync(sandbox, config, state=state_of(STREAM, midnight("2026-03-20")))
        assert days(sandbox) == [("2026-03-18", "2026-03-20")]
        assert run.failed is None
