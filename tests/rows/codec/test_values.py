"""What becomes of single values, of rows without a key and of bodies that are none."""

from __future__ import annotations

import typing as t

import pytest

from tap_payments.errors import StreamFailed
from tap_payments.rows.exact_json import dumps, loads
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
