"""Spacivox's API: `GET /j/` payment_transactions, call_records, text_records, jobs and teams.

From https://spacivox.com/apidocs/ : a static token, unordered arrays.
"""

from __future__ import annotations

from hashlib import blake2b
from typing import TYPE_CHECKING, Any

from tap_payments.sandbox.api import Api
from tap_payments.sandbox.messages import Answer, RefusedError
from tap_payments.sandbox.rows.life import APPEARED, CHANGED
from tap_payments.sandbox.rows.spelling import to_instant
from tap_payments.sandbox.spacivox.examples import EXAMPLES
from tap_payments.sandbox.spacivox.jobs import EARLY, REACH, jobs_of_day
from tap_payments.sandbox.spacivox.observed import (
    jobs_of,
    observe,
    records_of,
    teams_of,
    windows_of,
)
from tap_payments.sandbox.spacivox.options import Options
from tap_payments.sandbox.spacivox.params import parse_jobs, parse_window
from tap_payments.sandbox.spacivox.payments import payments_of_day
from tap_payments.sandbox.spacivox.records import body_of, calls_of_day, texts_of_day
from tap_payments.sandbox.spacivox.teams import TEAMS

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import date, datetime

    from tap_payments.sandbox.clock import Clock
    from tap_payments.sandbox.messages import Request
    from tap_payments.sandbox.replay.exchange import Exchange
    from tap_payments.sandbox.rows.calendar import Calendar
    from tap_payments.sandbox.rows.life import Life, Version

OF_DAY = {
    "payment_transactions": payments_of_day,
    "call_records": calls_of_day,
    "text_records": texts_of_day,
    "jobs": jobs_of_day,
}


class Spacivox(Options, Api):
    """Payments, calls and texts by their timestamp, jobs by modification; nothing has pages."""

    name = "spacivox"
    title = "Spacivox"
    kinds = tuple(OF_DAY)
    usual_kind = "payment_transactions"
    fields = ("timestamp", "created_at", APPEARED, CHANGED)
    reach = 1
    per_day = (20, 30)

    def __init__(
        self, clock: Clock, seed: int | None, first: date, accounts: Sequence[str]
    ) -> None:
        super().__init__(clock, seed, first, accounts)
        self.teams: list[dict[str, Any]] = [dict(team) for team in TEAMS]

    def credentials(self, account: str, number: int) -> dict[str, str]:
        """A token that never expires."""
        return {"access_token": f"sandbox-spacivox-token-{account}-{number + 1}"}

    def span(self, kind: str) -> tuple[int, int]:
        """Jobs are modified for weeks, and the first day's payments have theirs."""
        return (EARLY, REACH) if kind == "jobs" else super().span(kind)

    def born(self, calendar: Calendar, account: str, day: date, kind: str) -> Iterable[Life]:
        """The rows of a kind that begin on `day`."""
        return OF_DAY[kind](calendar, account, day, self.per_day)

    def order(self, version: Version) -> Any:
        """No order that anybody could rely on."""
        return blake2b(str((version.row or {}).get("id")).encode(), digest_size=8).digest()

    def example(self, kind: str = "payment_transactions", /, **fields: Any) -> dict[str, Any]:
        """The row of the vendor's document, with other `fields`."""
        return {**EXAMPLES[kind], **fields}

    def put(
        self,
        account: str,
        row: Mapping[str, Any],
        *,
        at: datetime | None = None,
        changes: Iterable[tuple[datetime, Mapping[str, Any]]] = (),
        filed: datetime | None = None,
        kind: str | None = None,
    ) -> None:
        """Adds a row, as any API does; a job is there, and modified, from its creation on."""
        at = at or to_instant(row.get("created_at"))
        super().put(account, row, at=at, changes=changes, filed=filed, kind=kind)

    def learn(self, account: str, exchanges: Sequence[Exchange]) -> Sequence[Exchange]:
        """Takes the rows and the teams, and what the exchanges show."""
        observe(self, exchanges, self.kinds)
        for kind, row, filed in records_of(windows_of(exchanges, self.kinds)):
            self.put(account, row, filed=filed, kind=kind)
        for row, modified in jobs_of(exchanges):
            self.put(account, row, at=modified, kind="jobs")
        self.teams = teams_of(exchanges) or self.teams
        return exchanges

    def account_of(self, request: Request) -> str | None:
        """The account whose token it is."""
        tokens = {keys["access_token"]: account for account, keys in self.accounts.items()}
        return tokens.get(request.bearer or "")

    def answer(self, request: Request) -> Answer:
        """A list; 403 for a wrong token, as documented."""
        kind = request.path.removeprefix("/j/")
        if request.path != f"/j/{kind}" or kind not in (*self.kinds, "teams"):
            raise RefusedError(404, {"message": "Not Found"})
        if request.method != "GET":
            raise RefusedError(405, {"message": "Method Not Allowed"}, {"Allow": "GET"})
        account = self.account_of(request)
        if account is None:
            raise RefusedError(403, {"message": "Check you provided a valid OAuth token"})
        if kind == "teams":
            return Answer.of_json(self.teams)
        return self._list(account, kind, request.query)

    def _list(self, account: str, kind: str, given: Mapping[str, str]) -> Answer:
        query = parse_jobs(given) if kind == "jobs" else parse_window(given, self)
        found = self.table(account, kind).select(query, self.clock.now()).versions
        spell = self.text
        if kind == "text_records" and "body" in given.get("include", "").split(","):
            spell = self._with_body
        return Answer.of_json(b"[%s]" % b",".join(map(spell, found[: self.longest_answer])))

    def _with_body(self, version: Version) -> bytes:
        row = dict(version.row or {})
        return self.spell({"body": body_of(row), **row})
