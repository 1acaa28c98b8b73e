"""beGateway's stream.

https://doc.begateway.com/en/payment_management/reports/paginated_report/
"""

from __future__ import annotations

import typing as t

from tap_payments.errors import StreamFailed
from tap_payments.http.calls import Call
from tap_payments.providers.begateway import schemas
from tap_payments.providers.begateway.answers import ReportPage, parse_count, uids_of
from tap_payments.providers.begateway.lane import MethodLane
from tap_payments.providers.begateway.passes import CREATED, UPDATES, to_report_params
from tap_payments.rows.canonical import digest_of
from tap_payments.rows.digests import Digests
from tap_payments.streams.page import Again, Page
from tap_payments.streams.pagination import CursorPage, cursor_pages
from tap_payments.streams.windowed import WindowedStream

if t.TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from tap_payments.accounts.account import Account
    from tap_payments.streams.partition import Context, Partition
    from tap_payments.streams.reading import Reading
    from tap_payments.streams.run import Run
    from tap_payments.streams.stream import Lane, Member
    from tap_payments.windows.bounds import Span
    from tap_payments.windows.window import Window

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

    # What there is to read

    def contexts(self, account: Account, run: Run) -> list[Context]:
        """One per payment method type and pass; with `end_date` only new rows are read."""
        passes = [CREATED]
        if (
            account.settings["track_updates"]
            and run.bounds.end is None
            and self.is_incremental(run)
        ):
            passes += UPDATES
        return [
            {"_account": account.account, "payment_method_type": method, "pass": pass_}
            for method in dict.fromkeys(account.settings["payment_method_types"])  # each once
            for pass_ in passes
        ]

    def series(self, context: Context) -> str:
        """The payment method type and the pass."""
        return f"{context['payment_method_type']}/{context['pass']}"

    def lane_of(self, partition: Partition) -> tuple[str, str]:
        """One per payment method type: update passes leave out what `created` has delivered."""
        return self.name, partition.context["payment_method_type"]

    def open_lane(self, members: Sequence[Member], run: Run) -> Lane:
        """The passes of one payment method type."""
        changes = [self.mask[("properties", field)] for field in UPDATES.values()]
        return MethodLane(members, run, cursor=self.cursor, sees_changes=all(changes))

    def span(self, partition: Partition, watermark: datetime | None, run: Run) -> Span:
        """Instants, but days for settlements."""
        by_days = partition.context["pass"] == "settled"
        return run.bounds.day_span(watermark) if by_days else run.bounds.span(watermark)

    def plan(self, partition: Partition, run: Run) -> Iterator[Window]:
        """The windows of this run; an update pass of a first run has none.

        The `created` pass reads every row as it is, so updates are only of interest from the
        horizon of the first run on.
        """
        if partition.context["pass"] != CREATED and self.watermark(partition, run) is None:
            return iter(())
        return super().plan(partition, run)

    # Requests

    def read_window(self, reading: Reading, window: Window) -> Iterator[Page | Again]:
        """The pages of a window by cursor, held against the PSP's own count if asked for."""
        context = reading.context
        params = to_report_params(
            context["pass"], context["payment_method_type"], window, reading.run.bounds
        )
        verified = (
            reading.settings["verify_counts"] and context["pass"] == CREATED and window.closed
        )
        for attempt in (1, 2):
            uids = Digests()
            distinct = 0
            for page in self._pages(reading, params):
                if verified:
                    distinct += sum(uids.add(digest_of(uid)) for uid in uids_of(page.rows))
                yield page
            if not verified:
                return
            counted = reading.fetch(
                Call("POST", "/api/reports/count", json={"report_params": params}, headers=HEADERS),
                parse_count,
            )
            if counted == distinct:
                yield Page([], total=counted)
                return
            if attempt == 1:
                yield Again(f"the pages had {distinct} transactions, the API counts {counted}")
        raise StreamFailed(f"the pages had {distinct} transactions, but the API counts {counted}")

    def _pages(self, reading: Reading, params: dict[str, t.Any]) -> Iterator[Page]:
        def ask(cursor: int | str | None) -> CursorPage:
            after = {} if cursor is None else {"starting_after": cursor}
            body = {"report_params": params | after}
            answer: t.Any = reading.fetch(Call("POST", "/api/reports", json=body, headers=HEADERS))
            return CursorPage(answer.transactions, answer.last_object_id, answer.has_more)

        return cursor_pages(ask)
