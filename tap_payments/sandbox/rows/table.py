"""One account's rows, found by the days of their dates instead of by reading all of them."""

from __future__ import annotations

import json
import threading
from collections import OrderedDict
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from tap_payments.sandbox.rows.life import Life, Version

REMEMBERED = 64


@dataclass(frozen=True)
class Query:
    """Rows with `field` in `[since, until)`, with these fields, and within other ranges."""

    field: str
    since: datetime | None = None
    until: datetime | None = None
    equal: tuple[tuple[str, object], ...] = ()
    ranges: tuple[tuple[str, datetime | None, datetime | None], ...] = ()

    def holds(self, life: Life, version: Version) -> bool:
        """Whether `version` is one of these rows."""
        row = version.row or {}
        return (
            _within(life.when(self.field, version), self.since, self.until)
            and all(row.get(name) == value for name, value in self.equal)
            and all(_within(version.when(name), low, high) for name, low, high in self.ranges)
        )


@dataclass(frozen=True)
class Nursery:
    """Where generated rows come from: `born(day)` for each day from `first` on.

    A row's dates lie no more than `reach` days after the day that it was born. Days may begin up
    to `ahead` days before they do in UTC.
    """

    first: date
    reach: int
    born: Callable[[date], Iterable[Life]]
    ahead: int = 0


@dataclass
class Selection:
    """The answer to a query, good from the instant it was made until `until`."""

    versions: list[Version]
    made: datetime
    until: datetime | None
    keys: list[Any] = field(default_factory=list)

    def serves(self, instant: datetime) -> bool:
        """Whether nothing has changed at `instant`."""
        return self.made <= instant and (self.until is None or instant < self.until)


class Table:
    """The lives of one account's rows, indexed by the days of `fields`, served in `order`."""

    def __init__(
        self,
        fields: tuple[str, ...],
        order: Callable[[Version], Any],
        nursery: Nursery | None = None,
    ) -> None:
        self._order = order
        self._nursery = nursery
        self._lives: dict[int, Life] = {}
        self._index: dict[str, dict[date, list[Life]]] = {name: {} for name in fields}
        self._grown: set[date] = set()
        self._remembered: OrderedDict[Query, Selection] = OrderedDict()
        self._lock = threading.RLock()

    def put(self, life: Life) -> None:
        """Adds a row."""
        with self._lock:
            self._add(life)
            self._remembered.clear()

    def remove(self, now: datetime, at: datetime, **fields: object) -> int:
        """Lets the rows with these fields be gone from `at` on; says how many."""
        with self._lock:
            self._grow(None, now)
            doomed = [life for life in self._lives.values() if _matches(life, at, fields)]
            for life in doomed:
                self._drop(life)
                self._add(life.ended(at))
            self._remembered.clear()
            return len(doomed)

    def select(self, query: Query, now: datetime) -> Selection:
        """The rows of `query` as they are served at `now`, in order."""
        with self._lock:
            known = self._remembered.get(query)
            if known is None or not known.serves(now):
                known = self._search(query, now)
                self._remembered[query] = known
                if len(self._remembered) > REMEMBERED:
                    self._remembered.popitem(last=False)
            self._remembered.move_to_end(query)
            return known

    def rows(self, at: datetime) -> list[dict[str, Any]]:
        """Every row as it is served at `at`, whatever its dates."""
        with self._lock:
            self._grow(None, at)
            versions = [version for life in self._lives.values() if (version := life.as_of(at))]
        return [json.loads(version.text) for version in sorted(versions, key=self._order)]

    def _search(self, query: Query, now: datetime) -> Selection:
        self._grow(query, now)
        versions, changes = [], []
        for life in self._filed(query):
            version = life.as_of(now)
            if version is not None and query.holds(life, version):
                versions.append(version)
            change = life.next_change(now)
            if change is not None:
                changes.append(change)
        if self._nursery and (query.until is None or query.until > now):
            changes.append(datetime.combine(now.date() + timedelta(days=1), time(), UTC))
        versions.sort(key=self._order)
        keys = [self._order(version) for version in versions]
        return Selection(versions, now, min(changes, default=None), keys)

    def _filed(self, query: Query) -> Iterator[Life]:
        low = query.since.date() if query.since else date.min
        high = query.until.date() if query.until else date.max
        index = self._index[query.field]
        found = {id(life): life for day in index if low <= day <= high for life in index[day]}
        yield from found.values()

    def _grow(self, query: Query | None, now: datetime) -> None:
        """Rows are made when somebody first asks for a day that they can reach."""
        if self._nursery is None:
            return
        day, last = self._nursery.first, now.date() + timedelta(days=self._nursery.ahead)
        if query is not None and query.since is not None:
            day = max(day, _less(query.since.date(), self._nursery.reach))
        if query is not None and query.until is not None:
            last = min(last, query.until.date())
        while day <= last:
            if day not in self._grown:
                self._grown.add(day)
                for life in self._nursery.born(day):
                    self._add(life)
            day += timedelta(days=1)

    def _add(self, life: Life) -> None:
        self._lives[id(life)] = life
        for name, day in self._days(life):
            self._index[name].setdefault(day, []).append(life)

    def _drop(self, life: Life) -> None:
        del self._lives[id(life)]
        for name, day in self._days(life):
            self._index[name][day] = [kept for kept in self._index[name][day] if kept is not life]

    def _days(self, life: Life) -> set[tuple[str, date]]:
        return {
            (name, instant.date())
            for name in self._index
            for version in life.versions
            if (instant := life.when(name, version)) is not None
        }


def _matches(life: Life, at: datetime, fields: dict[str, object]) -> bool:
    version = life.as_of(at)
    row = version.row if version else None
    return row is not None and all(row.get(name) == value for name, value in fields.items())


def _less(day: date, days: int) -> date:
    return date.min if day.toordinal() <= days else day - timedelta(days=days)


def _within(instant: datetime | None, since: datetime | None, until: datetime | None) -> bool:
    if since is None and until is None:
        return True
    return (
        instant is not None
        and (since is None or instant >= since)
        and (until is None or instant < until)
    )
