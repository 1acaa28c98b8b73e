"""Zimpler's answers read for what its document leaves open. https://zimpler.github.io/v4-api/reporting/."""

from __future__ import annotations

import typing as t
from collections import Counter
from datetime import datetime, timedelta

from tap_payments.accounts.facts import (
    Inquiry,
    Seen,
    Unknowable,
    accepted,
    unknown_names,
)
from tap_payments.http.calls import Call
from tap_payments.providers.zimpler import schemas

if t.TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tap_payments.accounts.settings import Settings

PATH = "/v4/transactions"
WAYS = ("basic", "bearer", "header")
READINGS = 4
"""How often a page is read at most to see whether its order stays."""
MORE_DATA = "Run the doctor again when the account has more transactions."


def page(settings: Settings, since: str, until: str, **more: str) -> Call:
    """A page of transactions; both days are dates, or date-times."""
    filters = {name: settings[name] for name in ("country_code", "site") if settings.get(name)}
    limit = str(settings["page_size"])
    dates = {"from_date": since, "to_date": until}
    defaults = {"ascending": "true", "limit": limit, "offset": "0"}
    return Call("GET", PATH, {**filters, **defaults, **dates, **more})


def last_days(settings: Settings, now: datetime, days: int = 30, **more: str) -> Call:
    """A page of the transactions of the last days."""
    return page(settings, f"{now - timedelta(days=days):%Y-%m-%d}", f"{now:%Y-%m-%d}", **more)


def ways(settings: Settings) -> Iterator[Settings]:
    """The configured way to send the key first, then the others."""
    for way in dict.fromkeys((settings["auth_method"], *WAYS)):
        yield settings | {"auth_method": way}


def _answer(inquiry: Inquiry, call: Call, *, again: bool = False) -> tuple[list[t.Any], t.Any]:
    """The rows of a page, and its `count`."""
    found: dict[str, t.Any] = accepted(inquiry.ask(call, again=again), dict)
    rows = found.get("transactions")
    if not isinstance(rows, list):
        raise Unknowable("the answer has no list of transactions")
    return [row for row in rows if isinstance(row, dict)], found.get("count")


def _rows(inquiry: Inquiry, least: int = 1) -> list[t.Any]:
    """The page that the inquiry began with."""
    rows, _ = _answer(inquiry, last_days(inquiry.settings, inquiry.now))
    if len(rows) < least:
        have = "transaction" if len(rows) == 1 else "transactions"
        raise Unknowable(f"the first page of the last 30 days has {len(rows) or 'no'} {have}")
    return rows


def auth_method(inquiry: Inquiry) -> Seen:
    """How the credentials are sent."""
    works = inquiry.settings["auth_method"]
    accepted(inquiry.ask(last_days(inquiry.settings, inquiry.now)), dict)
    return Seen(works, change=works)


def count_is_total(inquiry: Inquiry) -> Seen:
    """Whether `count` is more than the rows of a page of one."""
    total = len(_rows(inquiry, 2))
    _, count = _answer(inquiry, last_days(inquiry.settings, inquiry.now, limit="1"))
    if not isinstance(count, int):
        raise Unknowable("the answers have no `count`")
    if count >= total:
        return Seen(value=True, advice="The tap also notices by it that rows are missing.")
    return Seen(value=False, advice="`count` is the page's; the tap does not rely on it.")


def page_cap(inquiry: Inquiry) -> Seen:
    """The longest page, where more follow after a shorter one than was asked for."""
    asked = inquiry.settings["page_size"]
    for days in (30, 365):
        rows, _ = _answer(inquiry, last_days(inquiry.settings, inquiry.now, days))
        got = len(rows)
        if got >= asked:
            return Seen(asked)
        after, _ = _answer(inquiry, last_days(inquiry.settings, inquiry.now, days, offset=str(got)))
        if got and after:
            return Seen(got, "The tap reads on after shorter pages, too.", change=got)
    raise Unknowable(f"the account has fewer transactions in a year than a page of {asked}")


def _instants(rows: list[t.Any]) -> list[str]:
    return [str(row.get("approved_at")) for row in rows]


def order_is_ascending(inquiry: Inquiry) -> Seen:
    """Whether the oldest come first."""
    found = _instants(_rows(inquiry, 2))
    if len(set(found)) < 2:
        raise Unknowable("all transactions have the same instant")
    if found == sorted(found):
        return Seen(value=True)
    how = "the newest come first" if found == sorted(found, reverse=True) else "there is no order"
    return Seen(
        value=False,
        advice=f"{how.capitalize()}. The tap notices rows that move between pages and reads them "
        "again: nothing has to be changed.",
    )


def order_is_stable(inquiry: Inquiry) -> Seen:
    """Whether the same page has the same order each time."""
    rows = _rows(inquiry, 2)
    ties = sum(count - 1 for count in Counter(_instants(rows)).values())
    if not ties:
        raise Unknowable(f"no two of {len(rows)} transactions share an instant")
    first = _keys(rows)
    for _ in range(2 if ties > READINGS else READINGS):
        again, _count = _answer(inquiry, last_days(inquiry.settings, inquiry.now), again=True)
        second = _keys(again)
        both = set(first) & set(second)
        if [key for key in first if key in both] != [key for key in second if key in both]:
            return Seen(
                value=False,
                advice="The tap reads a window until it is whole; short windows are whole sooner.",
                change=1,
            )
    return Seen(value=True)


def _keys(rows: list[t.Any]) -> list[tuple[str, str]]:
    found = ((str(row.get("id")), str(row.get("type"))) for row in rows)
    return list(dict.fromkeys(found))


def _busiest_day(inquiry: Inquiry) -> str:
    """A day with transactions; not today, where one may just have come."""
    days = Counter(instant[:10] for instant in _instants(_rows(inquiry)))
    days.pop(f"{inquiry.now:%Y-%m-%d}", None)
    for day, _ in days.most_common():
        try:
            datetime.fromisoformat(day)
        except ValueError:
            continue
        return day
    raise Unknowable("no transaction lies before today")


def days_are_inclusive(inquiry: Inquiry) -> Seen:
    """Whether one day, from itself to itself, has its transactions."""
    day = _busiest_day(inquiry)
    rows, _ = _answer(inquiry, page(inquiry.settings, day, day))
    if rows:
        return Seen(value=True, change=True)
    return Seen(value=False, advice="Without it the last day of each window is lost.", change=False)


def times_in_dates_accepted(inquiry: Inquiry) -> Seen:
    """Whether dates with times are refused."""
    day = _busiest_day(inquiry)
    reply = inquiry.ask(page(inquiry.settings, f"{day}T00:00:00Z", f"{day}T23:59:59Z"))
    if reply.status in (400, 422):
        return Seen(value=False, advice="The tap sends days only.")
    accepted(reply, dict)
    return Seen(value=True, advice="The tap sends days only.")


def keys_are_unique(inquiry: Inquiry) -> Seen:
    """Whether a key occurs once in a page."""
    rows = _rows(inquiry, 2)
    keys = Counter((str(row.get("id")), str(row.get("type"))) for row in rows)
    repeated = [key for key, count in keys.items() if count > 1]
    if not repeated:
        return Seen(value=True)
    advice = f"{len(repeated)} of {len(keys)} keys occur more than once, "
    if all(_is_same(rows, key) for key in repeated):
        return Seen(value=False, advice=advice + "each time with the same row: nothing is lost.")
    return Seen(
        value=False,
        advice=advice + "with rows that differ, of which a loader keeps one: open an issue.",
    )


def _is_same(rows: list[Mapping[str, t.Any]], key: tuple[str, str]) -> bool:
    found = [row for row in rows if (str(row.get("id")), str(row.get("type"))) == key]
    return all(row == found[0] for row in found)


def unknown_fields(inquiry: Inquiry) -> Seen:
    """The fields that no document has."""
    names = unknown_names(_rows(inquiry), schemas.TRANSACTIONS)
    return Seen(names, "They go into `_extra`." if names else "")
