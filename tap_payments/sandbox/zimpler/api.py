"""Zimpler's v4 reporting API: `GET /v4/transactions`, `GET /v4/current_balance`.

From https://zimpler.github.io/v4-api/reporting/ . How credentials are sent is not documented there.
"""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from itertools import count
from typing import TYPE_CHECKING, Any

from tap_payments.sandbox.api import Api
from tap_payments.sandbox.messages import Answer, RefusedError
from tap_payments.sandbox.rows.table import Query
from tap_payments.sandbox.zimpler.observed import key_of, observe, pages_of, rows_of
from tap_payments.sandbox.zimpler.options import Options
from tap_payments.sandbox.zimpler.order import arranged
from tap_payments.sandbox.zimpler.params import NEW_AGE, parse_params
from tap_payments.sandbox.zimpler.rows import REACH, rows_of_day

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from datetime import date

    from tap_payments.sandbox.clock import Clock
    from tap_payments.sandbox.messages import Request
    from tap_payments.sandbox.replay.exchange import Exchange
    from tap_payments.sandbox.rows.calendar import Calendar
    from tap_payments.sandbox.rows.life import Life, Version

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


class Zimpler(Options, Api):
    """Transactions by day of approval, in pages by offset, and the balance that follows from them.

    `on_page` is called with the number of pages served so far, after each page is made and before
    it is sent.
    """

    name = "zimpler"
    title = "Zimpler"
    usual_accounts = ("main", "shop2")
    kinds = ("transactions",)
    usual_kind = "transactions"
    fields = ("approved_at",)
    reach = REACH
    per_day = (40, 60)

    def __init__(
        self, clock: Clock, seed: int | None, first: date, accounts: Sequence[str]
    ) -> None:
        super().__init__(clock, seed, first, accounts)
        self._turns = count()
        self._ranks: dict[tuple[str, str], int] = {}
        self.on_page: Callable[[int], None] | None = None
        self.pages = 0

    def credentials(self, account: str, number: int) -> dict[str, str]:
        """A merchant id and an API key."""
        return {
            "merchant_id": f"sandbox-merchant-{number + 1}",
            "api_key": f"sandbox-zimpler-key-{account}",
        }

    def born(self, calendar: Calendar, account: str, day: date, kind: str) -> Iterable[Life]:  # noqa: ARG002 - there is one only
        """The transactions that begin on `day`."""
        return rows_of_day(calendar, account, day, self.per_day, self.ties)

    def order(self, version: Version) -> Any:
        """By approval; the vendor does not say what orders rows of the same second."""
        key = key_of(version.row or {})
        return (version.when("approved_at") or NEW_AGE, self._ranks.get(key, 0), key)

    def example(self, **fields: Any) -> dict[str, Any]:
        """The row of the vendor's document, with other `fields`."""
        return {**EXAMPLE, **fields}

    def answer(self, request: Request) -> Answer:
        """Transactions or balance; 404 for all else."""
        if request.path not in ("/v4/transactions", "/v4/current_balance"):
            raise RefusedError(404, {"message": "Not found"})
        if request.method != "GET":
            raise RefusedError(405, {"message": "Method not allowed"}, {"Allow": "GET"})
        account = self.account_of(request)
        if account is None:
            raise RefusedError(401, {"message": "Unauthorized"}, {"WWW-Authenticate": "Basic"})
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

    def learn(self, account: str, exchanges: Sequence[Exchange]) -> Sequence[Exchange]:
        """Takes the rows, in the order in which they came, and what the exchanges show."""
        observe(self, exchanges)
        pages = pages_of(exchanges)
        for rank, row in enumerate(rows_of(pages, is_stable=self.order_is_stable)):
            self._ranks.setdefault(key_of(row), rank if self.order_is_ascending else -rank)
            self.put(account, row)
        return exchanges

    def account_of(self, request: Request) -> str | None:
        """The account whose key is sent in the way that is expected."""
        given: object = {
            "basic": request.basic,
            "bearer": request.bearer,
            "header": request.headers.get(self.api_key_header.lower()),
        }[self.auth_method]
        for account, keys in self.accounts.items():
            pair = (keys["merchant_id"], keys["api_key"])
            if given == (pair if self.auth_method == "basic" else keys["api_key"]):
                return account
        return None

    def _transactions(self, account: str, query: Mapping[str, str]) -> Answer:
        params, turn = parse_params(query, self, self.clock.now()), next(self._turns)
        selected = self.table(account).select(params.query, self.clock.now()).versions
        found = arranged(selected, self, turn, ascending=params.ascending)
        size = min(params.limit, self.page_cap)
        page = found[params.offset : params.offset + size]
        counts = {"total": len(found), "page": len(page)}
        head = b'"count":%d,' % counts[self.count] if self.count else b""
        body = b'{%s"transactions":[%s]}' % (head, b",".join(map(self.text, page)))
        if self.drifting_pages and page:
            self.drifting_pages -= 1
            self._drift(account, page[0], found[-1])
        self.pages += 1
        if self.on_page:
            self.on_page(self.pages)
        return Answer.of_json(body)

    def _drift(self, account: str, gone: Version, last: Version) -> None:
        """Lets a row vanish, and another come at the instant of the last: as many as before."""
        row = dict(gone.row or {})
        self.remove(account, id=row["id"], type=row["type"])
        new = {"id": f"drift-{row['id']}", "approved_at": (last.row or {})["approved_at"]}
        self.put(account, {**row, **new}, at=self.clock.now())
