"""Bodies: which are no rows, and that every one of the others gives whole lines."""

from __future__ import annotations

import json
import typing as t

import pytest

from tap_payments.errors import Unreadable
from tap_payments.rows.exact_json import parse_object
from tests.rows.row_box import (
    FLAT,
    NESTED,
    codec_of,
    extra_of,
    lines_of,
    records_of,
)
from tests.support.vendor_json import exactly

NO_ROWS = (b"7", b"null", b'["a"]', b'"\\ud800"', b'"{}"')


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
