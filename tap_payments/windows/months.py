"""Months that can be closed: over for so long that no row of theirs is still to come."""

from __future__ import annotations

import re
import typing as t
from datetime import UTC, datetime, timedelta

LAST = "last"
REST = timedelta(days=2)
"""How long a month must have ended before it is read as a whole."""


class Month(t.NamedTuple):
    """The interval `[since, until)` of a month in UTC."""

    since: datetime
    until: datetime


def month_named(name: str, now: datetime) -> Month:
    """The month `YYYY-MM`, or for `last` the last one that ended two days before `now` or more.

    Raises:
        ValueError: it is no month, or it has not ended for so long; the message says which.
    """
    latest = _first_day(now - REST)
    if name == LAST:
        return Month(_first_day(latest - timedelta(days=1)), latest)
    if not re.fullmatch(r"\d{4}-(0[1-9]|1[0-2])", name, re.ASCII) or not "0001-02" <= name < "9999":
        raise ValueError("must be a month such as 2026-10, or last")
    since = datetime(int(name[:4]), int(name[5:]), 1, tzinfo=UTC)
    until = _first_day(since + timedelta(days=32))
    if until > latest:
        raise ValueError(
            "must have ended two days ago or more, and rows of that month may still arrive"
        )
    return Month(since, until)


def _first_day(instant: datetime) -> datetime:
    return instant.astimezone(UTC).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
