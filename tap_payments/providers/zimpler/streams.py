"""Zimpler's streams. https://zimpler.github.io/v4-api/reporting/."""

from __future__ import annotations

import typing as t
from datetime import timedelta

from msgspec import Raw, Struct

from tap_payments.errors import StreamFailed, Unreadable
from tap_payments.http.calls import Call
from tap_payments.providers.zimpler import schemas
from tap_payments.rows.exact_json import dumps, parse_object, spell
from tap_payments.streams.pagination import Offsets
from tap_payments.streams.stream import SnapshotStream
from tap_payments.streams.windowed import WindowedStream
from tap_payments.sync.flight import Again, Page
from tap_payments.windows.instants import format_instant, to_instant

if t.TYPE_CHECKING:
    import threading
    from collections.abc import Iterator
    from datetime import datetime

    from tap_payments.accounts.account import Provider
    from tap_payments.http.calls import Tally
    from tap_payments.rows.codec import RowCodec
    from tap_payments.streams.stream import Context
    from tap_payments.streams.windowed import Source
    from tap_payments.windows.window import Span, Window

T = t.TypeVar("T")


class TransactionsPage(Struct, t.Generic[T]):
    """An answer of `GET /v4/transactions`."""

    transactions: list[T]
    count: t.Any = None


class Transactions(WindowedStream):
    """Approved pay-ins and pay-outs, by whole UTC days of their approval."""

    name = "zimpler_transactions"
    primary_keys = ("_account", "id", "type")
    replication_key = "approved_at"
    schema = schemas.TRANSACTIONS
    page = TransactionsPage
    rows_field = "transactions"
    personal = ("account_ref",)
    cuts = (to_instant("2021-01-01"),)
    """`from_date` and `to_date` must both lie before this day, or both not."""

    def span(self, context: Context, watermark: datetime | None) -> Span:  # noqa: ARG002
        """Whole days."""
        return self.tap.bounds.day_span(watermark)

    def read_window(
        self, source: Source, window: Window, *, tally: Tally, cancelled: threading.Event
    ) -> Iterator[Page | Again]:
        """The days of a window by offset, in the order of their approval."""
        own, codec = source.account.own, source.codec
        filters = {name: own[name] for name in ("country_code", "site") if own.get(name)} | {
            "ascending": "true",
            "limit": str(own["page_size"]),
            # Both are inclusive days, and both are always sent: the defaults are surprising.
            "from_date": f"{window.since:%Y-%m-%d}",
            "to_date": f"{window.until - timedelta(days=1):%Y-%m-%d}",
        }
        offsets = Offsets(own["page_size"], warn=self.logger.warning)
        while offsets.has_more:
            call = Call("GET", "/v4/transactions", {**filters, "offset": str(offsets.next)})
            answer, size = source.account.client.fetch(
                call,
                lambda body: (codec.decode(body), len(body)),
                tally=tally,
                cancelled=cancelled,
            )
            rows = answer.transactions
            count = answer.count if isinstance(answer.count, int) else None
            # Both ends tell one page from another; the rest of a body may differ each time.
            if offsets.take(dumps(rows[:1] + rows[-1:]), len(rows), count):
                yield Page(rows, size, count)
            else:
                yield Again("a transaction was removed while the window was read")


class CurrentBalance(SnapshotStream):
    """The balance of each currency, as it is now."""

    name = "zimpler_current_balance"
    primary_keys = ("_account", "currency")
    schema = schemas.CURRENT_BALANCE
    page = list

    def read(
        self, account: Provider, codec: RowCodec, *, tally: Tally, cancelled: threading.Event
    ) -> list[t.Any]:
        """One row per currency: the answer is an object of objects by currency."""
        codec.add("_observed_at", format_instant(self.tap.runtime.clock()))
        return account.client.fetch(
            Call("GET", "/v4/current_balance"), _rows_by_currency, tally=tally, cancelled=cancelled
        )


def _rows_by_currency(body: bytes) -> list[dict[str, Raw]]:
    try:
        body.decode()  # the pieces are passed on as they are spelled
        return [
            {**parse_object(balance), "currency": spell(currency)}
            for currency, balance in parse_object(body).items()
        ]
    except (ValueError, StreamFailed) as error:
        raise Unreadable("the body is not what the vendor's document says") from error
