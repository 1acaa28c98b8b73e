"""Schemas with a field of every kind, and the records that a codec makes of a page."""

from __future__ import annotations

import typing as t

import msgspec
from singer_sdk.singerlib.json import serialize_json

from tap_payments.errors import StreamFailed
from tap_payments.rows import fields
from tap_payments.rows.codec import RowCodec
from tests.support.vendor_json import exactly

if t.TYPE_CHECKING:
    from collections.abc import Callable

T = t.TypeVar("T")
Record = dict[str, t.Any]


class RowsPage(msgspec.Struct, t.Generic[T]):
    """An answer with its rows in a member."""

    rows: list[T]
    count: t.Any = None


FLAT = fields.record(
    id=fields.key(fields.text("")),
    number=fields.key(fields.integer("")),
    text=fields.text(""),
    money=fields.money(""),
    minor=fields.minor_units(""),
    flag=fields.flag(""),
    at=fields.instant(""),
    day=fields.day(""),
)
NESTED = fields.record(
    **{name: field for name, field in FLAT["properties"].items() if not name.startswith("_")},
    rate=fields.number(""),
    part=fields.section(
        "",
        text=fields.text(""),
        minor=fields.minor_units(""),
        rate=fields.number(""),
        flag=fields.flag(""),
        money=fields.money(""),
        at=fields.instant(""),
        day=fields.day(""),
        inner=fields.section("", text=fields.text(""), minor=fields.minor_units("")),
    ),
    plain=fields.section(
        "",
        text=fields.text(""),
        minor=fields.minor_units(""),
        flag=fields.flag(""),
        inner=fields.section("", text=fields.text(""), minor=fields.minor_units("")),
    ),
    empty=fields.section(""),
)
KEYS = ("_account", "id", "number")

ROW = '"id":"a","number":1'


def codec_of(schema: t.Any = FLAT, *, page: t.Any = RowsPage, **options: t.Any) -> RowCodec:
    settings: dict[str, t.Any] = {
        "keys": KEYS,
        "rows_field": "rows" if page is RowsPage else None,
        "added": {"_account": "main"},
        "warn": lambda _message: None,
    }
    return RowCodec(schema=schema, page=page, **settings | options)


def lines_of(codec: RowCodec, body: str | bytes) -> list[bytes]:
    """The records of a page as they are written."""
    page = codec.decode(body if isinstance(body, bytes) else body.encode())
    lines: list[bytes] = []
    for batch in codec.batches(codec.rows_of(page)):
        nothing, *rows = codec.encode(batch).splitlines()
        assert nothing == b""
        lines += rows
    return lines


def records_of(codec: RowCodec, body: str | bytes) -> list[t.Any]:
    return [exactly(line) for line in lines_of(codec, body)]


def extra_of(record: Record) -> t.Any:
    """What a record's `_extra` spells."""
    assert isinstance(record["_extra"], str | None)
    return exactly(record["_extra"]) if record["_extra"] is not None else None


def by_the_sdk(codec: RowCodec, body: str) -> list[t.Any]:
    """The records of a page as the SDK writes them."""
    rows = codec.rows_of(codec.decode(body.encode()))
    return [
        exactly(serialize_json(codec.to_python(row)))
        for batch in codec.batches(rows)
        for row in batch.rows
    ]


def outcome(work: Callable[[], T]) -> T | str:
    try:
        return work()
    except StreamFailed as failure:
        return str(failure)


def page_of(rows: list[str]) -> str:
    return '{"count": 3, "rows": [' + ",".join(rows) + '], "unknown": {"x": 1}}'
