"""What a recording shows of Zimpler: its rows, and how its lists behave."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from tap_payments.sandbox.replay.exchange import Exchange
    from tap_payments.sandbox.zimpler.options import Options

PATH = "/v4/transactions"
PLACES = ("limit", "offset")
Row = dict[str, Any]
Key = tuple[str, str]


class Page:
    """An answer with transactions, and what it was asked for."""

    def __init__(self, exchange: Exchange) -> None:
        query = exchange.query
        self.rows: list[Row] = exchange.body["transactions"]
        self.count: object = exchange.body.get("count")
        self.limit = int(query.get("limit") or 100)
        self.offset = int(query.get("offset") or 0)
        self.since, self.until = query.get("from_date"), query.get("to_date")
        self.asks_ascending = query.get("ascending", "true") == "true"
        self.list = tuple(sorted((name, query[name]) for name in query if name not in PLACES))

    @property
    def keys(self) -> list[Key]:
        """The keys of its rows, in their order."""
        return [key_of(row) for row in self.rows]

    @property
    def end(self) -> int:
        """The offset of what follows."""
        return self.offset + len(self.rows)


def pages_of(exchanges: Iterable[Exchange]) -> list[Page]:
    """The pages that were answered."""
    return [Page(each) for each in exchanges if each.has_list(PATH, "transactions")]


def rows_of(pages: Iterable[Page], *, is_stable: bool) -> Iterator[Row]:
    """Each row as it was last seen, as often as one reading has it, in the order first seen.

    Where the order is not stable, the pages of a reading may have a row twice that is there once.
    """
    newest: dict[Key, Row] = {}
    times: Counter[Key] = Counter()
    readings: dict[object, tuple[int, Counter[Key]]] = {}
    for page in pages:
        newest |= zip(page.keys, page.rows, strict=True)
        end, before = readings.get(page.list, (0, Counter()))
        reading = Counter(page.keys) + (before if is_stable and page.offset == end else Counter())
        readings[page.list] = (page.end, reading)
        times |= reading
    for key, row in newest.items():
        yield from [row] * times[key]


def key_of(row: Mapping[str, Any]) -> Key:
    """What a row is known by."""
    return str(row.get("id")), str(row.get("type"))


def observe(options: Options, exchanges: Sequence[Exchange]) -> None:
    """Sets each option that the exchanges show."""
    pages = pages_of(exchanges)
    _authentication(options, exchanges)
    _counts_and_caps(options, pages)
    _order(options, pages)
    _days(options, pages)
    timed = [each for each in exchanges if "T" in str(each.query.get("to_date"))]
    if timed:
        options.times_in_dates_accepted = any(each.status == 200 for each in timed)


def _authentication(options: Options, exchanges: Iterable[Exchange]) -> None:
    for each in exchanges:
        if each.status == 200 and each.auth != "none":
            options.auth_method, _, name = each.auth.partition(" ")
            options.api_key_header = name or options.api_key_header


def _counts_and_caps(options: Options, pages: Sequence[Page]) -> None:
    """A page is short of its list where a later one has rows, or a total says so."""
    totals = [page for page in pages if isinstance(page.count, int) and page.count > len(page.rows)]
    ends = {page.list: 0 for page in pages}
    for page in pages:
        if page.rows:
            ends[page.list] = max(ends[page.list], page.end)
    short = [page for page in pages if page.rows and page.end < ends[page.list]]
    short += [page for page in totals if page.rows and page.end < int(str(page.count))]
    capped = [len(page.rows) for page in short if len(page.rows) < page.limit]
    options.page_cap = max(capped, default=options.page_cap)
    if totals:
        options.count = "total"
    elif any(page.count == len(page.rows) for page in short):
        options.count = "page"
    elif pages and all(page.count is None for page in pages):
        options.count = None


def _order(options: Options, pages: Sequence[Page]) -> None:
    seen: dict[tuple[object, ...], list[Key]] = {}
    for page in pages:
        before = seen.setdefault((page.list, page.limit, page.offset), page.keys)
        if before != page.keys and sorted(before) == sorted(page.keys):
            options.order_is_stable = False
        instants = [str(row.get("approved_at")) for row in page.rows]
        if page.asks_ascending and len(set(instants)) > 1:
            options.order_is_ascending = instants[0] < instants[-1]


def _days(options: Options, pages: Sequence[Page]) -> None:
    """`to_date` is exclusive where its day is missing from a whole answer that should have it."""
    days = {str(row.get("approved_at"))[:10] for page in pages for row in page.rows}
    for page in pages:
        last = page.until or ""
        if "T" in last or last not in days:
            continue
        has_last = any(str(row.get("approved_at")).startswith(last) for row in page.rows)
        is_whole = page.offset == 0 and len(page.rows) < min(page.limit, options.page_cap)
        if has_last:
            options.days_are_inclusive = True
            return
        if is_whole:
            options.days_are_inclusive = False
