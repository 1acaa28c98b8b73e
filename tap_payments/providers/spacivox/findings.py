"""Spacivox's answers read for what its documents leave open. https://spacivox.com/apidocs/."""

from __future__ import annotations

import typing as t
from datetime import UTC, datetime, timedelta

from tap_payments.accounts.facts import (
    Inquiry,
    Seen,
    Unknowable,
    accepted,
    unknown_names,
)
from tap_payments.http.calls import Call
from tap_payments.providers.spacivox import schemas

if t.TYPE_CHECKING:
    from tap_payments.accounts.settings import Settings

PATH = "/j/payment_transactions"
DAYS = 32
HOURS = (24 * DAYS, 24 * DAYS // 4, 24, 6, 1)
"""The windows that are asked for: the longest that is answered shows whether answers are cut."""
TOO_LONG = (413, 504)
"""Answers to a window that is too long for one."""
WINDOWS = 8
SAMPLES = 2
MORE_DATA = "Run the doctor again when the account has more payments."
TOO_SHORT = Unknowable("even an hour is too long for an answer", "Name teams in spacivox.teams.")
SECOND = timedelta(seconds=1)
Window = tuple[datetime, datetime]


def payments(since: datetime, until: datetime) -> Call:
    """The payments of an interval."""
    params = {"start": f"{since:%Y-%m-%dT%H:%M:%SZ}", "end": f"{until:%Y-%m-%dT%H:%M:%SZ}"}
    return Call("GET", PATH, params)


def last_day(settings: Settings, now: datetime) -> Call:  # noqa: ARG001 - as of every provider
    """The payments of the last day."""
    return payments(now - timedelta(days=1), now)


def _rows(inquiry: Inquiry, call: Call) -> list[t.Any]:
    return [row for row in accepted(inquiry.ask(call), list) if isinstance(row, dict)]


def _sample(inquiry: Inquiry) -> list[t.Any]:
    """Some payments: of the last day, else of the longest time that is answered, or of some days.

    Raises:
        Unknowable: there are none.
    """
    for hours in (24, *HOURS[1::-1], *HOURS[3:]):
        if rows := _of_last(inquiry, hours):
            return rows
    _, rows = _of_some_day(inquiry)
    return rows


def _of_some_day(inquiry: Inquiry) -> tuple[Window, list[t.Any]]:
    """A window of one of the last days that has payments, and these."""
    for window in _days(inquiry):
        if rows := _rows(inquiry, payments(*window)):
            return window, rows
    raise Unknowable(f"no payments were found in the last {DAYS} days")


def _days(inquiry: Inquiry) -> list[Window]:
    """Some of the last days; their last hours, where a day is too long for one answer."""
    length = _longest_of_a_day(inquiry)
    today = inquiry.now.replace(hour=0, minute=0, second=0, microsecond=0)
    ends = [today - timedelta(days=days) for days in range(0, DAYS - 1, DAYS // WINDOWS)]
    return [(end - length, end) for end in ends]


def _longest_of_a_day(inquiry: Inquiry) -> timedelta:
    for hours in HOURS[2:]:
        if _of_last(inquiry, hours) is not None:
            return timedelta(hours=hours)
    raise TOO_SHORT


def _of_last(inquiry: Inquiry, hours: int) -> list[t.Any] | None:
    """The payments of the last hours; None where that is too long for one answer."""
    reply = inquiry.ask(payments(inquiry.now - timedelta(hours=hours), inquiry.now))
    if reply.status in TOO_LONG:
        return None
    return [row for row in accepted(reply, list) if isinstance(row, dict)]


def spoken(hours: int) -> str:
    """A window in words."""
    number, unit = (hours, "hour") if hours < 24 else (hours // 24, "day")
    return unit if number == 1 else f"{number} {unit}s"


def _instant(row: t.Any) -> datetime | None:
    """When a payment was; a time that names no zone is UTC, as the document says."""
    try:
        found = datetime.fromisoformat(row["timestamp"])
    except (ValueError, TypeError, KeyError):
        return None
    return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)


def _dated(inquiry: Inquiry) -> list[tuple[t.Any, datetime]]:
    found = [(row, at) for row in _sample(inquiry) if (at := _instant(row)) is not None]
    if not found:
        raise Unknowable("no payment has a timestamp")
    return found


def end_is_inclusive(inquiry: Inquiry) -> Seen:
    """Whether a payment belongs to an interval that ends with it."""
    dated = _dated(inquiry)
    row, at = next((each for each in dated if not each[1].microsecond), dated[0])
    call = payments(at - SECOND, at)
    if at.microsecond:
        exact = at.isoformat(timespec="microseconds" if at.microsecond % 1000 else "milliseconds")
        call = call._replace(params={**call.params, "end": exact.replace("+00:00", "Z")})
    reply = inquiry.ask(call)
    if reply.status == 400:
        raise Unknowable("no payment has a full second, and `end` takes no fraction of one")
    ids = [each.get("id") for each in accepted(reply, list) if isinstance(each, dict)]
    return Seen(row.get("id") in ids, "The tap asks so that both readings lose nothing.")


def longest_answer(inquiry: Inquiry) -> Seen:
    """Whether the longest window that is answered has all that its halves have."""
    (since, until), rows = _longest_window(inquiry)
    middle = since + (until - since) / 2
    halves = (_ids(_rows(inquiry, payments(*half))) for half in ((since, middle), (middle, until)))
    whole = _ids(rows)
    if len(set().union(*halves) - whole) > len(whole) // 50 + 1:
        return Seen(
            len(whole),
            "Its halves have more than the whole: an answer of that many payments is cut.",
            change=len(whole),
        )
    hours = (until - since) // timedelta(hours=1)
    if hours == HOURS[0] and inquiry.settings["window_days"] > DAYS:
        raise Unknowable(
            f"the doctor asks for {DAYS} days at once, and the tap for more",
            f"Set spacivox.window_days to {DAYS} or less.",
        )
    limit = inquiry.configured.get("longest_answer")
    advice = f"An answer of {len(whole)} payments, of the last {spoken(hours)}, was whole."
    if hours != HOURS[0]:
        advice += " Where a longer one is refused, the tap halves it."
    return Seen(limit or "not cut", advice, fits=True)


def _longest_window(inquiry: Inquiry) -> tuple[Window, list[t.Any]]:
    """The longest window that is answered and has payments, and these."""
    for hours in HOURS:
        if rows := _of_last(inquiry, hours):
            return (inquiry.now - timedelta(hours=hours), inquiry.now), rows
    return _of_some_day(inquiry)


def _ids(rows: list[t.Any]) -> set[t.Any]:
    return {str(row.get("id")) for row in rows if isinstance(row, dict)}


def filters_by_timestamp(inquiry: Inquiry) -> Seen:
    """Whether windows have only payments of their own time, and each payment is found by its."""
    lag = _strays(inquiry)
    if lag is None and not _are_found(inquiry):
        lag = timedelta(0)
    if lag is None:
        return Seen(value=True)
    have = inquiry.settings["lookback_days"]
    need = max(have, lag.days + 2)
    advice = f"Windows have payments of other times, up to {lag.days + 1} days off: `start` and "
    advice += "`end` are about something else, such as when a payment was filed. "
    if need > have:
        return Seen(value=False, advice=advice + "The lookback makes up for it.", change=need)
    return Seen(value=False, advice=advice + f"The lookback of {have} days makes up for it.")


def _strays(inquiry: Inquiry) -> timedelta | None:
    """By how much payments lie outside of the days that they were found in, at most."""
    lag: timedelta | None = None
    for since, until in _days(inquiry):
        for row in _rows(inquiry, payments(since, until)):
            at = _instant(row)
            off = timedelta(0) if at is None else max(since - at, at - until)
            if off > timedelta(0):
                lag = max(off, lag or off)
    return lag


def _are_found(inquiry: Inquiry) -> bool:
    """Whether some payments are found in the second of their timestamp."""
    now = inquiry.now
    dated = [each for each in _dated(inquiry) if each[1] < now - timedelta(minutes=10)]
    if not dated:
        raise Unknowable("all payments are of the last minutes")
    for row, at in dated[:: max(1, len(dated) // SAMPLES)][:SAMPLES]:
        since = at.replace(microsecond=0)
        if str(row.get("id")) not in _ids(_rows(inquiry, payments(since, since + SECOND))):
            return False
    return True


def unknown_fields(inquiry: Inquiry) -> Seen:
    """The fields that no document has."""
    names = unknown_names(_sample(inquiry), schemas.PAYMENT_TRANSACTIONS)
    return Seen(names, "They go into `_extra`." if names else "")
