"""A file's bytes as text."""

from __future__ import annotations

import codecs
import io
import typing as t

from tap_payments.tables.sniffing import UTF16
from tap_payments.tables.table import ReportUnreadable

_CHUNK = 2**16


def text_of(stream: t.BinaryIO) -> t.TextIO:
    """A file in UTF-8, or in UTF-16 with a byte order mark, with its line ends as they are.

    Reading it raises UnicodeError, and ReportUnreadable for a NUL. It does not close the file.
    """
    source = io.BufferedReader(_Utf8(stream), _CHUNK)
    return io.TextIOWrapper(source, encoding="utf-8-sig", newline="")


class _Utf8(io.RawIOBase):
    """A stream's bytes in UTF-8, none of them NUL."""

    def __init__(self, stream: t.BinaryIO) -> None:
        self._stream = stream
        self._offset = 0
        self._decoder: codecs.IncrementalDecoder | None = None
        self._pending = b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: t.Any) -> int:
        while not self._pending:
            chunk = self._stream.read(_CHUNK)
            if not self._offset and chunk.startswith(UTF16):
                self._decoder = codecs.getincrementaldecoder("utf-16")()
            self._pending = self._to_utf8(chunk)
            if b"\0" in self._pending:
                raise ReportUnreadable(
                    f"the CSV has a NUL byte at or after byte {self._offset}: it is no text"
                )
            self._offset += len(chunk)
            if not chunk:
                break
        size = min(len(buffer), len(self._pending))
        buffer[:size] = self._pending[:size]
        self._pending = self._pending[size:]
        return size

    def _to_utf8(self, chunk: bytes) -> bytes:
        if self._decoder is None:
            return chunk
        return self._decoder.decode(chunk, final=not chunk).encode()
