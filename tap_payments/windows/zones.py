"""An operator's local time and UTC, also on the nights when the clock is changed.

A naive local time that a clock change repeats stands for two instants, and one that it skips
for none: which of the two readings a vendor takes is not known, so both are bounds.
"""

from __future__ import annotations

import typing as t
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

HOUR = timedelta(hours=1)


class Readings(t.NamedTuple):
    """The earliest and the latest instant, in UTC, that a local time can mean; mostly equal."""

    earliest: datetime
    latest: datetime


def to_zone(name: str) -> ZoneInfo | None:
    """The IANA zone of that name, or None where there is none."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None


def to_readings(local: datetime, zone: ZoneInfo) -> Readings:
    """The instants that a local time can mean; one with an offset of its own means exactly one."""
    if local.tzinfo is not None:
        instant = local.astimezone(UTC)
        return Readings(instant, instant)
    both = [local.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1)]
    return Readings(min(both), max(both))


def to_local(instant: datetime, zone: ZoneInfo) -> datetime:
    """The naive local time of an aware instant."""
    return instant.astimezone(zone).replace(tzinfo=None, fold=0)


def unambiguous_before(local: datetime, zone: ZoneInfo) -> datetime:
    """The nearest local time, in steps of an hour back, that stands for one instant only."""
    while (readings := to_readings(local, zone)).earliest != readings.latest:
        local -= HOUR
    return local


def unambiguous_hour_before(instant: datetime, zone: ZoneInfo) -> datetime:
    """The last local full hour up to an instant that stands for one instant only."""
    return unambiguous_before(hour_at_or_before(instant, zone), zone)


def hour_at_or_before(instant: datetime, zone: ZoneInfo) -> datetime:
    """The last local full hour up to an instant; a clock change may repeat or skip it."""
    return to_local(instant, zone).replace(minute=0, second=0, microsecond=0)


def hour_at_or_after(instant: datetime, zone: ZoneInfo) -> datetime:
    """The first local full hour that is not before an instant, however it is read."""
    local = hour_at_or_before(instant, zone)
    while to_readings(local, zone).earliest < instant:
        local += HOUR
    return local
