"""The types that msgspec compiles for the columns of a schema."""

from __future__ import annotations

import keyword
import typing as t
from types import GenericAlias

import msgspec
from msgspec import UNSET, Raw, UnsetType

if t.TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from tap_payments.rows.columns import Column
    from tap_payments.rows.privacy import Rules

Path = tuple[str, ...]

_PLAIN = (("string", str), ("integer", int), ("boolean", bool))
"""The types whose JSON values survive decoding; of all others the spelling is kept."""


class OnlyWritten:
    """The type of a member that only the tap writes; decoding a JSON value as it always fails."""


class Types:
    """The types of columns as they are decoded.

    `closed` says that sections become structs of their own, wherever that keeps all of them
    exactly. `sent_as_numbers` are texts that may come as numbers, by their dotted names.
    """

    def __init__(self, *, closed: bool, sent_as_numbers: Collection[str] = ()) -> None:
        self._closed = closed
        self._numbers = sent_as_numbers

    def of(self, column: Column) -> t.Any:
        """The type of a column; None: keep its spelling, and hold it against `to_check`."""
        kind = plain_type(column)
        if kind is str and column.name in self._numbers:
            return None if column.format else int | str
        return kind or (self._section(column) if self._closed else None)

    def to_check(self, column: Column) -> t.Any:
        """The type that tells whether a spelling that is kept fits."""
        kinds = column.kinds - {"null"}
        if kinds == {"number"}:
            return int | float | None
        if kinds == {"array"}:
            return GenericAlias(list, (t.Any,)) | None
        if kinds == {"object"}:
            return (self._open_section(column) or GenericAlias(dict, (str, Raw))) | None
        return t.Any if not kinds else OnlyWritten

    def _section(self, column: Column) -> t.Any:
        """A struct for a section; None where it would not keep all of it exactly."""
        if not _is_section(column):
            return None
        members: dict[str, t.Any] = {}
        for name, member in column.members.items():
            kind = None if member.format else self.of(member) or _texts(member)
            if kind is None:
                return None
            members[name] = kind
        return _section_of(members, closed=True)

    def _open_section(self, column: Column) -> t.Any:
        if not _is_section(column):
            return None
        return _section_of(
            {
                name: self._open_section(member)
                or (None if member.format else plain_type(member))
                or self.to_check(member)
                for name, member in column.members.items()
            },
            closed=False,
        )


def _texts(column: Column) -> t.Any:
    if column.kinds - {"null"} != {"array"} or column.items - {"null"} != {"string"}:
        return None
    return GenericAlias(list, (str | None,))


def _is_section(column: Column) -> bool:
    return bool(column.members) and column.kinds - {"null"} == {"object"}


def _section_of(members: Mapping[str, t.Any], *, closed: bool) -> t.Any:
    fields = [(name, kind | None | UnsetType, UNSET) for name, kind in members.items()]
    return msgspec.defstruct("Section", fields, forbid_unknown_fields=closed, gc=False)


def plain_type(column: Column) -> t.Any:
    """The type of a column whose JSON value survives decoding; None: its spelling must be kept."""
    kinds = column.kinds - {"null"}
    return next((kind for name, kind in _PLAIN if kinds == {name}), None)


def can_be_shaped(columns: Mapping[str, Column], rules: Rules | None) -> bool:
    """Whether structs can hold these columns, and texts everything personal in them."""
    every = [each for column in columns.values() for each in with_members(column)]
    names = (each.name.rpartition(".")[2] for each in every)
    if not all(name.isidentifier() and not keyword.iskeyword(name) for name in names):
        return False
    if rules is None:
        return True
    texts = {tuple(each.name.split(".")) for each in every if plain_type(each) is str}
    return all(path in texts for path in personal_paths(columns, rules))


def with_members(column: Column) -> Iterator[Column]:
    """The column and all fields nested in it."""
    yield column
    for member in column.members.values():
        yield from with_members(member)


def personal_paths(columns: Mapping[str, Column], rules: Rules) -> list[Path]:
    """The declared fields that are personal."""

    def leaves(column: Column, path: Path, rule: t.Any) -> Iterator[Path]:
        if path in rules.spared:
            return
        if not column.members:
            if rule and "object" not in column.kinds:
                yield path
            return
        for name, member in column.members.items():
            yield from leaves(member, (*path, name), rules.rule_for(rule, name))

    return [
        path
        for name, column in columns.items()
        for path in leaves(column, (name,), rules.rule_for(rules.tree, name))
    ]


def by_parent(paths: list[Path]) -> dict[Path, list[str]]:
    """The last steps of paths, by the path to them."""
    found: dict[Path, list[str]] = {}
    for *parents, name in paths:
        found.setdefault(tuple(parents), []).append(name)
    return found
