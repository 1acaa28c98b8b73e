"""What a file is by its first bytes: servers answer 200 with pages and errors, too."""

from __future__ import annotations

import codecs
import re
import typing as t

from tap_payments.errors import Unreadable

HEAD = 4096
UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)

_PROLOGUE = re.compile(r"(?:\s|<\?.*?\?>|<!--.*?-->)*", re.DOTALL)
_HTML = re.compile(r"<(?:!doctype\s+html|html)\b", re.IGNORECASE)
_ROOT = re.compile(r"<(?:[\w.-]+:)?([\w.-]+)")
_JSON = re.compile(r'\s*(?:\{\s*["}]|\[\s*[\[{"\]])')
_ERRORS = frozenset({"error", "errors", "errorresponse", "fault"})
"""Roots of documents that say what went wrong, as S3 and its like send them."""


def check_report(file: t.BinaryIO, *, file_type: str) -> None:
    """Raises Unreadable where a file is no report of this type (`csv` or `xml`)."""
    text = _text(file.read(HEAD))
    if not text.strip():
        return
    begin = text[_PROLOGUE.match(text).end() :]  # type: ignore[union-attr]  # it matches nothing, too
    root = _ROOT.match(begin)
    if _HTML.match(begin):
        raise Unreadable("it is HTML, and no report")
    if root and root[1].lower() in _ERRORS:
        raise Unreadable("it is an error document, and no report")
    if _JSON.match(text):
        raise Unreadable("it is JSON, and no report")
    if file_type == "csv" and begin.startswith("<"):
        raise Unreadable("it is XML, and not CSV as asked for")
    if file_type == "xml" and not begin.startswith("<"):
        raise Unreadable("it is no XML")


def _text(head: bytes) -> str:
    encoding = "utf-16" if head.startswith(UTF16) else "utf-8-sig"
    return head.decode(encoding, "replace")
