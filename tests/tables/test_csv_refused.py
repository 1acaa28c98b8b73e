"""What CSV is refused: a broken file is never read as if it were whole."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tap_payments.tables.csv import read_csv
from tap_payments.tables.table import ReportUnreadable


def read(content: bytes | str) -> list[list[str | None]]:
    data = content.encode() if isinstance(content, str) else content
    return [cells for cells, _ in read_csv(io.BytesIO(data), delimiter=",", reserved=()).rows]


@pytest.mark.parametrize(
    "content",
    [
        'a,"b',
        'a,b\n1,"x',
        'a,b\n1,"x\n',
        'a,b\n1,"',
        'a,b\n1,2\n"',
        'a,b\n1,"x""',
        'a,b\n1,2\n3,"4\r\n',
    ],
)
def test_a_file_that_ends_inside_a_quoted_cell_is_an_error(content: str) -> None:
    with pytest.raises(ReportUnreadable, match="line"):
        read(content)


@given(
    st.lists(st.lists(st.text('ab",\n', max_size=4), min_size=2, max_size=3), max_size=4), st.data()
)
def test_a_file_cut_inside_a_quoted_cell_is_never_read_as_if_it_were_whole(
    rows: list[list[str]], data: st.DataObject
) -> None:
    target = io.StringIO()
    csv.writer(target, quoting=csv.QUOTE_ALL).writerows([["a", "b"], *rows])
    whole = target.getvalue()
    cut = data.draw(st.integers(0, len(whole)))
    if whole[:cut].count('"') % 2:
        with pytest.raises(ReportUnreadable):
            read(whole[:cut])
    else:
        read(whole[:cut])


def test_text_behind_a_closing_quote_is_an_error() -> None:
    with pytest.raises(ReportUnreadable, match="line 3"):
        read('a,b\n1,2\n"x"y,3\n')


@pytest.mark.parametrize(
    "content",
    [
        b"a,b\n1,\xff\n",
        b"a\xc3,b\n",
        b"a,b\n1,2\xc3",
        "a,b\n1,2".encode("utf-16")[:-1],
        b"a,b\n1,\0\n",
        "a,b\n1,\0\n".encode("utf-16"),
        "a,b\n1,2\n".encode("utf-32"),
    ],
)
def test_what_is_no_text_is_an_error(content: bytes) -> None:
    with pytest.raises(ReportUnreadable):
        read(content)


def test_an_error_says_where_and_never_what() -> None:
    content = 'a,b\n1,2\n1,"SECRET4111111111111111\n'
    with pytest.raises(ReportUnreadable) as caught:
        read(content)
    assert "line 3" in str(caught.value)
    assert "SECRET" not in str(caught.value)
    assert "\n" not in str(caught.value)


def test_rows_before_a_broken_one_are_read() -> None:
    table = read_csv(io.BytesIO(b'a\n1\n2\n"3'), delimiter=",", reserved=())
    assert [next(table.rows), next(table.rows)] == [(["1"], None), (["2"], None)]
    with pytest.raises(ReportUnreadable):
        next(table.rows)


def test_a_missing_quote_is_an_error_before_it_fills_the_memory() -> None:
    with pytest.raises(ReportUnreadable, match="larger"):
        read(b'a\n"' + b"some text\n" * 2_000_000)
