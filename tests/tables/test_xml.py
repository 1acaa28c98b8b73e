"""XML reports to rows, rule by rule."""

from __future__ import annotations

import io
import tracemalloc
from xml.sax.saxutils import escape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tap_payments.tables.xml import read_xml
from tests.tables.xml_box import read, row


def test_child_elements_are_columns_in_order_of_first_appearance() -> None:
    assert read("<r><tap><b>1</b></tap><tap><a>2</a><b>3</b></tap></r>") == (
        ("b", "a"),
        [["1", None], ["3", "2"]],
    )


def test_nested_elements_are_joined_with_underscores() -> None:
    assert row("<fare><amount>3.50</amount><tax><gst>0.35</gst></tax></fare><id>1</id>") == {
        "fare_amount": "3.50",
        "fare_tax_gst": "0.35",
        "id": "1",
    }


def test_an_attribute_of_the_row_has_its_own_name_and_a_nested_one_its_elements_before_it() -> None:
    fare = '<fare currency="AUD">3.50<tax rate="10"/></fare><id/>'
    found = row(fare, attributes='tap="7"')
    assert found == {
        "tap": "7",
        "fare": "3.50",
        "fare_currency": "AUD",
        "fare_tax": None,
        "fare_tax_rate": "10",
        "id": None,
    }


def test_an_attribute_is_suffixed_where_a_child_has_its_name() -> None:
    assert row("<id>5</id>", attributes='id="7"') == {"id": "5", "id_2": "7"}


def test_repeated_children_are_numbered() -> None:
    found = row("<tag>a</tag><tag>b</tag><tag>c</tag><id>1</id>", attributes='id="2"')
    assert found == {"tag": "a", "tag_2": "b", "tag_3": "c", "id": "1", "id_2": "2"}


def test_repeated_children_keep_their_columns_apart_where_they_are_incomplete() -> None:
    found = read(
        "<r><row><leg><from>1</from></leg><leg><to>2</to></leg></row>"
        "<row><leg><to>3</to></leg></row></r>"
    )
    assert found == (("leg_from", "leg_2_to", "leg_to"), [["1", "2", None], [None, None, "3"]])


def test_namespaces_are_dropped() -> None:
    content = (
        '<n:r xmlns:n="urn:a" xmlns="urn:b"><n:row n:id="1" xmlns:m="urn:c"><m:x>2</m:x>'
        "<y>3</y></n:row><row><x>4</x></row></n:r>"
    )
    assert read(content) == (("id", "x", "y"), [["1", "2", "3"], [None, "4", None]])


def test_names_are_cleaned_as_in_csv_and_never_the_taps_own() -> None:
    assert list(row("<tap-id>1</tap-id><_account>2</_account><été>3</été><tap.id>4</tap.id>")) == [
        "tap_id",
        "_account_2",
        "_t_",
        "tap_id_2",
    ]


def test_empty_text_is_null_and_other_text_is_kept_as_it_is() -> None:
    assert row("<a/><b></b><c> \n </c><d> x </d><e>007</e>") == {
        "a": None,
        "b": None,
        "c": None,
        "d": " x ",
        "e": "007",
    }
    assert row("", attributes='a=""') == {"a": None}


def test_text_beside_elements_is_kept() -> None:
    found = row("left<a>1</a> and <b>2</b>right")
    assert found == {"row": "left and right", "a": "1", "b": "2"}
    assert row("only") == {"row": "only"}


def test_an_element_that_has_text_in_one_row_and_children_in_another_keeps_both() -> None:
    assert read("<r><row><a>1</a></row><row><a><b>2</b></a></row></r>") == (
        ("a", "a_b"),
        [["1", None], [None, "2"]],
    )


def test_entities_of_xml_itself_and_cdata_are_text() -> None:
    assert row("<a>&lt;&amp;&#233;</a><b><![CDATA[<x>&]]></b>") == {"a": "<&é", "b": "<x>&"}


@pytest.mark.parametrize(
    "content", ["", "<report/>", "<report>\n</report>", "<?xml version='1.0'?><r/>"]
)
def test_a_file_without_rows_has_no_columns(content: str) -> None:
    assert read(content) == ((), [])


@pytest.mark.parametrize("content", ["<r><row/></r>", "<r><row/><row> </row></r>"])
def test_a_row_without_anything_is_a_row(content: str) -> None:
    columns, rows = read(content)
    assert columns == ("row",)
    assert rows in ([[None]], [[None], [None]])


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "iso-8859-1"])
def test_every_usual_encoding_is_read(encoding: str) -> None:
    declared = "utf-8" if encoding == "utf-8-sig" else encoding
    content = f'<?xml version="1.0" encoding="{declared}"?><r><row><a>é</a></row></r>'
    assert read(content.encode(encoding)) == (("a",), [["é"]])


def test_rows_are_read_one_by_one() -> None:
    content = b"<r>" + b"<row>\n  <a>some text</a>\n  <b>1</b>\n</row>\n" * 50_000 + b"</r>"
    tracemalloc.start()
    table = read_xml(
        io.BytesIO(content), row_element=None, reserved=(), setting="tikpay.row_element"
    )
    assert sum(1 for _ in table.rows) == 50_000
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 2_000_000


def test_a_report_is_read_from_where_the_file_stands() -> None:
    stream = io.BytesIO(b"##<r><row>1</row></r>")
    stream.seek(2)
    table = read_xml(stream, row_element=None, reserved=(), setting="tikpay.row_element")
    assert list(table.rows) == [(["1"], None)]


TEXT = st.text(st.characters(codec="utf-8", exclude_categories=["C", "Z"]), min_size=1, max_size=8)


@given(st.lists(st.dictionaries(st.sampled_from("abcd"), TEXT, min_size=1), min_size=1, max_size=8))
def test_what_was_written_is_what_is_read(rows: list[dict[str, str]]) -> None:
    inner = (
        "".join(f"<{name}>{escape(cell)}</{name}>" for name, cell in each.items()) for each in rows
    )
    columns, found = read("<r>" + "".join(f"<row>{each}</row>\n" for each in inner) + "</r>")
    assert list(columns) == list(dict.fromkeys(name for each in rows for name in each))
    assert found == [[each.get(name) for name in columns] for each in rows]
