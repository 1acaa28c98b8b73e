"""Spacivox's streams: bare arrays, no pages. https://spacivox.com/apidocs/."""

from __future__ import annotations

import typing as t
from datetime import timedelta

from tap_payments.errors import WindowTooLong
from tap_payments.http.calls import Call
from tap_payments.providers.spacivox import schemas
from tap_payments.streams.stream import SnapshotStream
from tap_payments.streams.windowed import WindowedStream
from tap_payments.sync.flight import Again, Page
from tap_payments.windows.window import Window

if t.TYPE_CHECKING:
    import threading
    from collections.abc import Iterator

    from tap_payments.accounts.account import Provider
    from tap_payments.http.calls import Tally
    from tap_payments.rows.codec import RowCodec
    from tap_payments.streams.stream import Context
    from tap_payments.streams.windowed import Source

SHORTEST = timedelta(hours=1)
"""A window that the API cannot answer for is halved, never below this."""


class PaymentTransactions(WindowedStream):
    """Payments taken during calls, by the time of the payment."""

    name = "spacivox_payment_transactions"
    primary_keys = ("_account", "id")
    replication_key = "timestamp"
    schema = schemas.PAYMENT_TRANSACTIONS

    def contexts(self, account: Provider) -> list[Context]:
        """One per team where the settings name some, else one."""
        context = {"_account": account.account}
        teams = dict.fromkeys(account.own.get("teams") or ())  # each once
        return [context | {"team": team} for team in teams] or [context]

    def series(self, context: Context) -> str:
        """The team."""
        return f"team/{context['team']}" if "team" in context else "all"

    def read_window(
        self, source: Source, window: Window, *, tally: Tally, cancelled: threading.Event
    ) -> Iterator[Page | Again]:
        """The whole window in one answer, or its halves where it is too long for one."""
        length = window.until - window.since
        params = {
            "start": f"{window.since:%Y-%m-%dT%H:%M:%SZ}",
            "end": f"{window.until:%Y-%m-%dT%H:%M:%SZ}",
        }
        if "team" in source.context:
            params["team"] = str(source.context["team"])
        try:
            rows, size = source.account.client.fetch(
                Call("GET", "/j/payment_transactions", params),
                lambda body: (source.codec.decode(body), len(body)),
                tally=tally,
                cancelled=cancelled,
                splittable=length / 2 >= SHORTEST,
            )
        except WindowTooLong:
            middle = (window.since + length / 2).replace(microsecond=0)
            for half in (Window(window.since, middle), Window(middle, window.until)):
                yield from self.read_window(source, half, tally=tally, cancelled=cancelled)
        else:
            yield Page(rows, size, window=window)


class Teams(SnapshotStream):
    """The teams that take payments."""

    name = "spacivox_teams"
    primary_keys = ("_account", "id")
    schema = schemas.TEAMS

    def read(
        self, account: Provider, codec: RowCodec, *, tally: Tally, cancelled: threading.Event
    ) -> list[t.Any]:
        """All teams, in one answer."""
        return account.client.fetch(
            Call("GET", "/j/teams"), codec.decode, tally=tally, cancelled=cancelled
        )
