"""Instants: one canonical spelling inside, whatever vendors write outside."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

DAY = timedelta(days=1)


def to_instant(text: str) -> datetime:
    """An ISO 8601 date or date-time as an aware UTC datetime; without a zone it is UTC.

    Raises:
        ValueError: the text is not a date or a date-time.
    """
    instant = datetime.fromisoformat(text.strip())
    if instant.tzinfo is None:
        return instant.replace(tzinfo=UTC)
    return instant.astimezone(UTC)


def format_instant(instant: datetime) -> str:
    """The one spelling of an instant: `2026-01-31T04:00:00.000000Z`, which sorts as text."""
    naive = instant.astimezone(UTC).replace(tzinfo=None)
    return naive.isoformat(timespec="microseconds") + "Z"


def midnight(day: date) -> datetime:
    """The first instant of a UTC day."""
    return datetime.combine(day, time(), tzinfo=UTC)


def floor_day(instant: datetime) -> datetime:
    """The UTC midnight at or before an instant."""
    return midnight(instant.astimezone(UTC).date())


def ceil_day(instant: datetime) -> datetime:
    """The UTC midnight at or after an instant."""
    floor = floor_day(instant)
    return floor if floor == instant else floor + DAY
