"""CSV reports to rows, rule by rule."""

from __future__ import annotations

import csv
import io
import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tap_payments.tables.csv import read_csv
from tap_payments.tables.names import name_columns

RESERVED = ("_account", "_extra", "_row_id")
Rows = list[tuple[list[str | None], dict[str, str | None] | None]]


def read(content: bytes | str, delimiter: str = ",") -> tuple[tuple[str, ...], Rows]:
    data = content.encode() if isinstance(content, str) else content
    table = read_csv(io.BytesIO(data), delimiter=delimiter, reserved=RESERVED)
    return table.columns, list(table.rows)


def cells(content: bytes | str) -> list[list[str | None]]:
    return [row for row, _ in read(content)[1]]


def columns(header: str) -> tuple[str, ...]:
    return read(header + "\n")[0]


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("tapId,type", ("tapId", "type")),
        (" tapId , type\t", ("tapId", "type")),
        ("Tap ID,Fare (AUD),été", ("Tap_ID", "Fare_AUD_", "_t_")),
        ("tapID,TAPID,tapid", ("tapID", "TAPID", "tapid")),
        ("a,,c,", ("a", "column_2", "c", "column_4")),
        ("a,a,a", ("a", "a_2", "a_3")),
        ("a,a,a_2", ("a", "a_3", "a_2")),
        ("a b,a-b,a_b", ("a_b", "a_b_2", "a_b_3")),
        (",column_1", ("column_1_2", "column_1")),
        (
            "_account,_account,_row_id_2,_row_id",
            ("_account_2", "_account_3", "_row_id_2", "_row_id_3"),
        ),
        ('"quoted, name",b', ("quoted_name", "b")),
    ],
)
def test_column_names(header: str, expected: tuple[str, ...]) -> None:
    assert columns(header) == expected


@given(
    st.lists(st.sampled_from(["a", "a_2", "A", "", "column_1", "column_2", "_account", "_", "é"]))
)
def test_column_names_are_unique_and_never_the_taps_own(names: list[str]) -> None:
    named = name_columns(names, RESERVED)
    assert len(set(named)) == len(names) == len(named)
    assert not set(named) & set(RESERVED)
    assert all(name.isascii() and name.replace("_", "a").isalnum() for name in named)


@given(st.lists(st.text(max_size=5), max_size=6))
def test_a_good_name_is_kept_by_the_first_that_has_it(names: list[str]) -> None:
    named = name_columns(names, RESERVED)
    for position, name in enumerate(names):
        if name == named[position]:
            assert names.index(name) == position


def test_every_cell_is_text_as_it_is_or_null() -> None:
    assert cells("a,b,c,d\n007, x ,,1.50\n") == [["007", " x ", None, "1.50"]]


def test_an_empty_cell_is_null_also_where_it_is_quoted() -> None:
    assert cells('a,b\n"",\n') == [[None, None]]


def test_white_space_is_no_empty_cell() -> None:
    assert cells("a,b\n ,\t\n") == [[" ", "\t"]]


def test_surplus_cells_go_into_extra_by_their_position() -> None:
    found, rows = read("a,b\n1,2,3,,5\n1,2\n")
    assert found == ("a", "b")
    assert rows == [
        (["1", "2"], {"column_3": "3", "column_4": None, "column_5": "5"}),
        (["1", "2"], None),
    ]


def test_a_short_row_is_padded_with_null() -> None:
    assert cells("a,b,c\n1\n1,2\n,\n") == [["1", None, None], ["1", "2", None], [None] * 3]


def test_blank_lines_are_skipped() -> None:
    assert cells("\n\na,b\n\n1,2\n  \n\n3,4\n\n") == [["1", "2"], ["3", "4"]]


def test_a_row_of_empty_cells_is_a_row() -> None:
    assert cells("a,b\n,\n") == [[None, None]]
    assert cells('a\n""\n \n') == [[None], [" "]]


@pytest.mark.parametrize("content", [b"", b"\xef\xbb\xbf", b"\n\n", b"\r\n"])
def test_a_file_without_a_header_has_no_columns_and_no_rows(content: bytes) -> None:
    assert read(content) == ((), [])


def test_a_header_alone_is_no_rows() -> None:
    assert read("a,b") == (("a", "b"), [])


def test_a_byte_order_mark_is_removed() -> None:
    assert read("a,b\n1,2\n".encode("utf-8-sig")) == (("a", "b"), [(["1", "2"], None)])
    assert read('"a",b\n1,2\n'.encode("utf-8-sig"))[0] == ("a", "b")


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be"])
def test_utf_16_is_read_by_its_byte_order_mark(encoding: str) -> None:
    text = "a,b\r\n1,é\r\n" if encoding == "utf-16" else "\ufeffa,b\r\n1,é\r\n"
    assert read(text.encode(encoding)) == (("a", "b"), [(["1", "é"], None)])


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_every_kind_of_line_end(newline: str) -> None:
    assert cells(newline.join(["a,b", "1,2", "3,4"])) == [["1", "2"], ["3", "4"]]
    assert cells(newline.join(["a,b", '1,"x', 'y"', "3,4", ""])) == [
        ["1", f"x{newline}y"],
        ["3", "4"],
    ]


def test_quotes_hold_delimiters_newlines_and_quotes() -> None:
    assert cells('a,b\n"1,5","say ""hi""\n\nbye"\n') == [["1,5", 'say "hi"\n\nbye']]


@pytest.mark.parametrize("delimiter", [";", "\t", "|"])
def test_the_delimiter_is_a_setting(delimiter: str) -> None:
    content = delimiter.join(["a", "b"]) + "\n" + delimiter.join(["1,5", "2"])
    assert read(content, delimiter) == (("a", "b"), [(["1,5", "2"], None)])


def warnings(content: str, delimiter: str = ",") -> list[str]:
    said: list[str] = []
    table = read_csv(
        io.BytesIO(content.encode()), delimiter=delimiter, reserved=(), warn=said.append
    )
    assert said == [], "only when all rows are read"
    list(table.rows)
    return said


@pytest.mark.parametrize(
    ("content", "delimiter", "words"),
    [
        ("tapId;amount\n1;2\n", ",", "another usual delimiter (semicolon)"),
        ("tapId,amount\n1,2\n", ";", "another usual delimiter (comma)"),
        ("tapId\tamount\n", ",", "another usual delimiter (tab)"),
        ("Report of taps\n1;2\n", ",", "another usual delimiter (semicolon)"),
        ("sep=;\ntapId;amount\n1;2\n", ";", "which delimiter it has"),
        ("Taps of March\ntapId,amount\n1,2\n", ",", "longer than its first line"),
        ("Taps,of,March\n1,2\n3,4\n", ",", "shorter than its first line"),
        ("Internal server error\n", ",", "one column and no row"),
    ],
)
def test_a_first_line_that_does_not_look_like_a_header_is_warned_of(
    content: str, delimiter: str, words: str
) -> None:
    assert words in " ".join(warnings(content, delimiter))


@pytest.mark.parametrize(
    "content",
    [
        "",
        "tapId,amount\n",
        "tapId,amount\n1,2\n",
        "tapId,amount\n1,2,3\n1\n",
        "tapId,amount\n1,2,3\n1,2\n",
        "tapId\n1\n2\n",
    ],
)
def test_a_header_that_fits_some_rows_is_not_warned_of(content: str) -> None:
    assert warnings(content) == []


def test_a_cell_longer_than_the_csv_modules_limit_is_read() -> None:
    long = "x" * 3_000_000
    assert cells(f'a,b\n1,"{long}"\n') == [["1", long]]


def test_rows_are_read_one_by_one() -> None:
    content = b"a,b\n" + b"some text,1\n" * 200_000
    tracemalloc.start()
    table = read_csv(io.BytesIO(content), delimiter=",", reserved=())
    assert sum(1 for _ in table.rows) == 200_000
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 1_000_000


def test_the_stream_stays_open() -> None:
    stream = io.BytesIO(b"a\n1\n")
    table = read_csv(stream, delimiter=",", reserved=())
    list(table.rows)
    del table
    assert not stream.closed


TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=8)


@given(
    st.lists(st.lists(TEXT, min_size=3, max_size=3), max_size=8), st.sampled_from(["\r\n", "\n"])
)
def test_what_was_written_is_what_is_read(rows: list[list[str]], newline: str) -> None:
    target = io.StringIO(newline="")
    writer = csv.writer(target, lineterminator=newline, quoting=csv.QUOTE_ALL)
    writer.writerows([["a", "b", "c"], *rows])
    assert cells(target.getvalue()) == [[cell or None for cell in row] for row in rows]
