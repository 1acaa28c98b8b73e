from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from tap_payments.sandbox.replay.moving import days_in, move, move_header, move_text
from tap_payments.sandbox.tikpay.jobs import new_id, time_of

WEEK = timedelta(days=7)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("2026-02-25", "2026-03-04"),
        ("2026-02-25T23:59:59Z", "2026-03-04T23:59:59Z"),
        ("2026-02-25T23:59:59.123456Z", "2026-03-04T23:59:59.123456Z"),
        ("2026-02-25T23:59:59+02:00", "2026-03-04T23:59:59+02:00"),
        ("2026-02-25 23:59:59", "2026-03-04 23:59:59"),
        ("2026-02-25T04:00:00", "2026-03-04T04:00:00"),
        ("2026-02-30", "2026-02-30"),
        ("9999-12-31", "9999-12-31"),
        ("on 2026-02-25", "on 2026-02-25"),
        ("2026-02-25-77", "2026-02-25-77"),
        ("20260225", "20260225"),
        ("", ""),
    ],
)
def test_a_text_that_is_a_date_moves_and_keeps_its_form(before: str, after: str) -> None:
    assert move({"a": [before, {"b": before}], "n": 1}, WEEK) == {
        "a": [after, {"b": after}],
        "n": 1,
    }


def test_dates_within_a_file_move() -> None:
    text = 'id,at,note\n1,2026-02-25T04:00:00,"2026-02-25"\n2026-02-25-9,12026-02-25,x\n'
    assert move_text(text, WEEK) == (
        'id,at,note\n1,2026-03-04T04:00:00,"2026-03-04"\n2026-02-25-9,12026-02-25,x\n'
    )


def test_an_id_that_begins_with_a_time_moves_and_keeps_its_chance() -> None:
    made = datetime(2026, 2, 25, 4, 5, 6, tzinfo=UTC)
    name = new_id(made, "x")
    moved = move(name, WEEK)
    assert time_of(moved) == made + WEEK
    assert (moved[10:], len(moved)) == (name[10:], 26)
    assert move(moved, -WEEK) == name
    assert move("01JRVZKFS0C0G70CDC0B8CR3GI", WEEK) == "01JRVZKFS0C0G70CDC0B8CR3GI"


def test_a_header_that_is_a_date_moves() -> None:
    assert move_header("Wed, 25 Feb 2026 22:30:06 GMT", WEEK) == "Wed, 04 Mar 2026 22:30:06 GMT"
    assert move_header("120", WEEK) == "120"
    assert move_header("1771972206", WEEK) == "1772577006"
    assert move_header("application/json", WEEK) == "application/json"


def test_days_are_found_in_all_corners() -> None:
    body = [{"a": "2026-02-25T00:00:00Z"}, {"b": {"c": ["2026-02-24", "2026-02-31", "x", 1]}}]
    assert list(days_in(body)) == [date(2026, 2, 25), date(2026, 2, 24)]
