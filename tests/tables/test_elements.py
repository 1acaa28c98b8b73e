"""Which element is a row, and which column a cell is: told by the row alone."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tap_payments.tables.table import ReportUnreadable
from tests.tables.xml_box import RESERVED, read


def test_the_row_is_the_repeated_child_of_the_root() -> None:
    content = "<r><made>now</made><row><a>1</a></row><row><a>2</a></row><total>2</total></r>"
    assert read(content) == (("a",), [["1"], ["2"]])


def test_an_only_child_of_the_root_is_the_row() -> None:
    assert read("<r><row><a>1</a></row></r>") == (("a",), [["1"]])


def test_an_element_of_the_rows_name_further_down_is_no_row() -> None:
    found = read("<r><row><row>1</row></row><row><row>2</row></row><x><row>3</row></x></r>")
    assert found == (("row",), [["1"], ["2"]])


@pytest.mark.parametrize(
    "content",
    [
        "<r><a>1</a><b>2</b></r>",
        "<r><a>1</a><a>1</a><b>2</b><b>2</b></r>",
        "<r><rows><row><a>1</a></row><row><a>2</a></row></rows></r>",
        "<r><rows>" + "<row>1</row>" * 3000 + "</rows></r>",
    ],
)
def test_where_the_row_cannot_be_told_the_setting_is_named(content: str) -> None:
    with pytest.raises(ReportUnreadable, match=r"setting tikpay\.row_element"):
        read(content)


def test_the_setting_says_which_element_is_a_row_at_any_depth() -> None:
    content = (
        "<r><head><a>0</a></head><day><row><a>1</a></row></day><day><x><n:row><a>2</a></n:row></x>"
        "</day></r>"
    )
    assert read(content, "row") == (("a",), [["1"], ["2"]])
    assert read("<row><a>1</a></row>", "row") == (("a",), [["1"]])


@pytest.mark.parametrize("content", ["<r><x><row>1</row></x></r>", "<r><row/></r>"])
def test_a_setting_that_names_no_element_is_an_error_where_there_are_elements(
    content: str,
) -> None:
    with pytest.raises(ReportUnreadable, match=r"setting tikpay\.row_element"):
        read(content, "rwo")


def test_a_bare_root_is_an_empty_report_whatever_the_setting_says() -> None:
    assert read("<r>\n</r>", "row") == ((), [])


@pytest.mark.parametrize(
    "content",
    [
        "<report><taps><tap><id>1</id></tap></taps></report>",
        '<report><taps><tap id="1"/></taps></report>',
        '<report><taps><tap id="1"/><tap id="2"/></taps></report>',
        '<report><taps count="1"><tap><id>1</id></tap></taps></report>',
    ],
)
def test_one_element_with_perhaps_a_row_in_it_is_not_taken_for_the_row(content: str) -> None:
    with pytest.raises(ReportUnreadable, match=r"setting tikpay\.row_element"):
        read(content)
    columns, rows = read(content, "tap")
    assert columns == ("id",)
    assert rows[0] == ["1"]


def test_the_name_of_a_cell_depends_on_its_row_alone() -> None:
    content = (
        '<r><row id="1"/><row id="2"><id>3</id></row><row id="4"><id>5</id><id_2>6</id_2></row>'
        "<row><tap.id>7</tap.id></row><row><tap-id>8</tap-id><tap.id>9</tap.id></row>"
        "<row><_account>10</_account></row></r>"
    )
    columns, rows = read(content)
    assert [
        {name: cell for name, cell in zip(columns, cells, strict=True) if cell} for cells in rows
    ] == [
        {"id": "1"},
        {"id": "3", "id_2": "2"},
        {"id": "5", "id_2": "6", "id_3": "4"},
        {"tap_id": "7"},
        {"tap_id": "8", "tap_id_2": "9"},
        {"_account_2": "10"},
    ]


ELEMENT = st.recursive(
    st.builds(
        lambda name, attribute: f"<{name} {attribute}>x</{name}>",
        st.sampled_from(["a", "a_2", "a_b", "a.b", "b", "_account"]),
        st.sampled_from(["", 'a="1"', 'b="2"', '_account="3"']),
    ),
    lambda inner: st.builds(
        lambda name, children: f"<{name}>{''.join(children)}</{name}>",
        st.sampled_from(["a", "b", "a_b"]),
        st.lists(inner, min_size=1, max_size=3),
    ),
    max_leaves=5,
)


ROW = st.builds(
    lambda attribute, children: f"<row {attribute}>{''.join(children)}</row>",
    st.sampled_from(["", 'a="1"', 'a_b="2" a="3"', '_account="4"']),
    st.lists(ELEMENT, min_size=1, max_size=4),
)


@given(st.lists(ROW, min_size=1, max_size=5))
def test_a_row_is_the_same_in_every_report_whatever_else_it_holds(rows: list[str]) -> None:
    def named(content: str) -> list[dict[str, str]]:
        columns, found = read(f"<r>{content}</r>", "row")
        assert len(set(columns)) == len(columns)
        assert not set(columns) & set(RESERVED)
        return [
            {name: cell for name, cell in zip(columns, cells, strict=True) if cell}
            for cells in found
        ]

    together = named("".join(rows))
    assert [cells for each in rows for cells in named(each)] == together
    assert named("".join(reversed(rows))) == together[::-1]
    assert sum(map(len, together)) == "".join(rows).count(">x<") + "".join(rows).count('="')
