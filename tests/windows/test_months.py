"""Months that can be closed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest

from tap_payments.windows.months import Month, month_named


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("name", "since", "until"),
    [
        ("2026-10", "2026-10-01", "2026-11-01"),
        ("2026-02", "2026-02-01", "2026-03-01"),
        ("2024-02", "2024-02-01", "2024-03-01"),
        ("2025-12", "2025-12-01", "2026-01-01"),
    ],
)
def test_a_month_is_half_open(name: str, since: str, until: str) -> None:
    assert month_named(name, utc("2026-11-20")) == Month(utc(since), utc(until))


@pytest.mark.parametrize(
    ("now", "since"),
    [
        ("2026-11-02T23:59:59", "2026-09-01"),
        ("2026-11-03T00:00:00", "2026-10-01"),
        ("2026-11-30T12:00:00", "2026-10-01"),
        ("2026-01-01T00:00:00", "2025-11-01"),
        ("2026-01-03T00:00:00", "2025-12-01"),
    ],
)
def test_the_last_month_ended_two_days_ago_or_more(now: str, since: str) -> None:
    assert month_named("last", utc(now)).since == utc(since)
    month_named(since[:7], utc(now))


def test_now_is_taken_in_utc() -> None:
    early = datetime(2026, 11, 3, 5, tzinfo=timezone(timedelta(hours=11)))
    assert month_named("last", early).since == utc("2026-09-01")


@pytest.mark.parametrize(
    "name", ["2026-11", "2027-01", "9998-12", "2026-13", "2026-00", "202610", "", "2026-1", "Last"]
)
def test_what_cannot_be_closed_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match=r"^must (be a month|have ended)"):
        month_named(name, utc("2026-12-02T23:59:59"))
