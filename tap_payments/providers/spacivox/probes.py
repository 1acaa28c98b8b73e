"""What Spacivox's documents leave open. https://spacivox.com/apidocs/."""

from __future__ import annotations

import typing as t
from datetime import datetime, timedelta

from tap_payments.accounts.facts import (
    Fact,
    Inquiry,
    Probes,
    Seen,
    Unknowable,
    accepted,
    named,
    unknown_names,
)
from tap_payments.http.calls import Call
from tap_payments.providers.spacivox import schemas

if t.TYPE_CHECKING:
    from tap_payments.accounts.settings import Settings

PATH = "/j/payment_transactions"
DAYS = 32
"""The days that are asked for at once, and then in halves and quarters."""
TOO_LONG = (413, 504)
"""Answers to a window that is too long for one."""
WINDOWS = 8
SAMPLES = 2
MORE_DATA = "Run the doctor again when the account has more payments."
SECOND = timedelta(seconds=1)
DAY = timedelta(days=1)


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
    """Some payments: of the last day, else of the longest time that is answered.

    Raises:
        Unknowable: there are none.
    """
    now = inquiry.now
    for hours in (24, 24 * DAYS // 4, 24 * DAYS, 6, 1):
        reply = inquiry.ask(payments(now - timedelta(hours=hours), now))
        if reply.status in TOO_LONG:
            continue
        if rows := [row for row in accepted(reply, list) if isinstance(row, dict)]:
            return rows
    raise Unknowable(f"the account has no payments in the last {DAYS} days")


def _instant(row: t.Any) -> datetime | None:
    try:
        return datetime.fromisoformat(row["timestamp"])
    except (ValueError, TypeError, KeyError):
        return None


def _dated(inquiry: Inquiry) -> list[tuple[t.Any, datetime]]:
    found = [(row, at) for row in _sample(inquiry) if (at := _instant(row)) is not None]
    if not found:
        raise Unknowable("no payment has a timestamp")
    return found


def _end_is_inclusive(inquiry: Inquiry) -> Seen:
    dated = _dated(inquiry)
    row, at = next((each for each in dated if not each[1].microsecond), dated[0])
    call = payments(at - SECOND, at)
    if at.microsecond:
        exact = at.strftime("%Y-%m-%dT%H:%M:%S.") + f"{at.microsecond // 1000:03}Z"
        call = call._replace(params={**call.params, "end": exact})
    reply = inquiry.ask(call)
    if reply.status == 400:
        raise Unknowable("no payment has a full second, and `end` takes no fraction of one")
    ids = [each.get("id") for each in accepted(reply, list) if isinstance(each, dict)]
    return Seen(row.get("id") in ids, "The tap asks so that both readings lose nothing.")


def _longest_answer(inquiry: Inquiry) -> Seen:
    now, most = inquiry.now, 0
    for days in (DAYS, DAYS // 4, 1):
        since = now - timedelta(days=days)
        reply = inquiry.ask(payments(since, now))
        if reply.status in TOO_LONG:
            continue
        whole = _ids(accepted(reply, list))
        most = max(most, len(whole))
        middle = since + (now - since) / 2
        middle = middle.replace(microsecond=0)
        halves = [
            _ids(_rows(inquiry, payments(*half))) for half in ((since, middle), (middle, now))
        ]
        if len(set().union(*halves) - whole) > len(whole) // 50 + 1:
            return Seen(
                len(whole),
                "Its halves have more than the whole: an answer of that many payments is cut.",
                change=len(whole),
            )
        if days >= inquiry.settings["window_days"] and whole:
            limit = inquiry.configured.get("longest_answer")
            return Seen(limit or "not cut", f"An answer of {most} payments was whole.", fits=True)
    raise Unknowable(
        f"the account has no payments in the last {DAYS} days"
        if not most
        else "no long answer came"
    )


def _ids(rows: list[t.Any]) -> set[t.Any]:
    return {str(row.get("id")) for row in rows if isinstance(row, dict)}


def _filters_by_timestamp(inquiry: Inquiry) -> Seen:
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
    today = inquiry.now.replace(hour=0, minute=0, second=0, microsecond=0)
    for days in range(1, DAYS, DAYS // WINDOWS):
        since = today - timedelta(days=days)
        until = since + DAY
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


def _unknown_fields(inquiry: Inquiry) -> Seen:
    names = unknown_names(_sample(inquiry), schemas.PAYMENT_TRANSACTIONS)
    return Seen(names, "They go into `_extra`." if names else "")


PROBES = Probes(
    first=last_day,
    openings=(f"GET {PATH}: the last day",),
    words=named("state direction error type"),
    shown=named("teams window_days lookback_days concurrency longest_answer"),
    besides=(
        "The host is blank in the public document.",
        "There is no currency.",
    ),
    facts=(
        Fact(
            "end_is_inclusive",
            "Whether `end` is inclusive.",
            _end_is_inclusive,
            (
                f"GET {PATH}: the last {DAYS // 4} days, where the last day has none",
                f"GET {PATH}: the second before a payment",
            ),
            obtain=MORE_DATA,
        ),
        Fact(
            "longest_answer",
            "Whether a long answer is cut: there are no pages.",
            _longest_answer,
            tuple(
                f"GET {PATH}: {part} the last {days}"
                for days in (f"{DAYS} days", f"{DAYS // 4} days", "day")
                for part in ("", "the first half of", "the second half of")
            ),
            assumed=lambda settings: settings.get("longest_answer") or "not cut",
            setting="spacivox.longest_answer",
            obtain=MORE_DATA,
        ),
        Fact(
            "filters_by_timestamp",
            "Whether `start` and `end` are about `timestamp`.",
            _filters_by_timestamp,
            (
                *(f"GET {PATH}: a day of the last {DAYS}",) * WINDOWS,
                *(f"GET {PATH}: the second of a payment",) * SAMPLES,
            ),
            assumed=lambda _settings: True,
            setting="spacivox.lookback_days",
            obtain=MORE_DATA,
        ),
        Fact(
            "unknown_fields",
            "Which fields payments have besides those of the document.",
            _unknown_fields,
            obtain=MORE_DATA,
        ),
    ),
)
