"""Which columns of a report hold what somebody named as personal."""

from __future__ import annotations

import re
import typing as t

from tap_payments.tables.names import to_name

if t.TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

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


def _plain(name: str) -> str:
    return re.sub("_+", "_", to_name(name)).strip("_").casefold()
