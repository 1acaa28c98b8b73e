"""What becomes of single values, of rows without a key and of bodies that are none."""

from __future__ import annotations

import json
import typing as t

import pytest

from tap_payments.errors import StreamFailed, Unreadable
from tap_payments.rows.exact_json import dumps, loads, parse_object
from tests.rows.row_box import (
    FLAT,
    NESTED,
    ROW,
    codec_of,
    extra_of,
    lines_of,
    page_of,
    records_of,
)
from tests.support.vendor_json import exactly


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
        ('"_account":"main"', '{"_account":"main"}'),
        ('"\\u005faccount":"main"', '{"_account":"main"}'),
        ('"_extra":null', '{"_extra":null}'),
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
    assert extra_of(record) == exactly(extra)
    assert record["_account"] == "main"


NO_ROWS = (b"7", b"null", b'["a"]', b'"\\ud800"', b'"{}"')


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
        *(b'{"rows":[{"id":"z","number":9},%b]}' % row for row in NO_ROWS),
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
        assert (lines[:1], lines.count(b"\n")) == (b"\n", 2)
        assert b"\r" not in lines
        assert json.loads(lines)["empty"] == {"x": [1, {"y": 2}]}


def test_rows_that_a_stream_takes_apart_itself_give_whole_lines_too() -> None:
    codec = codec_of(NESTED)
    row = parse_object(b'{"id": "a", "number": 1, "new": {\n  "x": [\r\n 1.50]}, "text": "b"}')
    (batch,) = codec.batches([row])
    lines = codec.encode(batch)
    assert (lines[:1], lines.count(b"\n")) == (b"\n", 2)
    assert b"\r" not in lines
    assert extra_of(exactly(lines)) == exactly('{"new":{"x":[1.50]}}')


# Selection, warnings and what the tap adds


@pytest.mark.parametrize("careful", [False, True])
def test_fields_that_are_not_selected_are_left_out(*, careful: bool) -> None:
    codec = codec_of(
        NESTED, only_careful=careful, selected=lambda name: name not in ("text", "part", "_extra")
    )
    body = f'{{"rows":[{{{ROW},"text":"x","part":{{"text":"y"}},"at":null}}]}}'
    others = {"money", "minor", "flag", "at", "day", "rate", "plain", "empty"}
    assert records_of(codec, body) == [
        {**exactly('{"_account":"main","id":"a","number":1}'), **dict.fromkeys(others)}
    ]


@pytest.mark.parametrize("members", ['"text":"secret"', '"part":"secret"', '"minor":"secret"'])
def test_a_field_that_is_not_selected_is_not_in_extra_either(members: str) -> None:
    codec = codec_of(NESTED, selected=lambda name: name not in ("text", "part", "minor"))
    lines = lines_of(codec, f'{{"rows":[{{{ROW},{members},"new":1}}]}}')
    assert b"secret" not in lines[0]
    assert extra_of(exactly(lines[0])) == exactly('{"new":1}')


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
