"""The fast way of rows: structs that are compiled from a schema, decoded and checked in bulk.

What fits is exactly what `columns.py` would leave as it is. Whatever does not, a field that nobody
has seen yet or a value of another type, makes a whole chunk take the careful way.
"""

from __future__ import annotations

import operator
import re
import typing as t
from types import GenericAlias

import msgspec
from msgspec import UNSET, Raw, Struct

from tap_payments.rows.exact_json import loads, spell
from tap_payments.rows.formats import DECIMAL, all_suit, decimal_texts
from tap_payments.rows.struct_types import (
    OnlyWritten,
    Types,
    by_parent,
    personal_paths,
    plain_type,
)

if t.TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping, Sequence

    from tap_payments.rows.columns import Column
    from tap_payments.rows.extra import Extra
    from tap_payments.rows.privacy import Rules

ACCOUNT, EXTRA = "_account", "_extra"
"""What tells the rows of several accounts apart, and what the schema has no place for."""

_BRACE_IN_A_TEXT = re.compile(rb"\{ *\\")
"""A brace of the JSON itself has no backslash after it: no quote or line break of a text's."""

_MINUS_ZERO = re.compile(rb"-0[],}\s]")

Fields = list[tuple[str, t.Any, t.Any] | tuple[str, t.Any]]
Path = tuple[str, ...]


class Shape:
    """Rows of one schema as structs, for one account.

    A closed shape makes structs of sections, too, which is fastest; a section of the vendor's that
    has more members than the schema declares is only held by an open shape, which keeps how it is
    spelled. `undeclared` are fields that have come and that the schema does not have: each row's
    are put into its `_extra`.
    """

    def __init__(
        self,
        columns: Mapping[str, Column],
        *,
        account: str,
        extra: Extra | None,
        texts_sent_as_numbers: Collection[str],
        dropped: Collection[str],
        undeclared: Sequence[str],
        rules: Rules | None,
        closed: bool,
    ) -> None:
        self._columns = {name: each for name, each in columns.items() if name not in dropped}
        self._dropped = tuple(dropped)
        self._extra = extra
        self._rules = rules
        types = Types(closed=closed, sent_as_numbers=texts_sent_as_numbers)
        kinds = {name: types.of(column) for name, column in self._columns.items()}
        self._undeclared = {f"undeclared_{index}_": name for index, name in enumerate(undeclared)}
        self.row = self._make_row(kinds, account)
        self._rows = msgspec.json.Decoder(GenericAlias(list, (self.row,)))
        self._decimals = [
            name for name in texts_sent_as_numbers if (self._format_of(name) == DECIMAL)
        ]
        self._spelled = [
            (name, msgspec.json.Decoder(GenericAlias(list, (types.to_check(self._columns[name]),))))
            for name, kind in kinds.items()
            if kind is None and name not in self._decimals
        ]
        self._formatted = [
            (name, column.format)
            for name, column in self._columns.items()
            if column.format and name not in self._decimals
        ]
        # What is kept as it is spelled is read when it holds something personal.
        self._open = [
            name
            for name, kind in kinds.items()
            if kind is None and not plain_type(self._columns[name])
        ]
        self._numbers = self._below_structs(
            tuple(name.split(".")) for name in texts_sent_as_numbers if name not in self._decimals
        )
        self._personal = self._below_structs(personal_paths(self._columns, rules) if rules else ())

    def _make_row(self, kinds: Mapping[str, t.Any], account: str) -> type[Struct]:
        fields: Fields = [(ACCOUNT, OnlyWritten, account)]
        for name, column in self._columns.items():
            if column.key:
                fields.append((name, kinds[name] or Raw))
            else:
                fields.append((name, kinds[name] | None if kinds[name] else Raw, None))
        if self._extra is not None:
            fields.append((EXTRA, OnlyWritten, None))
        left_out = (*self._dropped, *self._undeclared)
        fields += [(name, Raw, UNSET) for name in left_out]
        return msgspec.defstruct(
            "Row", fields, forbid_unknown_fields=True, gc=False, kw_only=True,
            rename=self._undeclared,
        )  # fmt: skip

    def _format_of(self, name: str) -> str | None:
        return self._columns[name].format if name in self._columns else None

    def _below_structs(
        self, paths: t.Iterable[tuple[str, ...]]
    ) -> dict[tuple[str, ...], list[str]]:
        """Paths by their parents, but for those into what is kept as it is spelled."""
        return by_parent(
            [path for path in paths if path[0] in self._columns and path[0] not in self._open]
        )

    def read(self, rows: Sequence[Raw]) -> list[Struct] | None:
        """The rows as structs, ready to be written; None: one of them does not fit."""
        block = b"[" + b",".join(rows) + b"]"
        if self._rules is not None and self._rules.anywhere and _may_spell_objects(block):
            return None  # a text that spells an object may spell a person
        try:
            structs: list[Struct] = self._rows.decode(block)
            self._check(structs)
            self._rewrite(structs)
        except (msgspec.MsgspecError, RecursionError, ValueError):
            return None
        return structs

    def _check(self, structs: list[Struct]) -> None:
        for name, check in self._spelled:
            if pieces := [value for value in _values(structs, name) if value is not None]:
                block = b"[" + b",".join(pieces) + b"]"
                check.decode(block)
                if self._columns[name].members and _MINUS_ZERO.search(block):
                    raise ValueError("an integer that is written as 0")
        for name, format_ in self._formatted:
            if not all_suit(_values(structs, name), t.cast("str", format_)):
                raise ValueError("no such text")

    def _rewrite(self, structs: list[Struct]) -> None:
        for name in self._decimals:
            _set_all(structs, name, decimal_texts(_values(structs, name)))
        _replace_each(structs, self._numbers, int, str)
        if self._undeclared and self._extra is not None:
            self._set_aside(structs, self._extra)
        if self._rules is not None:
            self._replace(structs, self._rules)
        for name in (*self._dropped, *self._undeclared):
            _set_all(structs, name, [UNSET] * len(structs))

    def _set_aside(self, structs: list[Struct], extra: Extra) -> None:
        columns = {name: _values(structs, own) for own, name in self._undeclared.items()}
        found = {
            name: values for name, values in columns.items() if values.count(UNSET) < len(values)
        }
        if found:
            _set_all(structs, EXTRA, extra.texts(found))

    def _replace(self, structs: list[Struct], rules: Rules) -> None:
        """Puts what may leave the tap in the place of personal values."""
        _replace_each(structs, self._personal, str, rules.replace)
        for name in self._open:
            for struct in structs:
                value = getattr(struct, name)
                if value is not None and rules.touches(name, spelled := bytes(value)):
                    setattr(struct, name, spell(rules.apply(name, loads(spelled))))


def _values(structs: list[Struct], name: str) -> list[t.Any]:
    return list(map(operator.attrgetter(name), structs))


def _set_all(structs: list[Struct], name: str, values: Sequence[t.Any]) -> None:
    for struct, value in zip(structs, values, strict=True):
        setattr(struct, name, value)


def _replace_each(
    structs: list[Struct],
    paths: Mapping[Path, list[str]],
    kind: type,
    replace: Callable[[t.Any], t.Any],
) -> None:
    """Replaces the values of a type at some paths, which are given by their parents."""
    for parents, names in paths.items():
        for section in _sections(structs, parents):
            for name in names:
                if (value := getattr(section, name)).__class__ is kind:
                    setattr(section, name, replace(value))


def _sections(structs: list[Struct], parents: Path) -> Iterator[t.Any]:
    for struct in structs:
        section: t.Any = struct
        for parent in parents:
            section = getattr(section, parent)
            if section is None or section is UNSET:
                break
        else:
            yield section


def _may_spell_objects(block: bytes) -> bool:
    """Whether a text in some JSON may itself be the JSON of an object."""
    return _BRACE_IN_A_TEXT.search(block) is not None or b"\\u007" in block
