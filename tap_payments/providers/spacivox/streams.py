"""Spacivox's streams: bare arrays, no pages. https://spacivox.com/apidocs/."""

from __future__ import annotations

import typing as t
from datetime import timedelta

from tap_payments.errors import StreamFailed, WindowTooLong
from tap_payments.http.calls import Call
from tap_payments.providers.spacivox import schemas
from tap_payments.streams.page import Page
from tap_payments.streams.snapshots import SnapshotStream
from tap_payments.streams.windowed import WindowedStream
from tap_payments.windows.window import Window

if t.TYPE_CHECKING:
    from collections.abc import Iterator

    from tap_payments.accounts.account import Account
    from tap_payments.accounts.settings import Settings
    from tap_payments.streams.partition import Context
    from tap_payments.streams.reading import Reading
    from tap_payments.streams.run import Run

SHORTEST = timedelta(hours=1)
"""A window that the API cannot answer for is halved, never below this."""


class PaymentTransactions(WindowedStream):
    """Payments taken during calls, by the time of the payment."""

    name = "spacivox_payment_transactions"
    primary_keys = ("_account", "id")
    replication_key = "timestamp"
    schema = schemas.PAYMENT_TRANSACTIONS

    def contexts(self, account: Account, run: Run) -> list[Context]:  # noqa: ARG002
        """One per team where the settings name some, else one."""
        context = {"_account": account.account}
        teams = dict.fromkeys(account.settings.get("teams") or ())  # each once
        return [context | {"team": team} for team in teams] or [context]

    def series(self, context: Context) -> str:
        """The team."""
        return f"team/{context['team']}" if "team" in context else "all"

    def read_window(self, reading: Reading, window: Window) -> Iterator[Page]:
        """The whole window in one answer, or its halves where it is too long for one."""
        length = window.until - window.since
        params = {
            "start": f"{window.since:%Y-%m-%dT%H:%M:%SZ}",
            "end": f"{window.until:%Y-%m-%dT%H:%M:%SZ}",
        }
        if "team" in reading.context:
            params["team"] = str(reading.context["team"])
        is_splittable = length / 2 >= SHORTEST
        try:
            rows: list[t.Any] = reading.fetch(
                Call("GET", "/j/payment_transactions", params), splittable=is_splittable
            )
            if _may_be_cut(rows, reading.settings, splittable=is_splittable):
                raise WindowTooLong
        except WindowTooLong:
            middle = (window.since + length / 2).replace(microsecond=0)
            for half in (Window(window.since, middle), Window(middle, window.until)):
                yield from self.read_window(reading, half)
        else:
            yield Page(rows, window=window)


def _may_be_cut(rows: list[t.Any], settings: Settings, *, splittable: bool) -> bool:
    """Whether an answer is as long as answers get.

    Raises:
        StreamFailed: it is, and its window is as short as windows get.
    """
    limit = settings.get("longest_answer")
    is_longest = limit is not None and len(rows) >= limit
    if is_longest and not splittable:
        raise StreamFailed(
            f"an answer of {len(rows)} rows may be cut, and its window is too short to be halved: "
            "check spacivox.longest_answer, or name teams in spacivox.teams",
            kind="config",
        )
    return is_longest


class Teams(SnapshotStream):
    """The teams that take payments."""

    name = "spacivox_teams"
    primary_keys = ("_account", "id")
    schema = schemas.TEAMS

    def read_all(self, reading: Reading) -> list[t.Any]:
        """All teams, in one answer."""
        return reading.fetch(Call("GET", "/j/teams"))
