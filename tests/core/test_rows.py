from __future__ import annotations

import json
import typing as t
from datetime import datetime
from decimal import Decimal

import jsonschema
import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from singer_sdk.singerlib.json import serialize_json
from vendor_json import EVERYTHING, exactly, is_kept, row_of

from tap_payments.core import fields
from tap_payments.core.errors import StreamFailed, Unreadable
from tap_payments.core.exact import dumps, loads, parse_object
from tap_payments.core.rows import CHUNK, RowCodec

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
    empty=fields.section(""),
)
KEYS = ("_account", "id", "number")

ROW = '"id":"a","number":1'

FORMATS = jsonschema.FormatChecker(formats=())


@FORMATS.checks("x-singer.decimal", raises=ArithmeticError)
def is_decimal(value: t.Any) -> bool:
    return not isinstance(value, str) or Decimal(value).is_finite()


@FORMATS.checks("date-time", raises=ValueError)
def is_instant(value: t.Any) -> bool:
    return not isinstance(value, str) or datetime.fromisoformat(value.upper()) is not None


@FORMATS.checks("date", raises=ValueError)
def is_day(value: t.Any) -> bool:
    return not isinstance(value, str) or bool(datetime.strptime(value, "%Y-%m-%d"))  # noqa: DTZ007


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
        lines += codec.encode(batch).splitlines()
    return lines


def records_of(codec: RowCodec, body: str | bytes) -> list[t.Any]:
    return [exactly(line) for line in lines_of(codec, body)]


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


# Both ways


QUICK = {"flat": codec_of(FLAT), "nested": codec_of(NESTED)}
CAREFUL = {
    "flat": codec_of(FLAT, only_careful=True),
    "nested": codec_of(NESTED, only_careful=True),
}
SCHEMAS = {"flat": FLAT, "nested": NESTED}
VALIDATORS = {
    name: jsonschema.Draft202012Validator(schema, format_checker=FORMATS)
    for name, schema in SCHEMAS.items()
}


def hold(name: str, rows: list[str]) -> None:
    """What must hold of any rows: both ways and the SDK write the same, and nothing is lost."""
    body = page_of(rows)
    lines = outcome(lambda: lines_of(QUICK[name], body))
    quick = lines if isinstance(lines, str) else [exactly(line) for line in lines]
    assert quick == outcome(lambda: records_of(CAREFUL[name], body))
    assert quick == outcome(lambda: by_the_sdk(CAREFUL[name], body))
    if isinstance(lines, str):
        assert "key field" in lines
        return
    for spelled, line in zip(rows, lines, strict=True):
        VALIDATORS[name].validate(loads(line))
        record = exactly(line)
        extra = record["_extra"] or {}
        assert record["_account"] == "main"
        assert set(record) <= set(SCHEMAS[name]["properties"])
        for field, value in exactly(spelled).items():
            own = None if field.startswith("_") else record.get(field)
            assert is_kept(value, own, extra.get(field)), field


@pytest.mark.parametrize("name", SCHEMAS)
@given(data=st.data())
def test_both_ways_and_the_sdk_write_the_same_and_lose_nothing(
    name: str, data: st.DataObject
) -> None:
    rows = row_of(SCHEMAS[name]["properties"], KEYS)
    hold(name, data.draw(st.lists(rows, min_size=1, max_size=2)))


PATHS = [
    ("flat", "{}"),
    ("nested", "{}"),
    ("nested", '{{"part":{}}}'),
    ("nested", '{{"part":{{"inner":{}}}}}'),
]


@pytest.mark.parametrize(("name", "around"), PATHS)
@pytest.mark.parametrize("value", EVERYTHING)
def test_every_value_in_every_field_is_read_alike_and_kept(
    name: str, around: str, value: str
) -> None:
    names = [*NESTED["properties"], *NESTED["properties"]["part"]["properties"]]
    for field in names:
        inner = around.format(f'{{"{field}":{value}}}')
        hold(name, [f"{{{ROW},{inner[1:]}"])


@pytest.mark.parametrize("schema", [FLAT, NESTED], ids=["flat", "nested"])
def test_rows_that_fit_take_the_quick_way(schema: t.Any) -> None:
    codec = codec_of(schema)
    rows = codec.rows_of(codec.decode(b'{"rows":[{"id":"a","number":1,"at":null}]}'))
    assert [batch.careful for batch in codec.batches(rows)] == [False]


def test_one_odd_row_takes_only_its_part_of_the_page_along() -> None:
    rows = [f'{{"id":"{n}","number":{n}}}' for n in range(3 * CHUNK)]
    rows[CHUNK] = '{"id":"x","number":7,"new":1}'
    codec = codec_of(NESTED)
    page = codec.decode(page_of(rows).encode())
    assert [batch.careful for batch in codec.batches(codec.rows_of(page))] == [False, True, False]
    assert len(lines_of(codec, page_of(rows))) == len(rows)


# By hand


@pytest.mark.parametrize(
    ("members", "expected"),
    [
        ('"money":"12.10"', '"money":"12.10"'),
        ('"money":12.10', '"money":"12.10"'),
        ('"money":1e-7', '"money":"1e-7"'),
        ('"text":7', '"text":"7"'),
        ('"text":{"a":[1.50]}', '"text":"{\\"a\\":[1.50]}"'),
        ('"minor":123456789012345678901234567890', '"minor":123456789012345678901234567890'),
        ('"rate":12345678901234567.89', '"rate":12345678901234567.89'),
        ('"rate":1e3', '"rate":1e3'),
        ('"rate":12.10', '"rate":12.10'),
        ('"text":"\\ud800"', '"text":"\\ud800"'),
        ('"text":"a\\u2028b"', '"text":"a\\u2028b"'),
        ('"text":"a","text":"b"', '"text":"b"'),
        ('"part":{"minor":"7","x":1.50}', '"part":{"minor":null,"x":1.50}'),
        ('"empty":{"deep":[{"n":1e3}]}', '"empty":{"deep":[{"n":1e3}]}'),
    ],
)
def test_values_keep_their_digits_and_characters(members: str, expected: str) -> None:
    record = records_of(codec_of(NESTED), f'{{"rows":[{{{ROW},{members}}}]}}')[0]
    for name, value in exactly(f"{{{expected}}}").items():
        assert record[name] == value


@pytest.mark.parametrize(
    ("members", "extra"),
    [
        ('"new":1.50', '{"new":1.50}'),
        ('"new":null', '{"new":null}'),
        ('"_account":"theirs"', '{"_account":"theirs"}'),
        ('"_extra":{"a":1}', '{"_extra":{"a":1}}'),
        ('"minor":"7"', '{"minor":"7"}'),
        ('"flag":1', '{"flag":1}'),
        ('"money":"n/a"', '{"money":"n/a"}'),
        ('"at":"soon"', '{"at":"soon"}'),
        ('"day":"2026-01-31T00:00:00Z"', '{"day":"2026-01-31T00:00:00Z"}'),
        ('"part":[1]', '{"part":[1]}'),
        (
            '"part":{"rate":"x","inner":{"minor":"y"}}',
            '{"part":{"rate":"x","inner":{"minor":"y"}}}',
        ),
        ('"text":"fits"', "null"),
    ],
)
def test_what_has_no_place_goes_into_extra(members: str, extra: str) -> None:
    record = records_of(codec_of(NESTED), f'{{"rows":[{{{ROW},{members}}}]}}')[0]
    assert record["_extra"] == exactly(extra)
    assert record["_account"] == "main"


@pytest.mark.parametrize("schema", [FLAT, NESTED], ids=["flat", "nested"])
@pytest.mark.parametrize(
    ("row", "message"),
    [
        ('{"id":"a"}', "a row lacks its key field 'number'"),
        ('{"number":1}', "a row lacks its key field 'id'"),
        ('{"id":null,"number":1}', "a row's key field 'id' is null"),
        ('{"id":7,"number":1}', "a row's key field 'id' is integer"),
        ('{"id":"a","number":"1"}', "a row's key field 'number' is string"),
        ('{"id":"a","number":1.0}', "a row's key field 'number' is number"),
        ('{"id":"a","number":true}', "a row's key field 'number' is boolean"),
        ("7", "a row is not a JSON object"),
        ("null", "a row is not a JSON object"),
        ('["a"]', "a row is not a JSON object"),
        ('"\\ud800"', "a row is not a JSON object"),
    ],
)
def test_a_row_without_its_key_is_an_error_that_names_the_field(
    schema: t.Any, row: str, message: str
) -> None:
    with pytest.raises(StreamFailed) as failure:
        lines_of(codec_of(schema), page_of(['{"id":"z","number":9}', row]))
    assert str(failure.value) == message


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html><body>Bad Gateway</body></html>",
        b"null",
        b"7",
        b"[]",
        b"{}",
        b'{"rows":{}}',
        b'{"rows":null}',
        b'{"rows":[{"id":"a"',
        b'{"rows":[]',
        b'{"rows":[]}{"rows":[]}',
        b'{"rows":[{"id":NaN}]}',
        b'{"rows":[{"id":"a\xff","number":1}]}',
        b'{"rows":[{"id":"a","number":01}]}',
        b'{"rows":[{"id":"a\x01","number":1}]}',
        b'{"rows":[{"id":"a\nb","number":1}]}',
        b'{"rows":[{"id":"a","number":1,"x":' + b"[" * 100_000 + b"]" * 100_000 + b"}]}",
        b'{"rows":\n[{"id":"a","number":1,"x":' + b'{"y":' * 50_000 + b"1" + b"}" * 50_000 + b"}]}",
        b"[" * 100_000,
    ],
)
@pytest.mark.parametrize("schema", [FLAT, NESTED], ids=["flat", "nested"])
@pytest.mark.parametrize("careful", [False, True])
def test_a_body_that_is_not_the_documented_one_is_unreadable(
    schema: t.Any, body: bytes, *, careful: bool
) -> None:
    with pytest.raises(Unreadable, match="the body is not"):
        codec_of(schema, only_careful=careful).decode(body)


@pytest.mark.parametrize("body", [b"{}", b"null", b'{"a":[]}', b'"x"', b"<html>"])
def test_an_object_for_an_array_is_unreadable(body: bytes) -> None:
    with pytest.raises(Unreadable, match="the body is not"):
        codec_of(page=list).decode(body)


@pytest.mark.parametrize("schema", [FLAT, NESTED], ids=["flat", "nested"])
def test_an_array_of_rows_may_be_the_whole_body(schema: t.Any) -> None:
    body = '[{"id":"a","number":1},\n {"id":"b","number":2}]'
    assert [record["id"] for record in records_of(codec_of(schema, page=list), body)] == ["a", "b"]


@pytest.mark.parametrize("schema", [FLAT, NESTED], ids=["flat", "nested"])
def test_no_rows_are_no_lines(schema: t.Any) -> None:
    assert lines_of(codec_of(schema), '{"rows":[]}') == []


def test_a_byte_order_mark_is_no_part_of_a_row() -> None:
    body = b"\xef\xbb\xbf" + b'{"rows":[{"id":"a","number":1}]}'
    assert records_of(codec_of(), body)[0]["id"] == "a"


@pytest.mark.parametrize("careful", [False, True])
@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_an_indented_body_gives_whole_lines(newline: str, *, careful: bool) -> None:
    rows = [{"id": "a", "number": 1, "empty": {"x": [1, {"y": 2}]}, "new": {"z": [3]}}]
    body = json.dumps({"rows": rows}, indent=2).replace("\n", newline)
    codec = codec_of(NESTED, only_careful=careful)
    for batch in codec.batches(codec.rows_of(codec.decode(body.encode()))):
        lines = codec.encode(batch)
        assert lines.count(b"\n") == 1
        assert b"\r" not in lines
        assert json.loads(lines)["empty"] == {"x": [1, {"y": 2}]}


def test_rows_that_a_stream_takes_apart_itself_give_whole_lines_too() -> None:
    codec = codec_of(NESTED)
    row = parse_object(b'{"id": "a", "number": 1, "new": {\n  "x": [\r\n 1.50]}, "text": "b"}')
    (batch,) = codec.batches([row])
    lines = codec.encode(batch)
    assert lines.count(b"\n") == 1
    assert b"\r" not in lines
    assert exactly(lines)["_extra"] == exactly('{"new":{"x":[1.50]}}')


# Selection, warnings and what the tap adds


@pytest.mark.parametrize("careful", [False, True])
def test_fields_that_are_not_selected_are_left_out(*, careful: bool) -> None:
    codec = codec_of(
        NESTED, only_careful=careful, selected=lambda name: name not in ("text", "part", "_extra")
    )
    body = f'{{"rows":[{{{ROW},"text":"x","part":{{"text":"y"}},"at":null}}]}}'
    assert records_of(codec, body) == [exactly('{"_account":"main","id":"a","number":1,"at":null}')]


@pytest.mark.parametrize("members", ['"text":"secret"', '"part":"secret"', '"minor":"secret"'])
def test_a_field_that_is_not_selected_is_not_in_extra_either(members: str) -> None:
    codec = codec_of(NESTED, selected=lambda name: name not in ("text", "part", "minor"))
    lines = lines_of(codec, f'{{"rows":[{{{ROW},{members},"new":1}}]}}')
    assert b"secret" not in lines[0]
    assert exactly(lines[0])["_extra"] == exactly('{"new":1}')


def test_a_field_that_the_tap_adds_can_be_left_out() -> None:
    codec = codec_of(selected=lambda name: name != "_seen_at")
    codec.add("_seen_at", "2026-01-31T00:00:00.000000Z")
    assert "_seen_at" not in records_of(codec, f'{{"rows":[{{{ROW}}}]}}')[0]


@pytest.mark.parametrize("careful", [False, True])
def test_what_the_tap_adds_is_in_every_record(*, careful: bool) -> None:
    codec = codec_of(only_careful=careful)
    codec.add("_seen_at", "é")
    record = records_of(codec, f'{{"rows":[{{{ROW}}}]}}')[0]
    assert (record["_account"], record["_seen_at"]) == ("main", "é")


def test_a_warning_names_the_field_and_not_its_value() -> None:
    warnings: list[str] = []
    codec = codec_of(NESTED, warn=warnings.append)
    lines_of(codec, f'{{"rows":[{{{ROW},"new":"canary1","minor":"canary2","rate":1}}]}}')
    assert sorted(warnings) == [
        "field 'minor' came with another type than the schema says; such values go into _extra",
        "field 'new' is not in the schema; its values go into _extra",
    ]


@pytest.mark.parametrize("name", ["a\nb", "\x1b[31m", "\ud800"])
def test_a_field_with_an_odd_name_breaks_no_line_of_the_log(name: str) -> None:
    warnings: list[str] = []
    lines_of(codec_of(warn=warnings.append), f'{{"rows":[{{{ROW},{json.dumps(name)}:1}}]}}')
    assert len(warnings) == 1
    assert warnings[0].isprintable()


@pytest.mark.parametrize(
    ("spelled", "text"),
    [("7", "7"), ('"007"', "007"), ("null", None), ("123456789012345678901", None)],
)
@pytest.mark.parametrize("careful", [False, True])
def test_texts_that_are_sent_as_numbers_are_written_as_texts(
    spelled: str, text: str | None, *, careful: bool
) -> None:
    codec = codec_of(NESTED, only_careful=careful, texts_sent_as_numbers=("text",))
    page = codec.decode(f'{{"rows":[{{{ROW},"text":{spelled}}}]}}'.encode())
    (batch,) = codec.batches(codec.rows_of(page))
    assert batch.careful is careful
    lines = codec.encode(batch)
    expected = text if text or spelled == "null" else spelled
    assert loads(lines)["text"] == expected
    assert dumps(expected) in lines
