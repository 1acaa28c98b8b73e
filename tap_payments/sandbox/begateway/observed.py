"""What a recording shows of beGateway: its rows, and how its reports behave."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from tap_payments.sandbox.rows.spelling import to_instant

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from tap_payments.sandbox.begateway.options import Options
    from tap_payments.sandbox.replay.exchange import Exchange

PATH = "/api/reports"
COUNT_PATH = "/api/reports/count"
CURSORS = ("starting_after", "ending_before")
Row = dict[str, Any]


class Page:
    """A page of a report, and what it was asked for."""

    def __init__(self, exchange: Exchange) -> None:
        self.params = params_of(exchange)
        self.rows: list[Row] = exchange.body["transactions"]
        self.count: object = exchange.body.get("count")
        self.has_more = bool(exchange.body.get("has_more"))
        self.cursor: object = exchange.body.get("last_object_id")

    @property
    def report(self) -> tuple[tuple[str, str], ...]:
        """What the pages of one report have in common."""
        return report_of(self.params)

    def dates(self) -> list[Any]:
        """The instants of its rows that the report is about."""
        return [to_instant(row.get(str(self.params.get("date_type")))) for row in self.rows]


def params_of(exchange: Exchange) -> dict[str, Any]:
    """The `report_params` of a request."""
    params = exchange.asked.get("report_params") if isinstance(exchange.asked, dict) else None
    return params if isinstance(params, dict) else {}


def report_of(params: dict[str, Any]) -> tuple[tuple[str, str], ...]:
    """The parameters without the cursors."""
    return tuple(sorted((key, str(each)) for key, each in params.items() if key not in CURSORS))


def pages_of(exchanges: Iterable[Exchange]) -> list[Page]:
    """The pages that were answered."""
    return [Page(each) for each in exchanges if each.has_list(PATH, "transactions")]


def rows_of(pages: Iterable[Page]) -> Iterator[Row]:
    """Each row as it was last seen, as often as one page has it."""
    newest: dict[str, Row] = {}
    times: Counter[str] = Counter()
    for page in pages:
        uids = [str(row.get("uid")) for row in page.rows]
        newest |= zip(uids, page.rows, strict=True)
        times |= Counter(uids)
    for uid, row in newest.items():
        yield from [row] * times[uid]


def observe(options: Options, exchanges: Sequence[Exchange]) -> None:
    """Sets each option that the exchanges show."""
    pages = pages_of(exchanges)
    reports = [each for each in exchanges if each.path == PATH]
    if reports and all(each.status == 401 for each in reports):
        options.reports_enabled = False
    _methods(options, reports)
    _pages(options, pages)
    _bounds(options, pages)
    _count_endpoint(options, pages, exchanges)


def _methods(options: Options, reports: Iterable[Exchange]) -> None:
    known = dict.fromkeys(options.payment_method_types)
    for each in reports:
        method = str(params_of(each).get("payment_method_type"))
        if each.status == 200:
            known[method] = None
        elif each.status == 422 and "payment_method_type" in str(each.body):
            known.pop(method, None)
    options.payment_method_types = tuple(known)


def _pages(options: Options, pages: Iterable[Page]) -> None:
    full = [page for page in pages if page.has_more and page.rows]
    sizes = [len(page.rows) for page in full] or [options.page_size, *(len(p.rows) for p in pages)]
    options.page_size = max(sizes)
    if any(isinstance(page.cursor, str) for page in pages):
        options.cursor_type = "string"
    if full:
        options.count = "page" if all(page.count == len(page.rows) for page in full) else "total"


def _bounds(options: Options, pages: Iterable[Page]) -> None:
    """A row at `to` belongs to the report; one outside of the dates was found by its correction."""
    for page in pages:
        since, until = to_instant(page.params.get("from")), to_instant(page.params.get("to"))
        if since is None or until is None:
            continue
        dates = [date for date in page.dates() if date is not None]
        if until in dates:
            options.to_is_inclusive = True
        is_corrected = page.params.get("manual_correction_from") is not None
        if is_corrected and any(not since <= date <= until for date in dates):
            options.corrections_combine_with_dates = False


def _count_endpoint(options: Options, pages: Sequence[Page], exchanges: Iterable[Exchange]) -> None:
    """It is compared with reports whose pages were all recorded."""
    seen: dict[Any, set[str]] = {}
    whole: set[Any] = set()
    for page in pages:
        seen.setdefault(page.report, set()).update(str(row.get("uid")) for row in page.rows)
        if not page.has_more:
            whole.add(page.report)
    for each in exchanges:
        report = report_of(params_of(each))
        if each.path == COUNT_PATH and each.status == 200 and report in whole:
            said = each.body["transactions"]["count"]
            options.count_offset = int(said) - len(seen[report])
