"""One provider's API: its accounts, their rows, and how it answers a request."""

from __future__ import annotations

import threading
from abc import ABC, abstractmethod
from dataclasses import dataclass
from datetime import timedelta
from email.utils import format_datetime
from typing import TYPE_CHECKING, Any, ClassVar

from tap_payments.sandbox.limits import Limit, Meter, retry_headers
from tap_payments.sandbox.messages import RefusedError
from tap_payments.sandbox.moods import Common
from tap_payments.sandbox.rows.calendar import Calendar
from tap_payments.sandbox.rows.life import Life
from tap_payments.sandbox.rows.spelling import to_json
from tap_payments.sandbox.rows.table import Nursery, Table

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from datetime import date, datetime

    from tap_payments.sandbox.clock import Clock
    from tap_payments.sandbox.messages import Answer, Request
    from tap_payments.sandbox.replay.answers import Answers
    from tap_payments.sandbox.replay.exchange import Exchange
    from tap_payments.sandbox.rows.life import Version


SECOND = timedelta(seconds=1)


@dataclass
class Origins:
    """Where the sandbox is served; empty until it is."""

    apis: str = ""
    downloads: str = ""


class Api(Common, ABC):
    """An API over generated rows (seed None: none), and whatever `put` adds to them.

    `accounts` maps each account to its credentials, under the names that the provider gives them.
    `per_day` is how many rows are born on a day, at least and at most; set it before the first
    request.
    """

    name: ClassVar[str]
    root: ClassVar[str] = ""
    """What its address has after its name."""
    title: ClassVar[str]
    """The provider's name as it writes it."""
    usual_accounts: ClassVar[tuple[str, ...]] = ("main",)
    """The accounts that there are where nobody says which."""
    kinds: ClassVar[tuple[str, ...]]
    """The kinds of rows."""
    usual_kind: ClassVar[str | None] = None
    """The kind that is meant where none is named."""
    fields: ClassVar[tuple[str, ...]]
    """The fields that hold the dates by which rows are asked for."""
    reach: ClassVar[int]
    """No generated date lies more days than this after the day that its row was born."""
    early: ClassVar[int] = 0
    """Rows are born from so many days before the first day on."""
    ahead: ClassVar[int] = 0
    """Their days begin up to so many days before they do in UTC."""
    per_day: tuple[int, int]

    def __init__(
        self, clock: Clock, seed: int | None, first: date, accounts: Sequence[str]
    ) -> None:
        self.clock = clock
        self.origins = Origins()
        self.accounts = {name: self.credentials(name, n) for n, name in enumerate(accounts)}
        self.configured: dict[str, Mapping[str, Any]] = {}
        self.recorded: Answers | None = None
        self._first = first
        self._calendar = None if seed is None else Calendar(seed, self.name)
        self._tables: dict[tuple[str, str], Table] = {}
        self._meter = Meter(clock.now, SECOND)
        self._lock = threading.Lock()

    @abstractmethod
    def credentials(self, account: str, number: int) -> dict[str, str]:
        """Invented credentials."""

    @abstractmethod
    def account_of(self, request: Request) -> str | None:
        """The account whose credentials a request has, None where it has none's."""

    @abstractmethod
    def answer(self, request: Request) -> Answer:
        """The answer to a request, as the vendor documents it; RefusedError where it is refused."""

    def places(self) -> Mapping[str, Callable[[Request], Answer]]:
        """What answers requests, by the name that begins their path."""
        return {self.name: self.respond}

    def respond(self, request: Request) -> Answer:
        """The answer to a request, within the API's limits and with what is left of them."""
        try:
            self._admit()
            answer = self._recorded(request) or self.answer(request)
        except RefusedError as refusal:
            answer = refusal.answer
        limit = self.limit(request) if self.rate_limit_headers else None
        if limit is not None:
            answer.headers |= limit.headers
        return answer

    def learn(self, account: str, exchanges: Sequence[Exchange]) -> Sequence[Exchange]:  # noqa: ARG002 - for those that do
        """Takes rows and moods from what was recorded of an account.

        Returns the exchanges whose answers are to be given again, word for word.
        """
        return exchanges

    def dated(self) -> dict[str, str]:
        """The `Date` header, where it is not to be the sandbox's own time."""
        if not self.clock_skew_seconds:
            return {}
        says = self.clock.now() + timedelta(seconds=self.clock_skew_seconds)
        return {"Date": format_datetime(says, usegmt=True)}

    def limit(self, request: Request) -> Limit | None:  # noqa: ARG002 - for those that need it
        """What is left of the limit that this request counts against; None without one."""
        most = self.requests_per_second
        return None if most is None else self._meter.limit(most)

    @property
    def is_begun(self) -> bool:
        """Whether rows were made."""
        return bool(self._tables)

    def span(self, kind: str) -> tuple[int, int]:  # noqa: ARG002 - for those whose kinds differ
        """How many days before the first day rows of a kind are born, and how far they reach."""
        return self.early, self.reach

    @abstractmethod
    def born(self, calendar: Calendar, account: str, day: date, kind: str) -> Iterable[Life]:
        """The lives of a kind that begin on `day`."""

    @abstractmethod
    def order(self, version: Version) -> Any:
        """What rows are sorted by."""

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
        """Adds a row that is served as it stands from `at` on (None: always was).

        `changes` are (instant, top-level fields that change then). `filed` is the instant that date
        filters look at, where the row's own date shall be a false one.
        """
        self.table(account, kind).put(Life.of(row, at, changes, filed))

    def remove(
        self,
        account: str,
        *,
        at: datetime | None = None,
        kind: str | None = None,
        **fields: object,
    ) -> int:
        """Lets the rows with these fields vanish `at` an instant (None: now); says how many."""
        now = self.clock.now()
        return self.table(account, kind).remove(now, at or now, **fields)

    def rows(
        self, account: str, at: datetime | None = None, *, kind: str | None = None
    ) -> list[dict[str, Any]]:
        """The truth: every row of the account as the API serves it `at` an instant (None: now)."""
        rows = self.table(account, kind).rows(at or self.clock.now())
        return [{**row, **self._unknown()} for row in rows]

    def text(self, version: Version) -> bytes:
        """The JSON of a row as it is served."""
        return version.text if not self.unknown_fields else self.spell(version.row or {})

    def table(self, account: str, kind: str | None = None) -> Table:
        """The rows of one account; KeyError where there is no such account or kind."""
        kind = kind or self.usual_kind
        if account not in self.accounts or kind not in self.kinds:
            raise KeyError(f"{self.name} has no {kind} of {account}, only {self.kinds}")
        with self._lock:
            if (account, kind) not in self._tables:
                table = Table(self.fields, self.order, self._nursery(account, kind))
                self._tables[account, kind] = table
            return self._tables[account, kind]

    def settings(self, url: str) -> dict[str, Any]:
        """The tap's settings for this provider, served at `url`."""
        settings: dict[str, Any] = {"api_url": f"{url}/{self.name}{self.root}"}
        accounts = [
            {"account": name, **keys, **self.configured.get(name, {})}
            for name, keys in self.accounts.items()
        ]
        if len(accounts) > 1:
            return settings | {"accounts": accounts}
        return settings | {key: each for key, each in accounts[0].items() if key != "account"}

    def spell(self, row: Mapping[str, Any]) -> bytes:
        """The JSON of a row, with what no document knows."""
        return to_json({**row, **self._unknown()})

    def _recorded(self, request: Request) -> Answer | None:
        if self.recorded is None:
            return None
        refusal, account = self.recorded.refusal(request), self.account_of(request)
        return refusal or (self.recorded.answer(account, request) if account else None)

    def _unknown(self) -> dict[str, str]:
        return dict.fromkeys(self.unknown_fields, "undocumented")

    def _admit(self) -> None:
        """Counts a request; RefusedError 429 where the last second had too many."""
        most = self.requests_per_second
        if most is not None and not self._meter.spend(most):
            headers = retry_headers(self.retry_after, 1, self.clock.now())
            raise RefusedError(429, {"message": "Too Many Requests"}, headers)

    def _nursery(self, account: str, kind: str) -> Nursery | None:
        calendar = self._calendar
        if calendar is None:
            return None
        early, reach = self.span(kind)
        first = self._first - timedelta(days=early)

        def born(day: date) -> Iterable[Life]:
            return self.born(calendar, account, day, kind)

        return Nursery(first, reach, born, self.ahead)
