"""What a recording shows of Spacivox: its rows, and how its lists behave."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any, NamedTuple

from tap_payments.sandbox.rows.spelling import to_instant

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import datetime

    from tap_payments.sandbox.replay.exchange import Exchange
    from tap_payments.sandbox.spacivox.options import Options

Row = dict[str, Any]


class Window(NamedTuple):
    """What a list was asked for, and its rows; of all teams, unless it names one."""

    kind: str
    since: datetime
    until: datetime
    team: str | None
    rows: list[Row]

    def holds(self, other: Window) -> bool:
        """Whether all rows of the other window should be in this one."""
        return (
            self.kind == other.kind
            and self.team in (None, other.team)
            and self.since <= other.since
            and other.until <= self.until
        )

    def ids(self) -> set[str]:
        """The ids of its rows."""
        return {str(row.get("id")) for row in self.rows}


def windows_of(exchanges: Iterable[Exchange], kinds: Sequence[str]) -> list[Window]:
    """The windows that were answered."""
    found = []
    for each in exchanges:
        kind = each.path.removeprefix("/j/")
        since, until = to_instant(each.query.get("start")), to_instant(each.query.get("end"))
        if kind in kinds and since and until and _is_list(each):
            found.append(Window(kind, since, until, each.query.get("team"), each.body))
    return found


def records_of(
    windows: Sequence[Window],
) -> Iterator[tuple[str, Row, datetime | None]]:
    """Each row as it was last seen, with its kind, and where it is filed.

    That is None, its own timestamp, unless a window returned it that this is not in.
    """
    newest: dict[tuple[str, str], Row] = {}
    times: Counter[tuple[str, str]] = Counter()
    filed: dict[tuple[str, str], datetime] = {}
    for window in windows:
        keys = [(window.kind, str(row.get("id"))) for row in window.rows]
        newest |= zip(keys, window.rows, strict=True)
        times |= Counter(keys)
        for key, row in zip(keys, window.rows, strict=True):
            at = to_instant(row.get("timestamp"))
            if at is None or not window.since <= at <= window.until:
                filed[key] = max(filed.get(key, window.since), window.since)
    for key, row in newest.items():
        for _ in range(times[key]):
            yield key[0], row, filed.get(key)


def jobs_of(exchanges: Iterable[Exchange]) -> Iterator[tuple[Row, datetime | None]]:
    """Each job, with the latest instant since which it is known to have been modified."""
    newest: dict[str, Row] = {}
    modified: dict[str, datetime] = {}
    for each in exchanges:
        if each.path != "/j/jobs" or not _is_list(each):
            continue
        since = to_instant(each.query.get("modified_since"))
        for row in each.body:
            key = str(row.get("id"))
            newest[key] = row
            if since is not None:
                modified[key] = max(modified.get(key, since), since)
    for key, row in newest.items():
        yield row, modified.get(key)


def teams_of(exchanges: Iterable[Exchange]) -> list[Row] | None:
    """The teams, None where nobody asked."""
    lists = [each.body for each in exchanges if each.path == "/j/teams" and _is_list(each)]
    return lists[-1] if lists else None


def observe(options: Options, exchanges: Sequence[Exchange], kinds: Sequence[str]) -> None:
    """Sets each option that the exchanges show."""
    windows = windows_of(exchanges, kinds)
    if any(
        to_instant(row.get("timestamp")) == window.until
        for window in windows
        for row in window.rows
    ):
        options.end_is_inclusive = True
    cut = [len(window.rows) for window in windows if _lacks(window, windows)]
    options.longest_answer = max(cut, default=None)
    lengths = [(window.until - window.since).total_seconds() / 3600 for window in windows]
    for status, name in ((413, "max_window_hours"), (504, "slow_window_hours")):
        if lengths and any(each.status == status for each in exchanges):
            setattr(options, name, max(lengths))


def _lacks(window: Window, others: Iterable[Window]) -> bool:
    """Whether rows are missing that narrower windows have."""
    parts = [other.ids() for other in others if window.holds(other) and other is not window]
    return bool(window.rows) and bool(set().union(*parts) - window.ids())


def _is_list(exchange: Exchange) -> bool:
    return exchange.status == 200 and isinstance(exchange.body, list)
