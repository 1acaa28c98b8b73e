"""What a status means, and how long an answer asks to wait."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tap_payments.http.statuses import outcome_of, parse_retry_after

NOW = datetime(2026, 3, 20, 12, tzinfo=UTC)


# What an answer's status means


@pytest.mark.parametrize(
    ("outcome", "statuses"),
    [
        ("answer", [200]),
        ("redirect", [301, 302, 303, 307, 308]),
        ("unauthorized", [401]),
        ("forbidden", [403]),
        ("limited", [429]),
        ("transient", [408, 425, 500, 501, 502, 503, 504, 520, 599]),
        ("fatal", [201, 202, 204, 206, 300, 304, 305, 400, 402, 404, 405, 406, 409, 410]),
        ("fatal", [412, 413, 414, 415, 416, 418, 422, 424, 426, 428, 430, 431, 451, 499, 600]),
    ],
)
def test_every_status_has_one_outcome(outcome: str, statuses: list[int]) -> None:
    assert {status: outcome_of(status) for status in statuses} == dict.fromkeys(statuses, outcome)


# Retry-After


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        (None, None),
        ("0", 0),
        ("7", 7),
        (" 30 ", 30),
        ("1.5", 1.5),
        ("99999999999999999999", 1e9),
        ("Fri, 20 Mar 2026 12:00:30 GMT", 30),
        ("Friday, 20-Mar-26 12:00:30 GMT", 30),
        ("Fri, 20 Mar 2026 13:00:30 +0100", 30),
        ("Fri, 20 Mar 2026 12:00:30", 30),
        ("Fri, 20 Mar 2026 11:00:00 GMT", 0),
        ("", None),
        ("soon", None),
        ("-5", None),
        ("1e3", None),
        ("٣", None),
        ("Fri, 31 Feb 2026 12:00:30 GMT", None),
        ("Fri, 20 Mar 99999999999999999999 12:00:30 GMT", None),
        ("Fri, 20 Mar 2026 12:00:30 +9999", None),
    ],
)
def test_retry_after_is_read_as_seconds_and_as_a_date(
    value: str | None, seconds: float | None
) -> None:
    assert parse_retry_after(value, NOW) == seconds


@given(st.text())
@example("Fri, 20 Mar 0000 12:00:30 GMT")
@example("1" * 5000)
def test_no_retry_after_breaks_the_tap(value: str) -> None:
    seconds = parse_retry_after(value, NOW)
    assert seconds is None or seconds >= 0
