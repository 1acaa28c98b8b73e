"""What the vendor says of an error, and what of it may be repeated."""

from __future__ import annotations

import json
import typing as t

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tap_payments.http.vendor_errors import vendor_message


def said(body: t.Any) -> str:
    return vendor_message(body if isinstance(body, bytes) else json.dumps(body).encode())


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({"message": "from_date is required"}, "from_date is required"),
        ({"error": "invalid date range"}, "invalid date range"),
        ({"error": {"message": "no such site", "code": "E-7"}}, "no such site"),
        ({"response": {"message": "shop is disabled"}}, "shop is disabled"),
        ({"response": {"errors": {"x": ["y"]}, "message": "date is invalid"}}, "date is invalid"),
        ({"title": "Bad Request", "status": 400}, "Bad Request"),
        ({"errorId": "b37a1c52-9c1e-4f0a-a2f4-0a58e6a1f111"}, None),
        ({"code": "E.1017"}, "error id E.1017"),
        ({"code": "x" * 64}, "error id " + "x" * 64),
        ({"message": "word " * 31 + "words"}, "word " * 31 + "words"),
        ({"message": "  padded  "}, "padded"),
        ({"message": 17, "code": "E1"}, "error id E1"),
        ({"message": "mail to jane@example.com", "code": "E1"}, "error id E1"),
        ({}, ""),
        ([], ""),
        ({"message": ["a"]}, ""),
        (b"<html>Bad Gateway</html>", ""),
        (b"", ""),
        (b"\xff\xfe\x00", ""),
        (b'{"message": "cut of', ""),
        (b'{"a":' * 50_000, ""),
        (b"[" * 90_000, ""),
    ],
)
def test_a_short_message_or_an_error_id_is_passed_on(body: t.Any, words: str | None) -> None:
    if words is None:
        words = f"error id {body['errorId']}"
    assert said(body) == words


LEAKS = [
    "jane.doe@example.com",
    "jane@localhost",
    "4111111111111111",
    "4111 1111 1111 1111",
    "4111-1111-1111-1111",
    "4111.1111.1111.1111",
    "4111/1111/1111/1111",
    "411111******1111",
    "+46 70 123 45 67",
    "+46 (0)70-123 45 67",
    "070/1234567",
    "SE45 5000 0000 0583 9825 7466",
    "DE89370400440532013000",
    "b8647b68898b084b836474ed8d61ffe117c9a011",
    "sk_live_51H8abcdefghij",
    "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.abc",
    "https://api.example.com/x",
    "http://h/x",
    "www.example.com/reset",
    "example.com/x?token=abc",
    "token=abc123",
    "a line\nand another",
    "\x1b[31mred",
    "x" * 161,
]


@pytest.mark.parametrize("leak", LEAKS)
@pytest.mark.parametrize("template", ["{}", "The value {} is not known", "Refused: {}."])
@pytest.mark.parametrize("field", ["message", "error", "friendly_message", "title", "detail"])
def test_a_message_that_may_hold_more_is_left_out_whole(
    leak: str, template: str, field: str
) -> None:
    assert said({field: template.format(leak)}) == ""


@pytest.mark.parametrize(
    "leak",
    [
        "4111111111111111",
        "46701234567",
        "4111-1111-1111-1111",
        "070.123.45.67",
        "a" * 65,
        "a b",
        "jane@example.com",
        "a/b",
        "a\nb",
        "",
    ],
)
@pytest.mark.parametrize("field", ["errorId", "error_id", "id", "code"])
def test_an_error_id_that_may_be_something_else_is_left_out(leak: str, field: str) -> None:
    assert said({field: leak}) == ""


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=20),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(["message", "error", "response", "code", "id", "x"]), inner
            )
        ),
    )
)
def test_whatever_the_vendor_says_fits_a_line_of_the_log(body: t.Any) -> None:
    words = said(body)
    assert words.isprintable()
    assert len(words) <= 170
