"""beGateway's answers read for what its document leaves open.

https://doc.begateway.com/en/payment_management/reports/paginated_report/
"""

from __future__ import annotations

import typing as t
from datetime import UTC, datetime, timedelta

from tap_payments.accounts.facts import (
    REPORT,
    Inquiry,
    Seen,
    Unknowable,
    accepted,
    unknown_names,
)
from tap_payments.errors import Unreadable
from tap_payments.http.calls import Call
from tap_payments.providers.begateway import schemas
from tap_payments.providers.begateway.answers import parse_count
from tap_payments.providers.begateway.passes import SECOND
from tap_payments.providers.begateway.streams import HEADERS

if t.TYPE_CHECKING:
    from tap_payments.accounts.settings import Settings

PATH = "/api/reports"
KNOWN_METHODS = ("credit_card", "alternative", "erip")
"""What documents of beGateway, eComCharge and bePaid name."""
PAGES = 4
"""How many pages of a day are read at most to count its transactions."""
MORE_DATA = "Run the doctor again when the shop has more transactions."
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


def report(method: str, since: datetime, until: datetime, path: str = PATH, **more: t.Any) -> Call:
    """A page of the transactions created in an interval, or another answer about them."""
    params = {
        "date_type": "created_at",
        "from": f"{since:{SECOND}}",
        "to": f"{until:{SECOND}}",
        "status": "all",
        "payment_method_type": method,
        "time_zone": "UTC",
        **more,
    }
    return Call("POST", path, json={"report_params": params}, headers=HEADERS)


def last_days(settings: Settings, now: datetime) -> Call:
    """The first page of the last 30 days, of the first payment method type."""
    return report(settings["payment_method_types"][0], now - timedelta(days=30), now)


def _methods(settings: Settings) -> list[str]:
    return list(dict.fromkeys([*settings["payment_method_types"], *KNOWN_METHODS]))[:8]


def _asked(inquiry: Inquiry, method: str) -> Call:
    return report(method, inquiry.now - timedelta(days=30), inquiry.now)


def _page(inquiry: Inquiry, call: Call) -> dict[str, t.Any]:
    found: dict[str, t.Any] = accepted(inquiry.ask(call), dict)
    rows = found.get("transactions")
    if not isinstance(rows, list):
        raise Unknowable("the answer has no list of transactions")
    return {**found, "transactions": [row for row in rows if isinstance(row, dict)]}


def _pages(inquiry: Inquiry) -> list[tuple[str, dict[str, t.Any]]]:
    """The first page of each payment method type that is accepted."""
    found = []
    for method in _methods(inquiry.settings):
        reply = inquiry.ask(_asked(inquiry, method))
        if reply.status not in (400, 404, 422):
            found.append((method, _page(inquiry, _asked(inquiry, method))))
    return found


def _most(inquiry: Inquiry) -> tuple[str, dict[str, t.Any]]:
    """The payment method type with the longest first page, and that page.

    Raises:
        Unknowable: there are no transactions.
    """
    method, page = max(
        _pages(inquiry), key=lambda each: len(each[1]["transactions"]), default=("", {})
    )
    if not page or not page["transactions"]:
        raise Unknowable("the shop has no transactions in the last 30 days")
    return method, page


def reports_enabled(inquiry: Inquiry) -> Seen:
    """Whether the shop gets reports at all."""
    reply = inquiry.ask(last_days(inquiry.settings, inquiry.now))
    if reply.status != 422:
        accepted(reply, dict)
    return Seen(value=True)


def payment_method_types(inquiry: Inquiry) -> Seen:
    """Those that are accepted."""
    works = [method for method, _ in _pages(inquiry)]
    if not works:
        raise Unknowable("none of those that are known is accepted")
    wanted = inquiry.configured["payment_method_types"]
    advice = "" if set(works) <= set(wanted) else "What is not named is not read."
    return Seen(works, advice, change=works, fits=set(works) == set(wanted))


def page_size(inquiry: Inquiry) -> Seen:
    """The length of a page that has more after it."""
    longest = [each for each in _pages(inquiry) if each[1].get("has_more") is True]
    if not longest:
        raise Unknowable("the transactions of the last 30 days fit on a page")
    method, page = max(longest, key=lambda each: len(each[1]["transactions"]))
    since = inquiry.now - timedelta(days=30)
    after = report(method, since, inquiry.now, starting_after=page.get("last_object_id"))
    if not _page(inquiry, after)["transactions"]:
        raise Unknowable("a page says that more follow, and none do", REPORT)
    return Seen(len(page["transactions"]), "The tap takes pages as they come.")


def to_is_inclusive(inquiry: Inquiry) -> Seen:
    """Whether a transaction belongs to an interval that ends with it."""
    method, page = _most(inquiry)
    for row in page["transactions"]:
        instant = _second(row.get("created_at"))
        if instant is None:
            continue
        found = _page(inquiry, report(method, instant - timedelta(seconds=1), instant))
        uids = [each.get("uid") for each in found["transactions"]]
        if row.get("uid") in uids or found.get("has_more") is not True:
            value = row.get("uid") in uids
            return Seen(value, "The tap asks so that both readings lose nothing.")
    raise Unknowable("no transaction was created on a full second")


def _second(text: t.Any) -> datetime | None:
    """An instant that the format of `to` can spell."""
    instant = _instant(text)
    return None if instant is None or instant.microsecond else instant


def cursor_type(inquiry: Inquiry) -> Seen:
    """The type of `last_object_id`."""
    _, page = _most(inquiry)
    names = {int: "integer", str: "string"}
    found = names.get(type(page.get("last_object_id")))
    if found is None:
        raise Unknowable("the answer has no `last_object_id` that is a number or a text")
    return Seen(found, "The tap sends it back as it came.")


def count_agrees(inquiry: Inquiry) -> Seen:
    """Whether the count of an interval is that of its pages."""
    method, first = _most(inquiry)
    row = next((each for each in first["transactions"] if _created(each)), None)
    if row is None:
        raise Unknowable("no transaction says when it was created")
    for span, word in ((DAY, "day"), (HOUR, "hour")):
        since = t.cast("datetime", _created(row)).replace(minute=0, second=0, microsecond=0)
        read = _distinct(inquiry, method, since, since + span)
        if read is not None:
            counted = _counted(inquiry, method, since, since + span)
            advice = f"A {word} has {read} transactions, and the count says {counted}."
            return Seen(counted == read, advice, change=False)
    raise Unknowable(f"an hour has more than {PAGES} pages of transactions")


def _counted(inquiry: Inquiry, method: str, since: datetime, until: datetime) -> int:
    """How many transactions the API counts in an interval."""
    reply = inquiry.ask(report(method, since, until, f"{PATH}/count"))
    accepted(reply, dict)
    try:
        return parse_count(reply.body)
    except Unreadable:
        raise Unknowable("the answer to the count is not what the document says") from None


def _created(row: t.Any) -> datetime | None:
    return _instant(row.get("created_at"))


def _instant(text: t.Any) -> datetime | None:
    """An instant in UTC, in which the doctor asks; a time that names no zone is in it."""
    try:
        found = datetime.fromisoformat(text)
    except (ValueError, TypeError):
        return None
    return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)


def _distinct(inquiry: Inquiry, method: str, since: datetime, until: datetime) -> int | None:
    """How many transactions the pages of an interval have; None where it has too many pages."""
    uids: set[t.Any] = set()
    more: dict[str, t.Any] = {}
    for _ in range(PAGES):
        page = _page(inquiry, report(method, since, until, **more))
        uids |= {str(row.get("uid")) for row in page["transactions"]}
        if page.get("has_more") is not True:
            return len(uids)
        more = {"starting_after": page.get("last_object_id")}
    return None


def corrections_combine_with_dates(inquiry: Inquiry) -> Seen:
    """Whether corrections are still found where the dates exclude them."""
    now = inquiry.now
    since = now - timedelta(days=90)
    corrected = {
        "manual_correction_from": f"{since:{SECOND}}",
        "manual_correction_to": f"{now:{SECOND}}",
    }
    for method, _ in _pages(inquiry):
        wide = report(method, since, now, **corrected)
        if not _page(inquiry, wide)["transactions"]:
            continue
        # Nothing was created in the second before the wide interval and corrected in it, but
        # where the dates are not looked at, all corrections come.
        past = since - timedelta(days=3650)
        narrow = report(method, past, past + timedelta(seconds=1), **corrected)
        if not _page(inquiry, narrow)["transactions"]:
            return Seen(value=True)
        return Seen(
            value=False,
            advice="The dates are not looked at then. The tap asks for the widest: nothing has "
            "to be changed.",
        )
    raise Unknowable("no transaction of the last 90 days was corrected by hand")


def unknown_fields(inquiry: Inquiry) -> Seen:
    """The fields that no document has."""
    rows = [row for _, page in _pages(inquiry) for row in page["transactions"]]
    if not rows:
        raise Unknowable("the shop has no transactions in the last 30 days")
    names = unknown_names(rows, schemas.TRANSACTIONS)
    return Seen(names, "They go into `_extra`." if names else "")
