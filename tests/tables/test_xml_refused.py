"""What XML is refused: nothing in a file can make the parser do more than read."""

from __future__ import annotations

import io

import pytest

from tap_payments.tables.table import ReportUnreadable
from tap_payments.tables.xml import read_xml


def read(content: bytes | str, row_element: str | None = None) -> None:
    data = content.encode() if isinstance(content, str) else content
    list(
        read_xml(
            io.BytesIO(data), row_element=row_element, reserved=(), setting="tikpay.row_element"
        ).rows
    )


@pytest.mark.parametrize(
    "content",
    [
        "<!DOCTYPE r><r><row>1</row></r>",
        '<!DOCTYPE r [<!ENTITY a "x">]><r><row>&a;</row></r>',
        '<!DOCTYPE r [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]><r><row>&b;</row></r>',
        '<!DOCTYPE r SYSTEM "file:///etc/passwd"><r><row>1</row></r>',
        '<!DOCTYPE r [<!ENTITY a SYSTEM "file:///etc/passwd">]><r><row>&a;</row></r>',
        '<!DOCTYPE r [<!ENTITY % a SYSTEM "http://127.0.0.1:9/x"> %a;]><r><row>1</row></r>',
    ],
)
def test_a_dtd_or_an_entity_is_refused_with_one_clear_error(content: str) -> None:
    with pytest.raises(
        ReportUnreadable, match=r"^the XML has a DTD or entities, which is refused$"
    ):
        read(content)


@pytest.mark.parametrize("size", [1, 30, 90, 119])
def test_a_file_that_is_cut_off_is_an_error_before_any_row(size: int) -> None:
    whole = "<report>" + "<row><a>1</a></row>" * 5 + "</report>"
    with pytest.raises(ReportUnreadable, match="cut off at line 1"):
        read(whole[: min(size, len(whole) - 1)])


@pytest.mark.parametrize(
    "content",
    [
        b"tapId,type\n1,TAP_ON\n",
        b"<html><p>Gateway Timeout</html>",
        b"<r><row>1</row></r><r/>",
        b"<r><row>&nbsp;</row></r>",
        b"<r><row>\xff</row></r>",
        b"<r><row>\0</row></r>",
        b'<?xml version="1.0" encoding="nonsense"?><r/>',
        b'<?xml version="1.0" encoding="shift_jis"?><r/>',
    ],
)
def test_what_is_no_xml_is_an_error(content: bytes) -> None:
    with pytest.raises(ReportUnreadable, match=r"^the XML"):
        read(content)


def test_an_error_says_where_and_never_what() -> None:
    with pytest.raises(ReportUnreadable) as caught:
        read("<r>\n<row>SECRET</row>\n<row><SECRET>1</row></r>")
    assert "line 3" in str(caught.value)
    assert "SECRET" not in str(caught.value)


@pytest.mark.parametrize("closed", [True, False])
def test_elements_nested_1200_deep_are_an_error_that_says_so(*, closed: bool) -> None:
    content = "<r><row>" + "<a>" * 1200 + ("</a>" * 1200 + "</row></r>" if closed else "")
    with pytest.raises(ReportUnreadable, match=r"^the XML is nested deeper than 200 levels$"):
        read(content)


def test_deep_nesting_is_an_error_and_no_crash() -> None:
    with pytest.raises(ReportUnreadable):
        read("<r><row>" + "<a>" * 100_000)
    with pytest.raises(ReportUnreadable):
        read("<r>" + "<a>" * 100_000, "row")
