"""Zimpler's streams. https://zimpler.github.io/v4-api/reporting/."""

from __future__ import annotations

import typing as t
from functools import partial

from msgspec import Raw, Struct

from tap_payments.errors import StreamFailed, Unreadable
from tap_payments.http.calls import Call
from tap_payments.providers.zimpler import schemas
from tap_payments.rows.exact_json import parse_object, spell
from tap_payments.streams.page import Again, Page
from tap_payments.streams.pagination import MOVED, ListPage, RowsMoved, keys_of, offset_pages
from tap_payments.streams.snapshots import SnapshotStream
from tap_payments.streams.windowed import WindowedStream
from tap_payments.windows.instants import DAY, format_instant, to_instant
from tap_payments.windows.window import Window

if t.TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from tap_payments.providers.zimpler.account import Zimpler
    from tap_payments.streams.partition import Partition
    from tap_payments.streams.reading import Reading
    from tap_payments.streams.run import Run
    from tap_payments.windows.bounds import Span

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

    def span(self, partition: Partition, watermark: datetime | None, run: Run) -> Span:  # noqa: ARG002
        """Whole days."""
        return run.bounds.day_span(watermark)

    def read_window(self, reading: Reading, window: Window) -> Iterator[Page | Again]:
        """The days of a window by offset, in the order of their approval."""
        try:
            yield from self._pages(reading, window)
            return
        except RowsMoved:
            if window.until - window.since <= DAY:
                raise
        yield Again(MOVED)
        for day in days_of(window):
            yield from self._read_day(reading, day)

    def _read_day(self, reading: Reading, day: Window) -> list[Page]:
        """The pages of a day of a window; only those of a reading that is whole."""
        pages: list[Page] = []
        try:
            for page in self._pages(reading, day):
                pages = [*pages, Page(page.rows, window=day)] if isinstance(page, Page) else []
        except RowsMoved as error:
            raise StreamFailed(f"day {day.since:%Y-%m-%d}: {error}") from error
        return pages

    def _pages(self, reading: Reading, window: Window) -> Iterator[Page | Again]:
        settings = reading.settings
        last = window.until - DAY if settings["days_are_inclusive"] else window.until
        filters = {
            name: settings[name] for name in ("country_code", "site") if settings.get(name)
        } | {
            "ascending": "true",
            "limit": str(settings["page_size"]),
            # Both days are always sent: the defaults are surprising.
            "from_date": f"{window.since:%Y-%m-%d}",
            "to_date": f"{last:%Y-%m-%d}",
        }

        def ask(offset: int) -> ListPage:
            call = Call("GET", "/v4/transactions", {**filters, "offset": str(offset)})
            answer: TransactionsPage[t.Any] = reading.fetch(call)
            rows, count = answer.transactions, answer.count
            # An id alone may be that of a deposit and its withdrawal.
            return ListPage(
                rows, keys_of(rows, "id", "type"), count if type(count) is int else None
            )

        return offset_pages(
            ask,
            limit=settings["page_size"],
            counts=t.cast("Zimpler", reading.account).counts,
            warn=partial(self.warn, reading, window),
        )


class CurrentBalance(SnapshotStream):
    """The balance of each currency, as it is now."""

    name = "zimpler_current_balance"
    primary_keys = ("_account", "currency")
    schema = schemas.CURRENT_BALANCE
    page = list

    def read_all(self, reading: Reading) -> list[t.Any]:
        """One row per currency: the answer is an object of objects by currency."""
        reading.codec.add("_observed_at", format_instant(reading.run.runtime.clock()))
        return reading.fetch(Call("GET", "/v4/current_balance"), _rows_by_currency)


def days_of(window: Window) -> Iterator[Window]:
    """The UTC days of a window that consists of whole ones."""
    since = window.since
    while since < window.until:
        yield Window(since, since + DAY, window.closed)
        since += DAY


def _rows_by_currency(body: bytes) -> list[dict[str, Raw]]:
    try:
        body.decode()  # the pieces are passed on as they are spelled
        return [
            {**parse_object(balance), "currency": spell(currency)}
            for currency, balance in parse_object(body).items()
        ]
    except (ValueError, StreamFailed) as error:
        raise Unreadable("the body is not what the vendor's document says") from error
