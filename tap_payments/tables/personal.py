"""Which columns of a report hold what somebody named as personal."""

from __future__ import annotations

import re
import typing as t

from tap_payments.tables.names import to_name

if t.TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

_NUMBER = re.compile(r"_(?:[2-9]|[1-9]\d+)(?=_|$)")
"""What tells repeated columns and elements apart: `phone_2`, `contact_2_phone`."""


def find_personal(columns: Sequence[str], names: Iterable[str]) -> dict[str, list[int]]:
    """Each name, and the places of the columns that it means; none where there is no such column.

    Names are compared as columns are named, without regard to case, and cover what is repeated.
    """
    found: dict[str, list[int]] = {}
    for name in names:
        wanted = _plain(name)
        found[name] = [
            place
            for place, column in enumerate(columns)
            if wanted in (_plain(column), _plain(_NUMBER.sub("", column)))
        ]
    return found


class NamedColumns:
    """Names of personal columns, and which of them some report of a run has had.

    `kinds` are the kinds of reports that the run reads; when all are over, it is known which names
    none of them has.
    """

    def __init__(self, names: Iterable[str], kinds: Iterable[str]) -> None:
        self._unseen = list(dict.fromkeys(names))
        self._open = set(kinds)
        self._has_seen = False

    def see(self, found: Collection[str]) -> None:
        """Takes note of a report and of the names that it has."""
        self._has_seen = True
        self._unseen = [name for name in self._unseen if name not in found]

    def finish(self, kind: str) -> list[str]:
        """Takes note that a kind is over; the names that no report has had, after the last."""
        is_last = self._open == {kind}
        self._open.discard(kind)
        return self._unseen if is_last and self._has_seen else []


def _plain(name: str) -> str:
    return re.sub("_+", "_", to_name(name)).strip("_").casefold()
