"""beGateway's reports for a shop: `POST /api/reports`, `POST /api/reports/count`, version 3.

From https://doc.begateway.com/en/payment_management/reports/paginated_report/ .
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from typing import TYPE_CHECKING, Any

from tap_payments.sandbox.api import Api
from tap_payments.sandbox.begateway.observed import observe, pages_of, rows_of
from tap_payments.sandbox.begateway.options import Options
from tap_payments.sandbox.begateway.params import parse_params
from tap_payments.sandbox.begateway.parts import example_row
from tap_payments.sandbox.begateway.rows import REACH, rows_of_day
from tap_payments.sandbox.messages import Answer, RefusedError
from tap_payments.sandbox.rows.spelling import to_instant, to_json

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from datetime import date, tzinfo

    from tap_payments.sandbox.begateway.params import Params
    from tap_payments.sandbox.clock import Clock
    from tap_payments.sandbox.messages import Request
    from tap_payments.sandbox.replay.exchange import Exchange
    from tap_payments.sandbox.rows.calendar import Calendar
    from tap_payments.sandbox.rows.life import Life, Version
    from tap_payments.sandbox.rows.table import Selection

FIRST_SHOP = 1001
WALL_CLOCK = ("created_at", "paid_at", "updated_at", "manually_corrected_at")


class BeGateway(Options, Api):
    """Transactions by the day of one of their dates, ascending by id, in pages by cursor.

    The rows whose uid is in `drop_rows` are missing from pages, but counted. `on_page` is called
    with the number of pages served so far, before a page is sent.
    """

    name = "begateway"
    title = "beGateway"
    kinds = ("transactions",)
    usual_kind = "transactions"
    fields = ("created_at", "paid_at", "settled_at", "manually_corrected_at")
    reach = REACH
    early = REACH
    per_day = (30, 40)

    def __init__(
        self, clock: Clock, seed: int | None, first: date, accounts: Sequence[str]
    ) -> None:
        super().__init__(clock, seed, first, accounts)
        self.drop_rows: set[str] = set()
        self.on_page: Callable[[int], None] | None = None
        self.pages = 0

    def credentials(self, account: str, number: int) -> dict[str, str]:
        """A shop's id and its secret key."""
        return {
            "shop_id": str(FIRST_SHOP + number),
            "secret_key": f"sandbox-begateway-secret-{account}",
        }

    def born(self, calendar: Calendar, account: str, day: date, kind: str) -> Iterable[Life]:  # noqa: ARG002 - there is one only
        """The transactions that begin on `day`."""
        shop = int(self.accounts[account]["shop_id"])
        return rows_of_day(calendar, account, day, self.per_day, shop)

    def order(self, version: Version) -> int:
        """By id, which is not the order of any date."""
        return _number((version.row or {}).get("id"))

    def example(self, **fields: Any) -> dict[str, Any]:
        """A row like the vendor's example, always the same, with other `fields`."""
        return {**example_row(), **fields}

    def answer(self, request: Request) -> Answer:
        """A page of a report, or its count."""
        if request.path not in ("/api/reports", "/api/reports/count"):
            raise RefusedError(404, {"message": "Not found"})
        if request.method != "POST":
            raise RefusedError(405, {"message": "Method not allowed"}, {"Allow": "POST"})
        account = self.account_of(request)
        if account is None:
            raise RefusedError(401, {"message": "Unauthorized"}, {"WWW-Authenticate": "Basic"})
        if request.headers.get("x-api-version") != "3":
            errors = {"X-Api-Version": ["only version 3 is served here"]}
            raise RefusedError(422, {"message": "Unsupported version", "errors": errors})
        params = parse_params(request.body, self)
        selection = self.table(account).select(params.query, self.clock.now())
        if request.path == "/api/reports/count":
            count = len(selection.versions) + self.count_offset
            return Answer.of_json({"transactions": {"count": count}})
        return self._page(params, selection)

    def learn(self, account: str, exchanges: Sequence[Exchange]) -> Sequence[Exchange]:
        """Takes the rows, and what the exchanges show."""
        observe(self, exchanges)
        for row in rows_of(pages_of(exchanges)):
            self.put(account, row)
        return exchanges

    def account_of(self, request: Request) -> str | None:
        """The account whose shop asks, if reports are enabled."""
        for account, keys in self.accounts.items():
            is_known = request.basic == (keys["shop_id"], keys["secret_key"])
            if is_known and self.reports_enabled:
                return account
        return None

    def _page(self, params: Params, selection: Selection) -> Answer:
        found, total = selection.versions, len(selection.versions)
        if params.ending_before is not None:
            end = bisect_left(selection.keys, params.ending_before)
            begin = max(end - self.page_size, 0)
            has_more = begin > 0
        else:
            after = params.starting_after
            begin = 0 if after is None else bisect_right(selection.keys, after)
            end = min(begin + self.page_size, total)
            has_more = end < total
        page = found[begin:end]
        ends = [selection.keys[begin], selection.keys[end - 1]] if page else [None, None]
        if self.cursor_type == "string" and page:
            ends = [str(number) for number in ends]
        kept = [version for version in page if (version.row or {}).get("uid") not in self.drop_rows]
        body = b'{"transactions":[%s],"count":%d,"has_more":%s,' % (
            b",".join(self._text(version, params.zone) for version in kept),
            total if self.count == "total" else len(kept),
            to_json(has_more),
        )
        ids = b'"first_object_id":%s,"last_object_id":%s}' % (to_json(ends[0]), to_json(ends[1]))
        self.pages += 1
        if self.on_page:
            self.on_page(self.pages)
        return Answer.of_json(body + ids)

    def _text(self, version: Version, zone: tzinfo | None) -> bytes:
        """The row's JSON: in another zone its times are that zone's, and still end in Z."""
        if zone is None:
            return self.text(version)
        row = dict(version.row or {})
        for name in WALL_CLOCK:
            instant = to_instant(row.get(name))
            if instant is not None:
                row[name] = f"{instant.astimezone(zone):%Y-%m-%dT%H:%M:%SZ}"
        return self.spell(row)


def _number(value: object) -> int:
    return int(str(value)) if str(value).isdecimal() else 0
