"""The fast way of rows: structs that are compiled from a schema, decoded and checked in bulk.

What fits is exactly what `columns.py` would leave as it is. Whatever does not, an unknown field or
a value of another type, makes a whole chunk take the careful way.
"""

from __future__ import annotations

import keyword
import operator
import re
import typing as t
from types import GenericAlias

import msgspec
from msgspec import UNSET, Raw, Struct, UnsetType

from tap_payments.rows.columns import all_suit
from tap_payments.rows.exact_json import loads, spell

if t.TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from tap_payments.rows.columns import Column
    from tap_payments.rows.privacy import Rules

ACCOUNT = "_account"
"""The member that tells the rows of several accounts apart."""

_Nothing = t.Literal["\0 no vendor sends this"]
"""The type of a member that is only written."""

_PLAIN = (("string", str), ("integer", int), ("boolean", bool))
"""The types whose JSON values survive decoding; of all others the spelling is kept."""

_BRACE_IN_A_TEXT = re.compile(rb"\{ *\\")
"""A brace of the JSON itself has no backslash after it: no quote or line break of a text's."""

Path = tuple[str, ...]


class Shape:
    """Rows of one schema as structs, for one account.

    Closed sections become structs of their own, which is fastest; a section of the vendor's that
    has more members than the schema declares is only held by an open shape, which keeps how it is
    spelled.
    """

    def __init__(
        self,
        columns: Mapping[str, Column],
        *,
        account: str,
        extra_selected: bool,
        texts_sent_as_numbers: Sequence[str],
        dropped: Sequence[str],
        rules: Rules | None,
        closed: bool,
    ) -> None:
        fields: list[tuple[str, t.Any] | tuple[str, t.Any, t.Any]] = []
        self._spelled: list[tuple[t.Callable[[t.Any], t.Any], msgspec.json.Decoder[t.Any]]] = []
        for name, column in columns.items():
            kind = _plain_type(column) or (_section_type(column) if closed else None)
            if name in texts_sent_as_numbers:
                kind = int | str
            if kind is None:
                check = GenericAlias(list, (_check_type(column),))
                self._spelled.append((operator.attrgetter(name), msgspec.json.Decoder(check)))
            if column.key:
                fields.insert(0, (name, Raw if kind is None else kind))
            else:
                fields.append((name, Raw if kind is None else kind | None | UnsetType, UNSET))
        if extra_selected:
            fields.append(("_extra", _Nothing, None))
        # The account is the structs' tag, so that it costs nothing per row. A row of the vendor's
        # with another value in a field of the tap's name does not fit.
        self.row = msgspec.defstruct(
            "Row", fields, forbid_unknown_fields=True, gc=False, tag_field=ACCOUNT, tag=account
        )
        self._rows = msgspec.json.Decoder(GenericAlias(list, (self.row,)))
        self._formatted = [
            (operator.attrgetter(name), column.format)
            for name, column in columns.items()
            if column.format
        ]
        self._numbers = tuple(texts_sent_as_numbers)
        self._dropped = tuple(dropped)
        self._rules = rules
        self._open = [
            name
            for name, column in columns.items()
            if not _plain_type(column) and not (closed and _section_type(column))
        ]
        self._personal = _by_parent(
            [path for path in _personal_paths(columns, rules) if path[0] not in self._open]
            if rules
            else []
        )

    def read(self, rows: Sequence[Raw]) -> list[Struct] | None:
        """The rows as structs; None: one of them does not fit."""
        block = b"[" + b",".join(rows) + b"]"
        if self._rules is not None and _may_spell_objects(block):
            return None  # a text that spells an object may spell a person
        try:
            return self.check(self._rows.decode(block))
        except (msgspec.MsgspecError, RecursionError):
            return None

    def check(self, structs: list[Struct]) -> list[Struct] | None:
        """Structs as they are written; None: one of them does not fit, and none was changed."""
        try:
            for get, check in self._spelled:
                if pieces := [value for value in map(get, structs) if value is not UNSET]:
                    check.decode(b"[" + b",".join(pieces) + b"]")
        except (msgspec.MsgspecError, RecursionError):
            return None
        for get, format_ in self._formatted:
            if not all_suit(list(map(get, structs)), t.cast("str", format_)):
                return None
        self._rewrite(structs)
        return structs

    def _rewrite(self, structs: list[Struct]) -> None:
        for name in self._numbers:
            values = list(map(operator.attrgetter(name), structs))
            if values.count(None) < len(values):
                for struct, value in zip(structs, values, strict=True):
                    if value.__class__ is int:
                        setattr(struct, name, str(value))
        if self._rules is not None:
            self._replace(structs, self._rules)
        for name in self._dropped:
            for struct in structs:
                setattr(struct, name, UNSET)

    def _replace(self, structs: list[Struct], rules: Rules) -> None:
        """Puts what may leave the tap in the place of personal values."""
        replace = rules.replace
        for parents, names in self._personal.items():
            for struct in structs:
                section: t.Any = struct
                for parent in parents:
                    section = getattr(section, parent)
                    if section is None or section is UNSET:
                        break
                else:
                    for name in names:
                        if (value := getattr(section, name)).__class__ is str:
                            setattr(section, name, replace(value))
        for name in self._open:
            for struct in structs:
                value = getattr(struct, name)
                if value is not UNSET and rules.touches(name, spelled := bytes(value)):
                    setattr(struct, name, spell(rules.apply(name, loads(spelled))))


def _may_spell_objects(block: bytes) -> bool:
    """Whether a text in some JSON may itself be the JSON of an object."""
    return _BRACE_IN_A_TEXT.search(block) is not None or b"\\u007" in block


def can_be_shaped(columns: Mapping[str, Column], rules: Rules | None) -> bool:
    """Whether structs can hold these columns, and texts everything personal in them."""
    every = [each for column in columns.values() for each in (column, *_members_of(column))]
    names = (each.name.rpartition(".")[2] for each in every)
    if not all(name.isidentifier() and not keyword.iskeyword(name) for name in names):
        return False
    if rules is None:
        return True
    texts = {tuple(each.name.split(".")) for each in every if _plain_type(each) is str}
    return all(path in texts for path in _personal_paths(columns, rules))


def _members_of(column: Column) -> Iterator[Column]:
    for member in column.members.values():
        yield member
        yield from _members_of(member)


def _personal_paths(columns: Mapping[str, Column], rules: Rules) -> list[Path]:
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


def _by_parent(paths: list[Path]) -> dict[Path, list[str]]:
    found: dict[Path, list[str]] = {}
    for *parents, name in paths:
        found.setdefault(tuple(parents), []).append(name)
    return found


def _plain_type(column: Column) -> t.Any:
    """The type of a column whose JSON value survives decoding; None: keep its spelling."""
    kinds = column.kinds - {"null"}
    return next((kind for name, kind in _PLAIN if kinds == {name}), None)


def _section_type(column: Column, *, closed: bool = True) -> t.Any:
    """A struct for a section; None where a closed one would not keep all of it exactly."""
    if not column.members or column.kinds - {"null"} != {"object"}:
        return None
    members: list[tuple[str, t.Any, t.Any]] = []
    for name, member in column.members.items():
        kind = _plain_type(member) or _section_type(member, closed=closed)
        if closed and (kind is None or member.format):
            return None
        if kind is None or member.format:
            kind = _check_type(member)
        members.append((name, kind | None | UnsetType, UNSET))
    return msgspec.defstruct("Section", members, forbid_unknown_fields=closed, gc=False)


def _check_type(column: Column) -> t.Any:
    """The type that tells whether a spelling that is kept fits."""
    kinds = column.kinds - {"null"}
    if kinds == {"number"}:
        return int | float | None
    if kinds == {"array"}:
        return GenericAlias(list, (t.Any,)) | None
    if kinds == {"object"}:
        section = _section_type(column, closed=False) or GenericAlias(dict, (str, Raw))
        return section | None
    return t.Any if not kinds else _Nothing
