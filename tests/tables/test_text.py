from __future__ import annotations

import codecs
import io

import pytest

from tap_payments.tables.table import ReportUnreadable
from tap_payments.tables.text import text_of

TEXT = 'a;é\r\n"一\n";😀\r'


@pytest.mark.parametrize(
    "content",
    [
        TEXT.encode(),
        codecs.BOM_UTF8 + TEXT.encode(),
        codecs.BOM_UTF16_LE + TEXT.encode("utf-16-le"),
        codecs.BOM_UTF16_BE + TEXT.encode("utf-16-be"),
    ],
    ids=["utf-8", "utf-8 with a mark", "utf-16 le", "utf-16 be"],
)
def test_the_text_comes_with_its_line_ends_and_without_the_mark(content: bytes) -> None:
    assert text_of(io.BytesIO(content)).read() == TEXT


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_a_character_may_lie_across_two_pieces(encoding: str) -> None:
    text = "é😀" * 70_000
    assert text_of(io.BytesIO(text.encode(encoding))).read() == text


@pytest.mark.parametrize("content", [b"\xff\xfea", b"abc\xc3", b"\xe9"])
def test_what_is_no_text_is_an_error(content: bytes) -> None:
    with pytest.raises(UnicodeError):
        text_of(io.BytesIO(content)).read()


def test_a_nul_is_an_error_that_says_where() -> None:
    with pytest.raises(ReportUnreadable, match="at or after byte 65536: it is no text"):
        text_of(io.BytesIO(b"a" * 70_000 + b"\0")).read()


def test_the_file_stays_open() -> None:
    file = io.BytesIO(b"a")
    text_of(file).read()
    assert not file.closed
