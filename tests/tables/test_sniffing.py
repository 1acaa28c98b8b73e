"""What is a report, by its first bytes, and what is a page or an error that came instead."""

from __future__ import annotations

import io

import pytest

from tap_payments.errors import Unreadable
from tap_payments.tables.sniffing import check_report

S3 = (
    b'<?xml version="1.0" encoding="UTF-8"?>\n'
    b"<Error><Code>AccessDenied</Code><Message>Request has expired</Message></Error>"
)


@pytest.mark.parametrize("file_type", ["csv", "xml"])
@pytest.mark.parametrize(
    ("head", "words"),
    [
        (b"<!DOCTYPE html><html><body>Sign in</body></html>", "it is HTML"),
        (b"\xef\xbb\xbf\n <!doctype HTML>", "it is HTML"),
        (b"<!-- gateway --><HTML>", "it is HTML"),
        (b'<?xml version="1.0"?><html xmlns="http://www.w3.org/1999/xhtml"/>', "it is HTML"),
        (S3, "it is an error document"),
        (b'<s:Fault xmlns:s="urn:soap">', "it is an error document"),
        (b'{"errorId": "f0d10e0d"}', "it is JSON"),
        (b'{\n  "message": null\n}', "it is JSON"),
        (b"{}", "it is JSON"),
        (b"[]", "it is JSON"),
        (b'[{"status": "COMPLETE"}]', "it is JSON"),
        ("\ufeff{}".encode("utf-16-le"), "it is JSON"),
    ],
)
def test_pages_and_errors_are_no_reports(file_type: str, head: bytes, words: str) -> None:
    with pytest.raises(Unreadable, match=words):
        check_report(io.BytesIO(head), file_type=file_type)


def test_a_report_of_the_other_type_is_not_what_was_asked_for() -> None:
    with pytest.raises(Unreadable, match="it is XML, and not CSV"):
        check_report(io.BytesIO(b"<taps><tap/></taps>"), file_type="csv")
    with pytest.raises(Unreadable, match="it is no XML"):
        check_report(io.BytesIO(b"tapId,amount\n"), file_type="xml")


@pytest.mark.parametrize(
    "head",
    [
        b"",
        b"\n",
        b"tapId,amount\n1,2\n",
        b"\xef\xbb\xbftapId,amount\n",
        b"[tapId],[amount]\n",
        b'"tapId","amount"\n',
        b"{tap id},amount\n",
        b"error,html\n",
        "tapId;na\u00efve\n".encode("latin-1"),
        "tapId,amount\n".encode("utf-16"),
    ],
)
def test_csv_is_a_report(head: bytes) -> None:
    check_report(io.BytesIO(head), file_type="csv")


@pytest.mark.parametrize(
    "head",
    [
        b"",
        b"<taps/>",
        b'<?xml version="1.0"?><!-- \n --><r:errors-by-tap xmlns:r="urn:x">',
        b"<report><error>none</error></report>",
        b"<!DOCTYPE taps []><taps/>",
        "<taps/>".encode("utf-16"),
    ],
)
def test_xml_is_a_report(head: bytes) -> None:
    check_report(io.BytesIO(head), file_type="xml")
