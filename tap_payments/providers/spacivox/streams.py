"""Spacivox's streams: bare arrays, no pages. https://spacivox.com/apidocs/."""

from __future__ import annotations

import typing as t
from datetime import timedelta

from tap_payments.errors import StreamFailed, WindowTooLong
from tap_payments.http.calls import Call
from tap_payments.providers.spacivox import schemas
from tap_payments.streams.open_ended import OpenEndedStream
from tap_payments.streams.page import Page
from tap_payments.streams.snapshots import SnapshotStream
from tap_payments.streams.windowed import WindowedStream
from tap_payments.windows.instants import format_instant
from tap_payments.windows.window import Window

if t.TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from tap_payments.accounts.account import Account
    from tap_payments.accounts.settings import Settings
    from tap_payments.streams.partition import Context
    from tap_payments.streams.reading import Reading
    from tap_payments.streams.run import Run

MODIFIED_SINCE = "modified_since"
"""The filter of jobs. The copies of the vendor's page that are known end within its name."""

SHORTEST = timedelta(hours=1)
"""A window that the API cannot answer for is halved, never below this."""


class Records(WindowedStream):
    """Rows by their timestamp, a window in one answer; of some teams, if the settings name any."""

    path: t.ClassVar[str]
    primary_keys = ("_account", "id")
    replication_key = "timestamp"

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
        params = {"start": _spell(window.since), "end": _spell(window.until)}
        if "team" in reading.context:
            params["team"] = str(reading.context["team"])
        is_splittable = length / 2 >= SHORTEST
        try:
            rows: list[t.Any] = reading.fetch(
                Call("GET", self.path, params), splittable=is_splittable
            )
            if _may_be_cut(rows, reading.settings, splittable=is_splittable):
                raise WindowTooLong
        except WindowTooLong:
            middle = (window.since + length / 2).replace(microsecond=0)
            for half in (Window(window.since, middle), Window(middle, window.until)):
                yield from self.read_window(reading, half)
        else:
            yield Page(rows, window=window)


class PaymentTransactions(Records):
    """Payments taken during calls, by the time of the payment."""

    name = "spacivox_payment_transactions"
    path = "/j/payment_transactions"
    schema = schemas.PAYMENT_TRANSACTIONS


class CallRecords(Records):
    """Calls and how they ended, by the time of the call."""

    name = "spacivox_call_records"
    selected_by_default = False
    path = "/j/call_records"
    schema = schemas.CALL_RECORDS
    personal = ("number",)


class TextRecords(Records):
    """Text messages and what became of them, without their words, by the time of the message."""

    name = "spacivox_text_records"
    selected_by_default = False
    path = "/j/text_records"
    schema = schemas.TEXT_RECORDS
    personal = ("number",)


class Jobs(OpenEndedStream):
    """The contacts that campaigns reach, whenever they are modified; of all teams."""

    name = "spacivox_jobs"
    selected_by_default = False
    primary_keys = ("_account", "id")
    replication_key = "_observed_at"
    schema = schemas.JOBS
    personal = schemas.PERSONAL_IN_JOBS

    def read_window(self, reading: Reading, window: Window) -> Iterator[Page]:
        """All jobs that were modified since the window began, in one answer."""
        reading.codec.add("_observed_at", format_instant(reading.began))
        call = Call("GET", "/j/jobs", {MODIFIED_SINCE: _spell(window.since)})
        try:
            rows: list[t.Any] = reading.fetch(call)
        except StreamFailed as failure:
            if failure.status == 400:
                raise _with_doubt(failure) from failure
            raise
        _may_be_cut(rows, reading.settings, splittable=False)
        yield Page(rows)


class Teams(SnapshotStream):
    """The teams that take payments and make calls."""

    name = "spacivox_teams"
    primary_keys = ("_account", "id")
    schema = schemas.TEAMS

    def read_all(self, reading: Reading) -> list[t.Any]:
        """All teams, in one answer."""
        return reading.fetch(Call("GET", "/j/teams"))


def _spell(instant: datetime) -> str:
    """An instant as the vendor spells it; a sign of a zone would decode to a space."""
    return f"{instant:%Y-%m-%dT%H:%M:%SZ}"


def _with_doubt(failure: StreamFailed) -> StreamFailed:
    """A refusal of the filter, with what it may mean."""
    return StreamFailed(
        f"{failure}: {MODIFIED_SINCE} may have another name at Spacivox, whose public page does "
        "not show it whole: ask them and report it, and deselect spacivox_jobs until then",
        kind=failure.kind,
        status=failure.status,
    )


def _may_be_cut(rows: list[t.Any], settings: Settings, *, splittable: bool) -> bool:
    """Whether an answer is as long as answers get.

    Raises:
        StreamFailed: it is, and it cannot be asked for in parts.
    """
    limit = settings.get("longest_answer")
    is_longest = limit is not None and len(rows) >= limit
    if is_longest and not splittable:
        raise StreamFailed(
            f"an answer of {len(rows)} rows may be cut, and its window cannot be halved: check "
            "spacivox.longest_answer, or ask for less: by spacivox.teams, by a later start_date",
            kind="config",
        )
    return is_longest
