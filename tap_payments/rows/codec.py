"""Rows of a page, from the vendor's bytes to the bytes of RECORD messages.

A page is decoded into rows that are still spelled as they came. A chunk of them at a time becomes
structs that are compiled from the stream's schema (`shapes.py`), and lines. A page that fits the
processor's cache becomes structs at once. Whatever does not fit its schema takes the careful way of
`columns.py`, for its chunk. All ways write the same records, which `tests/rows/test_codec.py` holds
against each other.
"""

from __future__ import annotations

import functools
import operator
import threading
import typing as t

import msgspec
from msgspec import Raw, Struct

from tap_payments.errors import StreamFailed, Unreadable
from tap_payments.rows.columns import Column
from tap_payments.rows.exact_json import dumps, loads, parse_object, spell
from tap_payments.rows.structs import ACCOUNT, Shape, can_be_shaped

if t.TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from tap_payments.rows.privacy import Rules

FLAT_CHUNK, NESTED_CHUNK = 512, 50
"""Rows that are decoded at a time: more of them fall out of the processor's cache."""

WHOLE = 512 * 1024
"""Bytes of a page that is decoded at once; its rows stay in the processor's cache, too."""

NOTHING = Raw(b"")
"""An empty line."""


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
        """A line break, and the rows as JSON, one a line.

        Structs have the added members themselves.
        """
        if batch.careful:
            return b"\n" + b"".join(_to_line(self.added | row) for row in batch.rows)
        return self._encode([NOTHING, *batch.rows])

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
        sections = any(column.members for column in self.columns.values())
        self._chunk = NESTED_CHUNK if sections else FLAT_CHUNK
        self._closed: Sequence[bool] = (True, False) if sections else (True,)
        if only_careful or not can_be_shaped(self.columns, rules):
            self._closed = ()
        self._shape = functools.cache(self._make_shape)
        self._whole_page: msgspec.json.Decoder[t.Any] | None = None
        if self._closed and rules is None:
            self._whole_page = msgspec.json.Decoder(page[self._shape(closed=True).row])
        self._reader = threading.get_ident()

    def _make_shape(self, *, closed: bool) -> Shape:
        return Shape(
            self.columns,
            account=self.added[ACCOUNT],
            extra_selected=self.extra_selected,
            texts_sent_as_numbers=self.texts_sent_as_numbers,
            dropped=self.dropped,
            rules=self.rules,
            closed=closed,
        )

    def add(self, name: str, value: t.Any) -> None:
        """Adds a member to every row, if it is selected; structs do not have it."""
        self._closed, self._whole_page = (), None
        if self._selected(name):
            self.added[name] = value

    def decode(self, body: bytes) -> t.Any:
        """A page, its rows still spelled as they came, or structs.

        Raises:
            Unreadable: it is not JSON in UTF-8, or not of the page's shape.
        """
        try:
            if not body.isascii():
                body.decode()
            if b"\n" in body or b"\r" in body:
                body = msgspec.json.format(body, indent=-1)
            page = self._decode_whole(body)
            return self._raw_page.decode(body) if page is None else page
        except msgspec.ValidationError as error:
            raise Unreadable("the body is not what the vendor's document says") from error
        except (ValueError, RecursionError):
            return self._decode_leniently(body)

    def _decode_whole(self, body: bytes) -> t.Any:
        """A page of structs; None: its rows do not all fit, or would wait in memory.

        Structs take several times the memory of what they came from. Only the thread that made the
        codec writes a page before it reads another.
        """
        if self._whole_page is None or len(body) > WHOLE or threading.get_ident() != self._reader:
            return None
        try:
            return self._whole_page.decode(body)
        except (msgspec.MsgspecError, RecursionError):
            self._whole_page = None  # what one page did not fit, others will not fit either
            return None

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
        for first in range(0, len(rows), self._chunk):
            chunk = rows[first : first + self._chunk]
            structs = self._read(chunk)
            if structs is None:
                yield Batch([self._fit(_members(row)) for row in chunk], careful=True)
            else:
                yield Batch(structs, careful=False)

    def _read(self, chunk: list[t.Any]) -> list[Struct] | None:
        if isinstance(chunk[0], Struct):
            return self._shape(closed=True).check(chunk)
        if not isinstance(chunk[0], Raw):
            return None
        for index, closed in enumerate(self._closed):
            structs = self._shape(closed=closed).read(chunk)
            if structs is not None:
                # What one chunk did not fit, the next will not fit either.
                self._closed = self._closed[index:]
                return structs
        return None

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


def _members(row: t.Any) -> dict[str, Raw]:
    if isinstance(row, Struct):
        members = parse_object(dumps(row))
        del members[ACCOUNT]
        members.pop("_extra", None)
        return members
    if isinstance(row, dict):
        return {name: spell(value) for name, value in row.items()}
    try:
        return parse_object(row)
    except (ValueError, AttributeError) as error:
        raise StreamFailed("a row is not a JSON object") from error
