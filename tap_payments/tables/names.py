"""Names of columns: ASCII letters, digits and `_`, each once."""

from __future__ import annotations

import re
import typing as t

if t.TYPE_CHECKING:
    from collections.abc import Collection, Sequence

_FOREIGN = re.compile(r"[^A-Za-z0-9_]+")
_SUFFIX = re.compile(r"_(?:[2-9]|[1-9]\d+)$")


def name_columns(names: Sequence[str], reserved: Collection[str]) -> tuple[str, ...]:
    """Unique names for the columns of a header; a vendor's own spelling comes first.

    An empty name is `column_<n>`, counted from 1. One that is repeated or reserved gets the
    first suffix, from `_2`, that no other column has.
    """
    cleaned = [to_name(name) for name in names]
    taken = {*reserved, *cleaned}
    unclaimed = set(cleaned) - set(reserved)
    unique = []
    for position, own in enumerate(cleaned, start=1):
        name = own or f"column_{position}"
        if own and own in unclaimed:
            unclaimed.remove(own)
        elif own or name in taken:
            name = first_free(name, taken)
        taken.add(name)
        unique.append(name)
    return tuple(unique)


def to_name(name: str) -> str:
    """Every run of characters other than ASCII letters, digits and `_` as one `_`."""
    return _FOREIGN.sub("_", name)


def first_free(name: str, taken: Collection[str]) -> str:
    """The name with the first suffix, from `_2`, that is not taken."""
    suffix = 2
    while f"{name}_{suffix}" in taken:
        suffix += 1
    return f"{name}_{suffix}"


def without_suffix(name: str) -> str:
    """The name that a column would have had if no other had it."""
    return _SUFFIX.sub("", name)
