from __future__ import annotations

import gzip
import io
import json
import typing as t

import pytest
from pyarrow import ipc, parquet

from tap_payments.errors import StreamFailed
from tap_payments.output.encodings import ROW_GROUP, TOGETHER, extension_of, open_rows
from tests.rows.row_box import FLAT, codec_of, page_of

Rows = list[dict[str, t.Any]]
PAGE = 500


def written(format_: str, *rows: str, compression: str = "none") -> bytes:
    """A file with these rows, each without its braces."""
    codec, file = codec_of(), io.BytesIO()
    out = open_rows(file, format_, compression, FLAT["properties"])
    for first in range(0, len(rows), PAGE):
        page = page_of([f"{{{row}}}" for row in rows[first : first + PAGE]])
        for batch in codec.batches(codec.rows_of(codec.decode(page.encode()))):
            out.write(codec, batch)
    out.finish()
    return file.getvalue()


def read(format_: str, content: bytes) -> Rows:
    """The rows of a file."""
    if format_ == "jsonl":
        return [json.loads(line) for line in content.splitlines()]
    source = io.BytesIO(content)
    table = parquet.read_table(source) if format_ == "parquet" else ipc.open_file(source).read_all()
    return t.cast("Rows", table.to_pylist())


ROW = '"id":"a","number":1,"text":"é","money":"1.10","minor":7,"flag":true,"odd":[1]'


@pytest.mark.parametrize("format_", ["jsonl", "parquet", "arrow"])
def test_every_format_holds_the_same_rows(format_: str) -> None:
    [row] = read(format_, written(format_, ROW))
    assert {name: value for name, value in row.items() if value is not None} == {
        "_account": "main",
        "id": "a",
        "number": 1,
        "text": "é",
        "money": "1.10",
        "minor": 7,
        "flag": True,
        "_extra": '{"odd":[1]}',
    }


@pytest.mark.parametrize("format_", ["jsonl", "parquet", "arrow"])
@pytest.mark.parametrize("count", [0, 1, TOGETHER, TOGETHER + 1])
def test_no_row_is_left_behind_however_many_there_are(format_: str, count: int) -> None:
    rows = [f'"id":"{number}","number":{number}' for number in range(count)]
    found = read(format_, written(format_, *rows))
    assert [row["number"] for row in found] == list(range(count))


def test_rows_of_parquet_stand_in_groups() -> None:
    text = "x" * (ROW_GROUP // TOGETHER // 2 + 1)  # two conversions are as much as a group
    rows = [f'"id":"{number}","number":{number},"text":"{text}"' for number in range(2001)]
    content = written("parquet", *rows)
    assert len(read("parquet", content)) == len(rows)
    assert parquet.ParquetFile(io.BytesIO(content)).num_row_groups == 2


def test_lines_are_packed_and_the_same_each_time() -> None:
    packed = written("jsonl", ROW, compression="gzip")
    assert gzip.decompress(packed) == written("jsonl", ROW)
    assert packed == written("jsonl", ROW, compression="gzip")


@pytest.mark.parametrize("format_", ["parquet", "arrow"])
def test_a_whole_number_that_has_no_place_is_an_error_that_names_its_column(format_: str) -> None:
    with pytest.raises(StreamFailed, match="minor: a whole number of more than 64 bits"):
        written(format_, f'"id":"a","number":1,"minor":{2**63}')
    [row] = read(format_, written(format_, f'"id":"a","number":1,"minor":{2**63 - 1}'))
    assert row["minor"] == 2**63 - 1


@pytest.mark.parametrize(
    ("format_", "compression", "extension"),
    [("jsonl", "gzip", "jsonl.gz"), ("jsonl", "none", "jsonl"), ("arrow", "gzip", "arrow")],
)
def test_the_name_says_what_a_file_is(format_: str, compression: str, extension: str) -> None:
    assert extension_of(format_, compression) == extension
