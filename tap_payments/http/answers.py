"""Answers: opened, and read to their end in bounded pieces."""

from __future__ import annotations

import time
import typing as t
import zlib

from tap_payments.errors import StreamFailed
from tap_payments.http.retriable import Retriable, ran_out_of_time

if t.TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    import urllib3

LARGEST = 64 * 1024 * 1024
"""Bytes of an answer, unpacked; an API's page is far smaller."""

PIECE = 256 * 1024
GZIP_OR_ZLIB = 47
"""zlib's way to say that the header tells which of the two it is."""

_HTML = (b"<!doctype html", b"<html")


class Answer(t.NamedTuple):
    """An answer that was read to its end."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class Response(t.NamedTuple):
    """An answer whose body is still to be read; its connection is given back at the end."""

    url: str
    status: int
    headers: Mapping[str, str]
    raw: urllib3.BaseHTTPResponse

    def __enter__(self) -> t.Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.raw.close()
        self.raw.release_conn()

    def read(self, subject: str, deadline: float) -> bytes:
        """The whole body, unpacked; `deadline` is the time of `time.monotonic()` to have it by.

        Raises:
            AnswerTooLarge: it is larger than any page.
            Retriable: it is not there in time, or cannot be unpacked.
        """
        pieces = self._pieces(deadline)
        encoding = self.headers.get("content-encoding", "").strip().lower()
        if encoding not in ("", "identity"):
            pieces = _unpacked(pieces)
        found, size = [], 0
        for piece in pieces:
            size += len(piece)
            if size > LARGEST:
                raise AnswerTooLarge(subject, self.status)
            found.append(piece)
        return found[0] if len(found) == 1 else b"".join(found)

    def _pieces(self, deadline: float) -> Iterator[bytes]:
        """The body as it comes, in at most so many bytes at a time."""
        sock = getattr(self.raw.connection, "sock", None)
        while True:
            left = deadline - time.monotonic()
            if left <= 0:
                raise ran_out_of_time()
            if sock is not None:
                sock.settimeout(left)
            piece = self.raw.read1(PIECE, decode_content=False)
            if not piece:
                return
            yield piece


class AnswerTooLarge(StreamFailed):
    """An answer that no page can be, and that is not kept."""

    def __init__(self, subject: str, status: int) -> None:
        super().__init__(
            f"{subject} gave an answer of more than {LARGEST // 1024**2} MB: lower window_days",
            kind="config",
            status=status,
        )


def _unpacked(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """What was compressed, in bounded pieces too: a small answer may unpack to a huge one."""
    unpacker = zlib.decompressobj(GZIP_OR_ZLIB)
    is_cut_off = False
    try:
        for rest in pieces:
            piece = b""
            while rest or len(piece) == PIECE:  # of a full one there may be more inside
                if unpacker.eof:  # another member follows
                    unpacker = zlib.decompressobj(GZIP_OR_ZLIB)
                piece = unpacker.decompress(rest, PIECE)
                rest = unpacker.unconsumed_tail or unpacker.unused_data  # noqa: PLW2901
                yield piece
            is_cut_off = not unpacker.eof
    except zlib.error as error:
        raise Retriable("failed: the answer's compression is broken") from error
    if is_cut_off:
        raise Retriable("failed: the answer was cut off")


def is_html(body: bytes) -> bool:
    """Whether a body is a page for people instead of an answer of an API."""
    return body[:1000].lstrip(b"\xef\xbb\xbf \t\r\n").lower().startswith(_HTML)
