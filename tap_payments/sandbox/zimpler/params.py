"""What a list of Zimpler's transactions is asked for: the query, checked as it is documented."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING

from tap_payments.sandbox.messages import RefusedError
from tap_payments.sandbox.rows.spelling import to_instant
from tap_payments.sandbox.rows.table import Query
from tap_payments.sandbox.zimpler.options import MOST

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tap_payments.sandbox.zimpler.options import Options

NEW_AGE = datetime(2021, 1, 1, tzinfo=UTC)
TICK = timedelta(microseconds=1)


@dataclass(frozen=True)
class Params:
    """Which rows, and which part of them in which order."""

    query: Query
    limit: int
    offset: int
    ascending: bool


def parse_params(given: Mapping[str, str], options: Options, now: datetime) -> Params:
    """The parameters of a request; RefusedError 400 where one is wrong."""
    return Params(
        _query(given, options, now),
        _number(given, "limit", 100, 1, MOST),
        _number(given, "offset", 0, 0, None),
        _flag(given, "ascending", default=True),
    )


def _query(given: Mapping[str, str], options: Options, now: datetime) -> Query:
    """Both dates are inclusive; a newer page of the vendor adds defaults and the 2021 rule."""
    since, _ = _date(given, "from_date", NEW_AGE, options)
    begin, end = _date(given, "to_date", now, options)
    if options.enforce_2021 and (since < NEW_AGE) is not (end <= NEW_AGE):
        message = "from_date and to_date should both be before or after 2021-01-01"
        raise RefusedError(400, {"message": message})
    equal = tuple((name, given[name]) for name in ("country_code", "site") if name in given)
    return Query("approved_at", since, end if options.days_are_inclusive else begin, equal)


def _number(given: Mapping[str, str], name: str, default: int, low: int, high: int | None) -> int:
    text = given.get(name, str(default))
    if not text.isdecimal() or int(text) < low or (high is not None and int(text) > high):
        raise RefusedError(400, {"message": f"{name} is invalid"})
    return int(text)


def _flag(given: Mapping[str, str], name: str, *, default: bool) -> bool:
    text = given.get(name, str(default).lower())
    if text not in ("true", "false"):
        raise RefusedError(400, {"message": f"{name} is invalid"})
    return text == "true"


def _date(
    given: Mapping[str, str], name: str, default: datetime, options: Options
) -> tuple[datetime, datetime]:
    """The instant that a date begins and the one just after it; a time may be given instead."""
    text = given.get(name)
    instant = to_instant(text) if text and "T" in text else None
    if instant is not None and options.times_in_dates_accepted:
        return instant, instant + TICK
    try:
        day = date.fromisoformat(text) if text else default.date()
    except ValueError:
        raise RefusedError(400, {"message": f"{name} is invalid"}) from None
    begin = datetime.combine(day, time(), UTC)
    return begin, begin + timedelta(days=1)
