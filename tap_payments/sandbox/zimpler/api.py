"""Zimpler's v4 reporting API: `GET /v4/transactions`, `GET /v4/current_balance`.

From https://zimpler.github.io/v4-api/reporting/ . How credentials are sent is not documented there.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Literal

from tap_payments.sandbox.api import Api, RefusedError
from tap_payments.sandbox.life import to_instant
from tap_payments.sandbox.messages import Answer
from tap_payments.sandbox.table import Query
from tap_payments.sandbox.zimpler.rows import REACH, rows_of_day

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from tap_payments.sandbox.clock import Clock
    from tap_payments.sandbox.life import Calendar, Life, Version
    from tap_payments.sandbox.messages import Request

MOST = 1000
NEW_AGE = datetime(2021, 1, 1, tzinfo=UTC)
TICK = timedelta(microseconds=1)
EXAMPLE = {
    "id": "6a734480-a051-4a05-8405-ac2d8f49102f",
    "type": "deposit",
    "product": "zimpler-wallet",
    "approved_at": "2017-03-23T07:06:11Z",
    "amount": "100.00",
    "country_code": "SE",
    "fee_amount": "-6.50",
    "currency": "EUR",
    "ref": "merchant-transaction-ref",
    "site": "example.com",
    "account_ref": "SANDBOX-ACCOUNT-0001",
}


class Zimpler(Api):
    """Transactions by day of approval, in pages by offset, and the balance that follows from them.

    Where the vendor is silent, an attribute decides: `auth` how the key is sent (`basic` with the
    merchant id as user, `bearer`, or `header` in `api_key_header`); `count_is_total` what `count`
    counts (True: all that match, False: the page, None: it is left out); `max_limit` how many rows
    a page has at most, whatever was asked. `on_page` is called with the number of pages served so
    far, after each page is made and before it is sent.
    """

    name = "zimpler"
    title = "Zimpler"
    usual_accounts = ("main", "shop2")
    kinds = ("transactions",)
    fields = ("approved_at",)
    reach = REACH
    per_day = (40, 60)

    def __init__(
        self, clock: Clock, seed: int | None, first: date, accounts: Sequence[str]
    ) -> None:
        super().__init__(clock, seed, first, accounts)
        self.auth: Literal["basic", "bearer", "header"] = "basic"
        self.api_key_header = "X-Api-Key"
        self.max_limit = MOST
        self.count_is_total: bool | None = True
        self.enforce_2021 = True
        self.on_page: Callable[[int], None] | None = None
        self.pages = 0

    def credentials(self, account: str, number: int) -> dict[str, str]:
        """A merchant id and an API key."""
        return {
            "merchant_id": f"sandbox-merchant-{number + 1}",
            "api_key": f"sandbox-zimpler-key-{account}",
        }

    def born(self, calendar: Calendar, account: str, day: date) -> Mapping[str, Iterable[Life]]:
        """The transactions that begin on `day`."""
        return {"transactions": rows_of_day(calendar, account, day, self.per_day)}

    def order(self, version: Version) -> Any:
        """By approval; the vendor does not say what orders rows of the same second."""
        row: Mapping[str, Any] = version.row or {}
        return (version.when("approved_at") or NEW_AGE, str(row.get("id")), str(row.get("type")))

    def example(self, **fields: Any) -> dict[str, Any]:
        """The row of the vendor's document, with other `fields`."""
        return {**EXAMPLE, **fields}

    def answer(self, request: Request) -> Answer:
        """Transactions or balance; 404 for all else."""
        if request.path not in ("/v4/transactions", "/v4/current_balance"):
            raise RefusedError(404, {"message": "Not found"})
        if request.method != "GET":
            raise RefusedError(405, {"message": "Method not allowed"}, {"Allow": "GET"})
        account = self._account(request)
        if request.path == "/v4/current_balance":
            return Answer.of_json(self.balance(account))
        return self._transactions(account, request.query)

    def balance(self, account: str) -> dict[str, dict[str, str]]:
        """Per currency: all amounts and fees; pending are the deposits of the last 24 hours."""
        now = self.clock.now()
        total: dict[str, Decimal] = {}
        pending: dict[str, Decimal] = {}
        for version in self.table(account).select(Query("approved_at"), now).versions:
            row, approved = version.row or {}, version.when("approved_at")
            currency, amount = str(row["currency"]), Decimal(row["amount"])
            total[currency] = total.get(currency, Decimal()) + amount + Decimal(row["fee_amount"])
            if row["type"] == "deposit" and approved and approved > now - timedelta(hours=24):
                pending[currency] = pending.get(currency, Decimal()) + amount
        return {
            currency: {
                "total": f"{total[currency]:.2f}",
                "pending": f"{pending.get(currency, Decimal()):.2f}",
                "available": f"{total[currency] - pending.get(currency, Decimal()):.2f}",
            }
            for currency in sorted(total)
        }

    def _account(self, request: Request) -> str:
        given: object = {
            "basic": request.basic,
            "bearer": request.bearer,
            "header": request.headers.get(self.api_key_header.lower()),
        }[self.auth]
        for account, keys in self.accounts.items():
            pair = (keys["merchant_id"], keys["api_key"])
            if given == (pair if self.auth == "basic" else keys["api_key"]):
                return account
        raise RefusedError(401, {"message": "Unauthorized"}, {"WWW-Authenticate": "Basic"})

    def _transactions(self, account: str, query: Mapping[str, str]) -> Answer:
        limit = _number(query, "limit", 100, 1, MOST)
        offset = _number(query, "offset", 0, 0, None)
        selection = self.table(account).select(self._query(query), self.clock.now())
        found, total = selection.versions, len(selection.versions)
        size = min(limit, self.max_limit)
        if _flag(query, "ascending", default=True):
            page = found[offset : offset + size]
        else:
            page = found[max(total - offset - size, 0) : max(total - offset, 0)][::-1]
        count = {True: b'"count":%d,' % total, False: b'"count":%d,' % len(page), None: b""}
        rows = b",".join(version.text for version in page)
        body = b'{%s"transactions":[%s]}' % (count[self.count_is_total], rows)
        self.pages += 1
        if self.on_page:
            self.on_page(self.pages)
        return Answer.of_json(body)

    def _query(self, query: Mapping[str, str]) -> Query:
        """Both dates are inclusive; a newer page of the vendor adds defaults and the 2021 rule."""
        since = _date(query, "from_date", NEW_AGE)[0]
        until = _date(query, "to_date", self.clock.now())[1]
        if self.enforce_2021 and (since < NEW_AGE) is not (until <= NEW_AGE):
            raise RefusedError(
                400, {"message": "from_date and to_date should both be before or after 2021-01-01"}
            )
        names = [name for name in ("country_code", "site") if name in query]
        return Query("approved_at", since, until, tuple((name, query[name]) for name in names))


def _number(query: Mapping[str, str], name: str, default: int, low: int, high: int | None) -> int:
    text = query.get(name, str(default))
    if not text.isdecimal() or int(text) < low or (high is not None and int(text) > high):
        raise RefusedError(400, {"message": f"{name} is invalid"})
    return int(text)


def _flag(query: Mapping[str, str], name: str, *, default: bool) -> bool:
    text = query.get(name, str(default).lower())
    if text not in ("true", "false"):
        raise RefusedError(400, {"message": f"{name} is invalid"})
    return text == "true"


def _date(query: Mapping[str, str], name: str, default: datetime) -> tuple[datetime, datetime]:
    """The instant that a date begins and the one just after it; a time may be given instead."""
    text = query.get(name)
    instant = to_instant(text) if text and "T" in text else None
    if instant is not None:
        return instant, instant + TICK
    try:
        day = date.fromisoformat(text) if text else default.date()
    except ValueError:
        raise RefusedError(400, {"message": f"{name} is invalid"}) from None
    begin = datetime.combine(day, time(), UTC)
    return begin, begin + timedelta(days=1)
