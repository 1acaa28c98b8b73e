"""Rows of a page, from the vendor's bytes to the bytes of RECORD messages.

A page is decoded once into structs that are compiled from the stream's schema, and encoded by
lines. Whatever does not fit takes the careful way of `columns.py`, for its part of the page:
an unknown field, a value of another type, a personal value to replace. Both ways write the same
records, which `tests/core/test_rows.py` holds against each other.
"""

from __future__ import annotations

import operator
import typing as t
from datetime import date, datetime
from types import GenericAlias

import msgspec
from msgspec import UNSET, Raw, Struct, UnsetType

from tap_payments.core.columns import DECIMAL_PATTERN, Column, all_suit
from tap_payments.core.errors import StreamFailed, Unreadable
from tap_payments.core.exact import dumps, loads, parse_object, spell

if t.TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from tap_payments.core.privacy import Rules

CHUNK = 32
"""Nested rows decoded at a time: more of them fall out of the processor's cache."""

ACCOUNT = "_account"
"""The member that tells the rows of several accounts apart."""

_Nothing = t.Literal["\0 no vendor sends this"]
"""The type of a member that is only written."""

Row = Struct | dict[str, t.Any]


class Batch(t.NamedTuple):
    """Rows that are ready to be written: all structs, or all fitted members."""

    rows: list[t.Any]
    careful: bool


class RowWriter:
    """Spells rows: `added` are the members that the tap adds to each of them."""

    def __init__(self, added: dict[str, t.Any], *, extra_selected: bool) -> None:
        self.added = added
        self.extra_selected = extra_selected
        self._encode = msgspec.json.Encoder().encode_lines

    def encode(self, batch: Batch) -> bytes:
        """The rows as JSON, one a line; structs have the added members themselves."""
        if batch.careful:
            return b"".join(_to_line(self.added | row) for row in batch.rows)
        return self._encode(batch.rows)

    def to_python(self, row: dict[str, t.Any]) -> dict[str, t.Any]:
        """A careful row as the SDK takes it: Python values, numbers exact."""
        return t.cast("dict[str, t.Any]", loads(dumps(self.added | row)))


class RowCodec(RowWriter):
    """Reads a stream's pages and writes its rows, for one account.

    `page` is the page's type, generic in its rows; `rows_field` names them in it (None: the page
    is the array itself). `added` are the members that the tap adds to every row.
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
        added: dict[str, t.Any],
        rules: Rules | None = None,
        warn: Callable[[str], None],
        only_careful: bool = False,
    ) -> None:
        super().__init__(added, extra_selected=selected("_extra"))
        self.columns = {
            name: Column(name, field, key=name in keys)
            for name, field in schema["properties"].items()
            if not name.startswith("_")
        }
        self.keys = [key for key in keys if key in self.columns]
        self.texts_sent_as_numbers = texts_sent_as_numbers
        self.dropped = [name for name in self.columns if not selected(name)]
        self.rules = rules
        self._selected = selected
        self._warn = warn
        self._rows_of = operator.attrgetter(rows_field) if rows_field else None
        self._page_any = page[t.Any]
        self._raw_page = msgspec.json.Decoder(page[Raw])
        self._only_careful = only_careful or rules is not None
        self._compile(page)

    def _compile(self, page: t.Any) -> None:
        fields: list[tuple[str, t.Any] | tuple[str, t.Any, t.Any]] = []
        checks: list[tuple[str, t.Any, t.Any]] = []
        for column in self.columns.values():
            kind = _plain_type(column)
            if column.name in self.texts_sent_as_numbers:
                kind = int | str
            fields.append(
                (column.name, kind)
                if column.key
                else (column.name, Raw if kind is None else kind | None | UnsetType, UNSET)
            )
            check = _check_type(column)
            if check is not None:
                checks.append((column.name, check | None | UnsetType, UNSET))
        fields.sort(key=len)  # what a row cannot lack comes first
        if self.extra_selected:
            fields.append(("_extra", _Nothing, None))
        # The account is the structs' tag, so that it costs nothing per row. A row of the vendor's
        # with another value in a field of the tap's name does not fit, and takes the careful way.
        row: t.Any = msgspec.defstruct(
            "Row",
            fields,
            forbid_unknown_fields=True,
            gc=False,
            tag_field=ACCOUNT,
            tag=self.added[ACCOUNT],
        )
        self._flat = not any(_plain_type(column) is None for column in self.columns.values())
        self._typed_page = msgspec.json.Decoder(page[row])
        self._typed_rows = msgspec.json.Decoder(GenericAlias(list, (row,)))
        check_row = msgspec.defstruct("Check", checks, gc=False)
        self._check_rows = (
            msgspec.json.Decoder(GenericAlias(list, (check_row,))) if checks else None
        )
        self._formatted = [
            (operator.attrgetter(column.name), column.format)
            for column in self.columns.values()
            if column.format and self._flat
        ]

    def add(self, name: str, value: t.Any) -> None:
        """Adds a member to every row, if it is selected; structs do not have it."""
        self._only_careful = True
        if self._selected(name):
            self.added[name] = value

    def decode(self, body: bytes) -> t.Any:
        """A page, its rows still undecoded where that is cheaper.

        Raises:
            Unreadable: it is not JSON in UTF-8, or not of the page's shape.
        """
        try:
            if not body.isascii():
                body.decode()
            if b"\n" in body or b"\r" in body:
                body = msgspec.json.format(body, indent=-1)
            if self._flat and not self._only_careful:
                try:
                    return self._typed_page.decode(body)
                except msgspec.ValidationError:
                    pass
            return self._raw_page.decode(body)
        except msgspec.ValidationError as error:
            raise Unreadable("the body is not what the vendor's document says") from error
        except (ValueError, RecursionError):
            return self._decode_leniently(body)

    def _decode_leniently(self, body: bytes) -> t.Any:
        try:
            return msgspec.convert(loads(body), self._page_any)
        except (ValueError, RecursionError) as error:
            raise Unreadable("the body is not a whole JSON document") from error

    def rows_of(self, page: t.Any) -> list[t.Any]:
        """The rows of a page."""
        return t.cast("list[t.Any]", self._rows_of(page) if self._rows_of else page)

    def batches(self, rows: list[t.Any]) -> Iterator[Batch]:
        """The rows, ready to be written.

        Raises:
            StreamFailed: a row lacks its key, or is not an object.
        """
        if not rows:
            return
        if isinstance(rows[0], Struct):
            yield self._fitted(rows) or Batch(
                [self._fit(_members_of(self._encode([row])[:-1])) for row in rows], careful=True
            )
            return
        for first in range(0, len(rows), CHUNK):
            chunk = rows[first : first + CHUNK]
            yield self._typed(chunk) or Batch(
                [self._fit(_members(row)) for row in chunk], careful=True
            )

    def _typed(self, chunk: list[t.Any]) -> Batch | None:
        if self._only_careful or not isinstance(chunk[0], Raw):
            return None
        block = b"[" + b",".join(chunk) + b"]"
        try:
            if self._check_rows is not None:
                self._check_rows.decode(block)
            return self._fitted(self._typed_rows.decode(block))
        except msgspec.MsgspecError:
            return None

    def _fitted(self, rows: list[t.Any]) -> Batch | None:
        for get, format_ in self._formatted:
            if not all_suit(list(map(get, rows)), format_):
                return None
        for name in self.texts_sent_as_numbers:
            for row in rows:
                if isinstance(value := getattr(row, name), int):
                    setattr(row, name, str(value))
        for name in self.dropped:
            for row in rows:
                setattr(row, name, UNSET)
        return Batch(rows, careful=False)

    def _fit(self, members: dict[str, Raw]) -> dict[str, t.Any]:
        row: dict[str, t.Any] = {}
        extra: dict[str, t.Any] = {}
        for name, value in members.items():
            if name in self.dropped:
                continue
            if self.rules is not None and self.rules.touches(name, bytes(value)):
                value = spell(self.rules.apply(name, loads(bytes(value))))  # noqa: PLW2901
            column = self.columns.get(name)
            if column is None:
                extra[name] = value
                self._warn(f"field {name!r} is not in the schema; its values go into _extra")
                continue
            row[name], left = column.fit(value)
            if left is not None:
                extra[name] = left
                self._warn(
                    f"field {name!r} came with another type than the schema says; "
                    "such values go into _extra"
                )
        for key in self.keys:
            if key not in row:
                raise StreamFailed(f"a row lacks its key field '{key}'")
        if self.extra_selected:
            row["_extra"] = extra or None
        return row


def _to_line(row: dict[str, t.Any]) -> bytes:
    """A row as one line, also where a piece of it was spelled over several."""
    line = dumps(row)
    if b"\n" in line or b"\r" in line:
        line = msgspec.json.format(line, indent=-1)
    return line + b"\n"


def _members_of(struct: bytes) -> dict[str, Raw]:
    members = parse_object(struct)
    for name in (ACCOUNT, "_extra"):
        members.pop(name, None)
    return members


def _members(row: t.Any) -> dict[str, Raw]:
    if isinstance(row, dict):
        return {name: spell(value) for name, value in row.items()}
    try:
        return parse_object(row)
    except (ValueError, AttributeError) as error:
        raise StreamFailed("a row is not a JSON object") from error


def _plain_type(column: Column) -> t.Any:
    """The type of a column whose JSON value survives decoding; None: keep its spelling."""
    kinds = column.kinds - {"null"}
    for name, kind in (("string", str), ("integer", int), ("boolean", bool)):
        if kinds == {name}:
            return kind
    return None


def _check_type(column: Column) -> t.Any:
    """The type that tells whether a spelling that is kept fits; None: anything does."""
    kinds = column.kinds - {"null"}
    if column.format in ("date-time", "date"):
        return datetime if column.format == "date-time" else date
    if column.format == "x-singer.decimal":
        return t.Annotated[str, msgspec.Meta(pattern=DECIMAL_PATTERN)]
    if kinds == {"number"}:
        return int | float
    if kinds == {"array"}:
        return list[t.Any]
    if kinds == {"object"}:
        return msgspec.defstruct(
            "Section",
            [
                (name.rpartition(".")[2], _member_type(member) | None | UnsetType, UNSET)
                for name, member in column.members.items()
                if _member_type(member) is not None
            ],
            gc=False,
        )
    return None


def _member_type(column: Column) -> t.Any:
    return _check_type(column) or _plain_type(column)
