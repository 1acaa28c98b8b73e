"""Spacivox's API: `GET /j/payment_transactions`, `GET /j/teams`.

From https://spacivox.com/apidocs/payment_transactions.html : a static token, an unordered array.
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from hashlib import blake2b
from typing import TYPE_CHECKING, Any

from tap_payments.sandbox.api import Api, RefusedError
from tap_payments.sandbox.messages import Answer
from tap_payments.sandbox.rows.life import APPEARED
from tap_payments.sandbox.rows.table import Query
from tap_payments.sandbox.spacivox.options import Options
from tap_payments.sandbox.spacivox.rows import TEAMS, rows_of_day

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import date

    from tap_payments.sandbox.clock import Clock
    from tap_payments.sandbox.messages import Request
    from tap_payments.sandbox.rows.calendar import Calendar
    from tap_payments.sandbox.rows.life import Life, Version

INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", re.ASCII)
TICK = timedelta(microseconds=1)
EXAMPLE = {
    "amount": "12.34",
    "campaign": 1,
    "id": "1832d01c-661c-4c1d-abab-1d88c645d8e3",
    "job": 1,
    "reference": "123456",
    "state": 0,
    "team": 1,
    "timestamp": "2015-01-06T10:21:14.243Z",
}


class Spacivox(Options, Api):
    """Payments by their timestamp, without pages, and the teams."""

    name = "spacivox"
    title = "Spacivox"
    kinds = ("payment_transactions",)
    fields = ("timestamp", APPEARED)
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

    def born(self, calendar: Calendar, account: str, day: date) -> Mapping[str, Iterable[Life]]:
        """The payments started on `day`."""
        return {"payment_transactions": rows_of_day(calendar, account, day, self.per_day)}

    def order(self, version: Version) -> Any:
        """No order that anybody could rely on."""
        return blake2b(str((version.row or {}).get("id")).encode(), digest_size=8).digest()

    def example(self, **fields: Any) -> dict[str, Any]:
        """The row of the vendor's document, with other `fields`."""
        return {**EXAMPLE, **fields}

    def answer(self, request: Request) -> Answer:
        """Payments or teams; 403 for a wrong token, as documented."""
        if request.path not in ("/j/payment_transactions", "/j/teams"):
            raise RefusedError(404, {"message": "Not Found"})
        if request.method != "GET":
            raise RefusedError(405, {"message": "Method Not Allowed"}, {"Allow": "GET"})
        tokens = {keys["access_token"]: account for account, keys in self.accounts.items()}
        account = tokens.get(request.bearer or "")
        if account is None:
            raise RefusedError(403, {"message": "Check you provided a valid OAuth token"})
        if request.path == "/j/teams":
            return Answer.of_json(self.teams)
        found = self.table(account).select(self._query(request.query), self.clock.now()).versions
        return Answer.of_json(b"[%s]" % b",".join(map(self.text, found[: self.longest_answer])))

    def _query(self, query: Mapping[str, str]) -> Query:
        since, until = _instant(query, "start"), _instant(query, "end")
        if since > until:
            raise RefusedError(400, {"message": "start lies after end"})
        hours = (until - since) / timedelta(hours=1)
        if self.max_window_hours is not None and hours > self.max_window_hours:
            raise RefusedError(413, {"message": "Payload Too Large"})
        if self.slow_window_hours is not None and hours > self.slow_window_hours:
            raise RefusedError(504, {"message": "Gateway Time-out"})
        team = query.get("team")
        if team is not None and not re.fullmatch(r"-?\d+", team, re.ASCII):
            raise RefusedError(400, {"message": "team is not an integer"})
        teams = () if team is None else (("team", int(team)),)
        field = "timestamp" if self.filters_by_timestamp else APPEARED
        return Query(field, since, until + TICK if self.end_is_inclusive else until, teams)


def _instant(query: Mapping[str, str], name: str) -> datetime:
    text = query.get(name, "")
    try:
        if INSTANT.fullmatch(text):
            return datetime.fromisoformat(text)
    except ValueError:
        pass
    raise RefusedError(400, {"message": f"{name} is missing or not a date and time"})
