"""The streams; their columns are those of tap-payments."""

from __future__ import annotations

import csv
import typing as t
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from singer_sdk import Stream
from singer_sdk.pagination import BaseAPIPaginator, OffsetPaginator

from tap_plain.client import ApiStream
from tap_plain.schemas import BEGATEWAY_TRANSACTIONS, TIKPAY_TAPS, ZIMPLER_TRANSACTIONS

if t.TYPE_CHECKING:
    from collections.abc import Iterable

    import requests

PAGE = 1000


class ZimplerTransactions(ApiStream):
    """`GET /v4/transactions`, by offset."""

    name = "zimpler_transactions"
    path = "/v4/transactions"
    url_setting = "zimpler_url"
    records_jsonpath = "$.transactions[*]"
    primary_keys = ("id", "type")
    replication_key = "approved_at"
    is_sorted = True
    schema = ZIMPLER_TRANSACTIONS

    def get_new_paginator(self) -> OffsetPaginator:
        """Goes on until a page is empty."""
        return OffsetPaginator(start_value=0, page_size=PAGE)

    def get_url_params(self, context: t.Any, next_page_token: int | None) -> dict[str, t.Any]:
        """All days from the bookmark on."""
        since = self.get_starting_timestamp(context)
        return {
            "limit": PAGE,
            "offset": next_page_token,
            "ascending": "true",
            "from_date": f"{since:%Y-%m-%d}",
            "to_date": f"{datetime.now(UTC):%Y-%m-%d}",
        }


class CursorPaginator(BaseAPIPaginator[int | None]):
    """Goes on from the last row of a page that says that there is more."""

    def __init__(self, stream: BegatewayTransactions) -> None:
        super().__init__(None)
        self._stream = stream

    def get_next(self, response: requests.Response) -> int | None:  # noqa: ARG002
        """The last row's id: the page has been parsed already."""
        page = self._stream.page
        return page["last_object_id"] if page["has_more"] else None


class BegatewayTransactions(ApiStream):
    """`POST /api/reports`, by cursor."""

    name = "begateway_transactions"
    path = "/api/reports"
    url_setting = "begateway_url"
    http_method = "POST"
    primary_keys = ("uid",)
    replication_key = "created_at"
    is_sorted = True
    schema = BEGATEWAY_TRANSACTIONS
    page: dict[str, t.Any]

    @property
    def http_headers(self) -> dict[str, str]:
        """The version that has pages."""
        return {**super().http_headers, "X-Api-Version": "3"}

    def get_new_paginator(self) -> CursorPaginator:
        """By cursor."""
        return CursorPaginator(self)

    def prepare_request_payload(
        self, context: t.Any, next_page_token: int | None
    ) -> dict[str, t.Any]:
        """All rows created since the bookmark."""
        since = self.get_starting_timestamp(context)
        params = {
            "date_type": "created_at",
            "from": f"{since:%Y-%m-%d %H:%M:%S}",
            "to": f"{datetime.now(UTC) + timedelta(days=1):%Y-%m-%d 00:00:00}",
            "status": "all",
            "payment_method_type": "credit_card",
            "time_zone": "UTC",
        }
        if next_page_token is not None:
            params["starting_after"] = next_page_token
        return {"report_params": params}

    def parse_response(self, response: requests.Response) -> Iterable[dict[str, t.Any]]:
        """Parses a page once, for its rows and for its cursor."""
        self.page = response.json(parse_float=Decimal)
        yield from self.page["transactions"]


class TikpayTaps(Stream):
    """A report that is ready, by `csv.DictReader`."""

    name = "tikpay_taps"
    schema = TIKPAY_TAPS

    def get_records(self, context: t.Any) -> Iterable[dict[str, t.Any]]:  # noqa: ARG002
        """The rows, while the file arrives."""
        import requests  # noqa: PLC0415 - where the report is not read, nobody waits for it

        with requests.get(self.config["report_url"], stream=True, timeout=300) as response:
            response.encoding = "utf-8"
            lines = t.cast("Iterable[str]", response.iter_lines(1 << 20, decode_unicode=True))
            for row in csv.DictReader(lines):
                yield {name: cell or None for name, cell in row.items()}
