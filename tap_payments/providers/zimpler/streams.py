"""Zimpler's streams. https://zimpler.github.io/v4-api/reporting/."""

from __future__ import annotations

import typing as t
from functools import partial

import msgspec
from msgspec import Raw, Struct

from tap_payments.errors import StreamFailed, Unreadable
from tap_payments.http.calls import Call
from tap_payments.providers.zimpler import schemas
from tap_payments.rows.exact_json import dumps, parse_object, spell
from tap_payments.streams.page import Again, Page
from tap_payments.streams.pagination import READINGS, ListPage, ListReader
from tap_payments.streams.snapshots import SnapshotStream
from tap_payments.streams.windowed import WindowedStream
from tap_payments.windows.instants import DAY, format_instant, to_instant
from tap_payments.windows.window import Window

if t.TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from tap_payments.providers.zimpler.account import Zimpler
    from tap_payments.rows.codec import RowCodec
    from tap_payments.streams.partition import Partition
    from tap_payments.streams.reading import Reading
    from tap_payments.streams.run import Run
    from tap_payments.windows.bounds import Span

T = t.TypeVar("T")


class TransactionsPage(Struct, t.Generic[T]):
    """An answer of `GET /v4/transactions`."""

    transactions: list[T]
    count: t.Any = None


class _Key(Struct, frozen=True, gc=False):
    """What identifies a transaction: an id alone may be that of a deposit and its withdrawal."""

    id: str
    type: str


_keys = msgspec.json.Decoder(list[_Key])

MOVED = "rows were added, removed or put in another order while they were read"


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
        reader = self._reader(reading, window)
        for page in reader:
            yield Page(page.rows, page.counted) if page else Again(MOVED)
        if reader.is_done:
            return
        if window.until - window.since <= DAY:
            raise StreamFailed(f"{MOVED}, in each of {READINGS} readings")
        yield Again(MOVED)
        for day in days_of(window):
            yield from self._read_day(reading, day)

    def _read_day(self, reading: Reading, day: Window) -> list[Page]:
        """The pages of a day of a window; only those of a reading that is whole."""
        reader = self._reader(reading, day)
        pages: list[Page] = []
        for page in reader:
            pages = [*pages, Page(page.rows, window=day)] if page else []
        if not reader.is_done:
            raise StreamFailed(f"day {day.since:%Y-%m-%d}: {MOVED}, in each of {READINGS} readings")
        return pages

    def _reader(self, reading: Reading, window: Window) -> ListReader:
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
            return reading.fetch(call, partial(_list_page, reading.codec))

        return ListReader(
            ask,
            limit=settings["page_size"],
            counts=t.cast("Zimpler", reading.account).counts,
            warn=lambda message: self.logger.warning(
                "%s: window %s: %s", reading.partition.label, window, message
            ),
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


def _list_page(codec: RowCodec, body: bytes) -> ListPage:
    answer = codec.decode(body)
    rows = answer.transactions
    count = answer.count if type(answer.count) is int else None
    return ListPage(rows, _keys_of(rows), count, len(body))


def _keys_of(rows: list[t.Any]) -> list[int]:
    """What tells rows from one another, as numbers, since a window may have a million of them."""
    try:
        return list(map(hash, _keys.decode(dumps(rows))))
    except (msgspec.MsgspecError, TypeError, ValueError):  # without keys no row is delivered
        return [hash(dumps(row)) for row in rows]


def _rows_by_currency(body: bytes) -> list[dict[str, Raw]]:
    try:
        body.decode()  # the pieces are passed on as they are spelled
        return [
            {**parse_object(balance), "currency": spell(currency)}
            for currency, balance in parse_object(body).items()
        ]
    except (ValueError, StreamFailed) as error:
        raise Unreadable("the body is not what the vendor's document says") from error
