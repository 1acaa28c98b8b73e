"""beGateway's stream.

https://doc.begateway.com/en/payment_management/reports/paginated_report/
"""

from __future__ import annotations

import typing as t
from datetime import timedelta
from functools import partial

from msgspec import Raw

from tap_payments.errors import StreamFailed
from tap_payments.http.calls import Call
from tap_payments.providers.begateway import schemas
from tap_payments.providers.begateway.answers import ReportPage, parse_count, uids_of
from tap_payments.providers.begateway.passes import (
    CREATED,
    UPDATES,
    Recent,
    first_watermark,
    to_report_params,
)
from tap_payments.rows.canonical import digest_of, text_of
from tap_payments.rows.digests import Digests
from tap_payments.rows.exact_json import dumps
from tap_payments.streams.pagination import Cursors
from tap_payments.streams.windowed import WindowedStream
from tap_payments.sync.flight import Again, Page

if t.TYPE_CHECKING:
    import threading
    from collections.abc import Iterator
    from datetime import datetime

    from tap_payments.accounts.account import Provider
    from tap_payments.http.calls import Tally
    from tap_payments.rows.batch import Batch
    from tap_payments.streams.stream import Context
    from tap_payments.streams.windowed import Source
    from tap_payments.windows.edges import Edges
    from tap_payments.windows.window import Span, Window

HEADERS = {"X-Api-Version": "3"}


class Transactions(WindowedStream):
    """Payments, refunds, chargebacks ...: each when it is created and whenever it changes."""

    name = "begateway_transactions"
    primary_keys = ("_account", "uid")
    replication_key = "created_at"
    schema = schemas.TRANSACTIONS
    page = ReportPage
    rows_field = "transactions"
    personal = schemas.PERSONAL
    texts_sent_as_numbers = schemas.TEXTS_SENT_AS_NUMBERS

    # Contexts and watermarks

    def contexts(self, account: Provider) -> list[Context]:
        """One per payment method type and pass; with `end_date` only new rows are read."""
        passes = [CREATED]
        if account.own["track_updates"] and self.tap.bounds.end is None and self.is_incremental:
            passes += UPDATES
        return [
            {"_account": account.account, "payment_method_type": method, "pass": pass_}
            for method in account.own["payment_method_types"]
            for pass_ in passes
        ]

    def series(self, context: Context) -> str:
        """The payment method type and the pass."""
        return f"{context['payment_method_type']}/{context['pass']}"

    def span(self, context: Context, watermark: datetime | None) -> Span:
        """Instants, but days for settlements."""
        bounds = self.tap.bounds
        return (
            bounds.day_span(watermark) if context["pass"] == "settled" else bounds.span(watermark)
        )

    def plan(self, account: Provider, context: Context) -> Iterator[Window]:
        """The windows of this run; an update pass of a first run has none.

        The `created` pass reads every row as it is, so updates are only of interest from the
        horizon of the first run on.
        """
        if context["pass"] in self._beginning or (
            context["pass"] != CREATED and self.watermark(context) is None
        ):
            return iter(())
        return super().plan(account, context)

    def sync_context(self, account: Provider, context: Context) -> None:
        """Delivers one pass; what it delivers unchanged is not delivered again by the next."""
        if context["pass"] == CREATED:
            self._delivered = Digests()
            self._recent = self._recent_changes(account, context)
            settled = self.tap.bounds.settled
            self._beginning = self._first_passes(context)
            self._starts = min(self.watermark(context) or settled, settled)
        super().sync_context(account, context)

    def advance(self, context: Context, until: datetime) -> None:
        """Moves the watermark; the first `created` window sets those of the update passes too.

        So a first run that is interrupted and resumed days later misses no change in between.
        """
        super().advance(context, until)
        if context["pass"] != CREATED or not self._tracks_updates(context):
            return
        for pass_ in UPDATES:
            update = {**context, "pass": pass_}
            if self.watermark(update) is None:
                super().advance(update, first_watermark(pass_, self._starts))

    def _first_passes(self, context: Context) -> frozenset[str]:
        """The update passes that begin with this run, whose `created` pass does too."""
        if self.watermark(context) is not None:
            return frozenset()
        updates = {pass_: self.watermark({**context, "pass": pass_}) for pass_ in UPDATES}
        return frozenset(pass_ for pass_, watermark in updates.items() if watermark is None)

    def _tracks_updates(self, context: Context) -> bool:
        accounts = self.tap.accounts_of(self.provider)
        own = next(each.own for each in accounts if each.account == context["_account"])
        return bool(own["track_updates"])

    def _recent_changes(self, account: Provider, context: Context) -> Recent | None:
        """What the update passes of this run will find; None: they read nothing."""
        updates = [{**context, "pass": pass_} for pass_ in UPDATES]
        watermarks = [self.watermark(update) for update in updates]
        known = [watermark for watermark in watermarks if watermark is not None]
        if not known or self.tap.bounds.end is not None:
            return None
        return Recent(min(known) - timedelta(days=account.own["lookback_days"]))

    # Rows

    def sift(self, source: Source, edges: Edges, batch: Batch) -> Batch:
        """The rows that this run has not delivered as they are."""
        if source.context["pass"] == CREATED:
            fresh = super().sift(source, edges, batch)
            if self._recent is not None:
                for row in fresh.rows:
                    if self._recent.has(partial(text_of, row)):
                        self._delivered.add(digest_of(source.codec.spell(row)))
            return fresh
        spelled = source.codec.spellings(batch)
        # What was spelled for its digest is not spelled again for its line.
        rows = batch.rows if batch.careful else list(map(Raw, spelled))
        known = self._delivered
        return batch._replace(
            rows=[
                row for row, each in zip(rows, spelled, strict=True) if known.add(digest_of(each))
            ]
        )

    # Requests

    def may_read_again(self, account: Provider) -> bool:
        """Where counts are verified."""
        return bool(account.own["verify_counts"])

    def read_window(
        self, source: Source, window: Window, *, tally: Tally, cancelled: threading.Event
    ) -> Iterator[Page | Again]:
        """The pages of a window by cursor, held against the PSP's own count if asked for."""
        context = source.context
        params = to_report_params(
            context["pass"], context["payment_method_type"], window, self.tap.bounds
        )
        fetch = partial(source.account.client.fetch, tally=tally, cancelled=cancelled)
        verified = (
            source.account.own["verify_counts"] and context["pass"] == CREATED and window.closed
        )
        for attempt in (1, 2):
            uids = Digests()
            distinct = 0
            for page in self._pages(source, params, fetch):
                if verified:
                    distinct += sum(uids.add(digest_of(uid)) for uid in uids_of(page.rows))
                yield page
            if not verified:
                return
            counted = fetch(
                Call("POST", "/api/reports/count", json={"report_params": params}, headers=HEADERS),
                parse_count,
            )
            if counted == distinct:
                yield Page([], 0, total=counted)
                return
            if attempt == 1:
                yield Again(f"the pages had {distinct} transactions, the API counts {counted}")
        raise StreamFailed(f"the pages had {distinct} transactions, but the API counts {counted}")

    def _pages(
        self, source: Source, params: dict[str, t.Any], fetch: t.Callable[..., t.Any]
    ) -> Iterator[Page]:
        cursors = Cursors()
        while cursors.has_more:
            after = {} if cursors.next is None else {"starting_after": cursors.next}
            answer, size = fetch(
                Call(
                    "POST", "/api/reports", json={"report_params": params | after}, headers=HEADERS
                ),
                lambda body: (source.codec.decode(body), len(body)),
            )
            rows = answer.transactions
            cursors.take(
                dumps(rows[:1] + rows[-1:]),
                len(rows),
                answer.last_object_id,
                has_more=answer.has_more,
            )
            yield Page(rows, size)
