"""Rows of a page, from the vendor's bytes to rows that can be written.

A page is decoded into rows that are still spelled as they came. A chunk of them at a time becomes
structs that are compiled from the stream's schema (`structs.py`). A chunk in which something does
not fit its schema takes the careful way of `columns.py`. Both ways write the same records, which
`tests/rows/test_codec.py` holds against each other.
"""

from __future__ import annotations

import operator
import struct
import typing as t

import msgspec
from msgspec import Raw, Struct

from tap_payments.errors import StreamFailed, Unreadable
from tap_payments.rows.batch import Batch, RowWriter
from tap_payments.rows.canonical import Canonical
from tap_payments.rows.columns import NULL, Column
from tap_payments.rows.exact_json import body_in_one_line, loads, parse_object, spell
from tap_payments.rows.extra import Extra
from tap_payments.rows.struct_types import can_be_shaped
from tap_payments.rows.structs import ACCOUNT, EXTRA, Shape

if t.TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from tap_payments.rows.privacy import Rules

FLAT_CHUNK, NESTED_CHUNK = 512, 50
"""Rows that are decoded at a time: more of them fall out of the processor's cache."""

KNOWN = 64
"""Undeclared fields that structs are compiled for; whoever sends more of them waits longer."""

_first_byte = struct.Struct("c").unpack_from
_OBJECT = {(b"{",)}

Fields = dict[str, t.Any]


class RowCodec(RowWriter):
    """Reads a stream's pages and writes its rows, for one account.

    `page` is the page's type, generic in its rows; `rows_field` names them in it (None: the page
    is the array itself). `added` are the members that the tap adds to every row. `whole_sections`
    is for rows that are flattened: each member of a section is a column of its own.
    """

    def __init__(
        self,
        *,
        schema: dict[str, t.Any],
        keys: Sequence[str],
        page: t.Any,
        rows_field: str | None,
        selected: Callable[[str], bool] = lambda _name: True,
        texts_sent_as_numbers: Sequence[str] = (),
        added: Fields,
        rules: Rules | None = None,
        warn: Callable[[str], None],
        only_careful: bool = False,
        whole_sections: bool = False,
    ) -> None:
        super().__init__(added, extra_selected=selected(EXTRA))
        self.columns = {
            name: Column(name, field, key=name in keys, whole=whole_sections)
            for name, field in schema["properties"].items()
            if not name.startswith("_")
        }
        self.keys = [key for key in keys if key in self.columns]
        self.texts_sent_as_numbers = texts_sent_as_numbers
        self.dropped = [
            name for name in self.columns if name not in self.keys and not selected(name)
        ]
        self.rules = rules
        self._nothings = {
            name: column.nothing
            for name, column in self.columns.items()
            if name not in self.dropped
        }
        self._extra = Extra(rules)
        self._undeclared: set[str] = set()
        self._selected = selected
        self._warn = warn
        self._rows_of = operator.attrgetter(rows_field) if rows_field else None
        self._any_page = page[t.Any]
        self._raw_page = msgspec.json.Decoder(page[Raw])
        sections = any(column.members for column in self.columns.values())
        self._chunk = NESTED_CHUNK if sections else FLAT_CHUNK
        self._closed: Sequence[bool] = (True, False) if sections else (True,)
        if only_careful or whole_sections or not can_be_shaped(self.columns, rules):
            self._closed = ()
        self._shapes: dict[bool, Shape] = {}
        self._canonical: Canonical | None = None

    def _shape(self, *, closed: bool) -> Shape:
        if closed not in self._shapes:
            self._shapes[closed] = Shape(
                self.columns,
                account=self.added[ACCOUNT],
                extra=self._extra if self.extra_selected else None,
                texts_sent_as_numbers=self.texts_sent_as_numbers,
                dropped=self.dropped,
                undeclared=sorted(self._undeclared),
                rules=self.rules,
                closed=closed,
            )
        return self._shapes[closed]

    def add(self, name: str, value: t.Any) -> None:
        """Adds a member to every row, if it is selected; structs do not have it."""
        self._closed = ()
        if self._selected(name):
            self.added[name] = value

    # Pages

    def decode(self, body: bytes) -> t.Any:
        """A page whose rows are still undecoded JSON: it takes about the memory of its body.

        Raises:
            Unreadable: it is not JSON in UTF-8, or not of the page's shape.
        """
        try:
            body = body_in_one_line(body)
            page = self._raw_page.decode(body)
        except msgspec.ValidationError as error:
            raise Unreadable("the body is not what the vendor's document says") from error
        except (ValueError, RecursionError):
            page = self._decode_leniently(body)
        if not set(map(_first_byte, self.rows_of(page))) <= _OBJECT:
            raise Unreadable("the body is not what the vendor's document says: a row is no object")
        return page

    def _decode_leniently(self, body: bytes) -> t.Any:
        """A page in which a text may have a lone surrogate; its rows are spelled anew."""
        try:
            page = msgspec.convert(loads(body), self._any_page)
        except (ValueError, RecursionError) as error:
            raise Unreadable("the body is not a whole JSON document") from error
        rows = self.rows_of(page)
        rows[:] = map(spell, rows)
        return page

    def rows_of(self, page: t.Any) -> list[t.Any]:
        """The rows of a page."""
        return t.cast("list[t.Any]", self._rows_of(page) if self._rows_of else page)

    # Rows

    def batches(self, rows: list[t.Any]) -> Iterator[Batch]:
        """The rows, ready to be written.

        Raises:
            StreamFailed: a row lacks its key.
        """
        for first in range(0, len(rows), self._chunk):
            chunk = rows[first : first + self._chunk]
            structs = self._read(chunk)
            if structs is None:
                batch = Batch([self._fit(_members(row)) for row in chunk], careful=True)
            else:
                batch = Batch(structs, careful=False)
            yield batch

    def _read(self, chunk: list[t.Any]) -> list[Struct] | None:
        if not isinstance(chunk[0], Raw):
            return None
        for index, closed in enumerate(self._closed):
            structs = self._shape(closed=closed).read(chunk)
            if structs is not None:
                # What one chunk did not fit, the next will not fit either.
                self._closed = self._closed[index:]
                return structs
        return None

    def _fit(self, members: dict[str, Raw]) -> Fields:
        for key in self.keys:
            if key not in members:
                raise StreamFailed(f"a row lacks its key field '{key}'")
        row: Fields = dict(self._nothings)
        aside: Fields = {}
        replacements: Fields = {}
        for name, value in members.items():
            if name in row:
                row[name], aside[name] = self.columns[name].fit(value)
                row[name], replacements[name] = self._replace(name, row[name])
                if aside[name] is not None:
                    self._warn(
                        f"field {name!r} came with another type than the schema says; "
                        "such values go into _extra"
                    )
            elif name not in self.columns:
                aside[name] = value
                self._expect(name)
        if self.extra_selected:
            row[EXTRA] = self._spell_extra(aside, replacements)
        return row

    def _replace(self, name: str, value: Raw) -> tuple[Raw, t.Any]:
        """What stands in for a value, and what of that does not fit where a number should be."""
        if self.rules is None or not self.rules.touches(name, bytes(value)):
            return value, None
        return self.columns[name].fit(spell(self.rules.apply(name, loads(bytes(value)))))

    def _spell_extra(self, *fields: Fields) -> Raw:
        aside, replacements = (
            {name: value for name, value in each.items() if value is not None} for each in fields
        )
        return spell(self._extra.text(aside, replacements)) if aside or replacements else NULL

    def _expect(self, name: str) -> None:
        """Warns of a field that the schema does not have, and lets structs have it from now on."""
        self._warn(f"field {name!r} is not in the schema; its values go into _extra")
        known = name in self._undeclared or name in (EXTRA, *self.added)
        if not known and name.isprintable() and len(self._undeclared) < KNOWN:
            self._undeclared.add(name)
            self._shapes.clear()

    # Digests

    def spell(self, row: t.Any) -> bytes:
        """The one spelling of a row: the same whether it was read as a struct or carefully."""
        if self._is_closed(row):
            return msgspec.json.encode(row)
        if self._canonical is None:
            self._canonical = Canonical(self.columns)
        return self._canonical.spell(row if isinstance(row, Struct) else self.added | row)

    def spellings(self, batch: Batch) -> list[bytes]:
        """The rows of a batch, each in its one spelling, which can be written as its line, too."""
        rows = batch.rows
        if rows and self._is_closed(rows[0]):
            return self._encode(rows).split(b"\n")[:-1]
        return [self.spell(row) for row in rows]

    def _is_closed(self, row: t.Any) -> bool:
        return bool(self._closed) and row.__class__ is self._shape(closed=True).row


def _members(row: t.Any) -> dict[str, Raw]:
    if isinstance(row, dict):
        return {name: spell(value) for name, value in row.items()}
    try:
        return parse_object(row)
    except (ValueError, RecursionError) as error:
        raise StreamFailed("a row is nested too deeply to be read") from error
