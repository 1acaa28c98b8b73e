"""What the schema has no place for, as one text: the JSON object of those fields."""

from __future__ import annotations

import itertools
import struct
import typing as t

from msgspec import UNSET, Raw

from tap_payments.rows.exact_json import dumps, in_one_line, loads

if t.TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from tap_payments.rows.privacy import Rules

Fields = dict[str, t.Any]

_first_byte = struct.Struct("c").unpack_from
_COMPOUND = {(b"{",), (b"[",)}


class Extra:
    """Spells `_extra`, in the order of the fields' names, whichever way the row was read."""

    def __init__(self, rules: Rules | None) -> None:
        self._rules = rules

    def texts(self, columns: Mapping[str, Sequence[t.Any]]) -> list[str | None]:
        """The text of each of many rows: fields with their values, as they came or UNSET."""
        names = sorted(columns)
        values = [columns[name] for name in names]
        if self._rules is None and all(map(_is_plain, values)):
            return _joined(names, values)
        rows = (
            {name: value for name, value in zip(names, row, strict=True) if value is not UNSET}
            for row in zip(*values, strict=True)
        )
        return [self.text(row) if row else None for row in rows]

    def text(self, fields: Mapping[str, t.Any], replacements: Mapping[str, t.Any] = {}) -> str:
        """The JSON object of fields, in one line.

        With rules no text of the vendor's is in it. `replacements` stand in for values of the
        vendor's already, and had no place either.
        """
        members = dict(fields)
        if self._rules is not None:
            for name, value in fields.items():
                members[name] = self._rules.conceal(name, loads(dumps(value)))
        members = _merged(members, replacements)
        spelled = dumps({name: members[name] for name in sorted(members)})
        return in_one_line(spelled).decode()


def _is_plain(values: Sequence[t.Any]) -> bool:
    """Whether all values are there, and none of them may have spaces between its members."""
    return UNSET not in values and not _COMPOUND.intersection(map(_first_byte, values))


def _joined(names: Sequence[str], columns: Sequence[Sequence[Raw]]) -> list[str | None]:
    """JSON objects from columns of spellings, in a few calls for all of them."""
    parts: list[Iterable[bytes | Raw]] = []
    for before, name, values in zip("{" + "," * len(names), names, columns, strict=False):
        parts += [itertools.repeat(before.encode() + dumps(name) + b":"), values]
    pieces = itertools.chain.from_iterable(zip(*parts, itertools.repeat(b"}\n"), strict=False))
    return t.cast("list[str | None]", b"".join(pieces).decode().split("\n")[:-1])


def _merged(one: Fields, other: Mapping[str, t.Any]) -> Fields:
    for name, value in other.items():
        mine = one.get(name)
        both = isinstance(mine, dict) and isinstance(value, dict)
        one[name] = _merged(t.cast("Fields", mine), value) if both else value
    return one
