from __future__ import annotations

import msgspec
from msgspec import Raw

from tap_payments.rows.batch import Batch, RowWriter, to_line


class Row(msgspec.Struct):
    """A row as a page has it."""

    id: str
    amount: Raw


WRITER = RowWriter({"_account": Raw(b'"main"')}, extra_selected=True)


def test_structs_are_one_row_a_line() -> None:
    rows = [Row("a", Raw(b"1.10")), Row("b", Raw(b"2"))]
    lines = b'\n{"id":"a","amount":1.10}\n{"id":"b","amount":2}\n'
    assert WRITER.encode(Batch(rows, careful=False)) == lines


def test_fitted_members_get_those_that_the_tap_adds() -> None:
    batch = Batch([{"id": Raw(b'"a"'), "amount": Raw(b"1.10")}], careful=True)
    assert WRITER.encode(batch) == b'\n{"_account":"main","id":"a","amount":1.10}\n'


def test_no_rows_are_one_empty_line() -> None:
    assert (
        WRITER.encode(Batch([], careful=True)) == WRITER.encode(Batch([], careful=False)) == b"\n"
    )


def test_a_piece_that_was_spelled_over_several_lines_is_one_line() -> None:
    line = to_line({"part": Raw(b'{\r\n  "text": "a b",\n  "n": 1.0\n}')})
    assert line.count(b"\n") == 1
    assert msgspec.json.decode(line) == {"part": {"text": "a b", "n": 1.0}}


def test_the_sdk_gets_numbers_with_their_digits() -> None:
    row = WRITER.to_python({"amount": Raw(b"1.10")})
    assert (row["_account"], str(row["amount"])) == ("main", "1.10")
