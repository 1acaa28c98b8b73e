"""Files that are downloaded: whole, unpacked, and on the disk rather than in memory."""

from __future__ import annotations

import os
import tempfile
import typing as t
import zlib

from tap_payments.errors import StreamFailed, TapError, Unreadable
from tap_payments.http.origins import is_loopback, origin_of
from tap_payments.http.retriable import Retriable
from tap_payments.http.statuses import outcome_of

if t.TYPE_CHECKING:
    import threading
    from collections.abc import Callable

    from tap_payments.http.client import Client

GZIP = b"\x1f\x8b"
PIECE = 2**18
"""So many bytes are unpacked at a time."""


class Gone(TapError):
    """There is no file at this link, or not any more (403, 404)."""


def download(
    client: Client,
    url: str,
    *,
    what: str,
    check: Callable[[t.BinaryIO], object],
    cancelled: threading.Event,
) -> t.BinaryIO:
    """The file at a URL, unpacked, at its beginning; it vanishes when it is closed.

    `what` is the file in messages. `check` reads its beginning and raises Unreadable where it is
    not what was asked for: then it is asked for again.

    Raises:
        Gone: the URL is no longer good.
        StreamFailed: the file is not to be had whole, or cannot be stored.
    """
    scheme, host, _ = origin_of(url)
    if scheme != "https" and not (scheme == "http" and is_loopback(host)):
        raise StreamFailed(f"{what} has a link that is not https")
    return client.retries.run(
        lambda: _download_once(client, url, what, check), what=what, cancelled=cancelled
    )


def _download_once(
    client: Client, url: str, what: str, check: Callable[[t.BinaryIO], object]
) -> t.BinaryIO:
    sink = _Unpacked(what)
    try:
        status = client.transport.download(url, sink.write)
        if status == 200:
            file = sink.finish()
            check(file)
            file.seek(0)
            return file
        if status in (403, 404):
            raise Gone
        if outcome_of(status) in ("limited", "transient"):
            raise Retriable(f"answered {status}")
        raise StreamFailed(f"{what} answered {status}")
    except BaseException as failure:
        sink.close()
        if isinstance(failure, Unreadable):
            raise Retriable(f"cannot be used: {failure}") from failure
        raise


class _Unpacked:
    """Writes a download to a file, unpacked where its first bytes say that it is gzip."""

    def __init__(self, what: str) -> None:
        self._what = what
        self._head = b""
        self._gzip: t.Any = None
        self._is_plain = False
        # Python would quietly take another folder than a TMPDIR that cannot be used.
        self._folder = os.environ.get("TMPDIR") or None
        try:
            file = tempfile.TemporaryFile(dir=self._folder)  # noqa: SIM115 - closed by its reader
            self._file = t.cast("t.BinaryIO", file)
        except OSError as error:
            raise self._not_stored(error) from error

    def write(self, chunk: bytes) -> None:
        """Takes the next bytes."""
        if not self._is_plain and self._gzip is None:
            chunk = self._head = self._head + chunk
            if len(chunk) < len(GZIP):
                return
            self._is_plain = not chunk.startswith(GZIP)
            self._gzip = None if self._is_plain else zlib.decompressobj(wbits=31)
        if self._is_plain:
            self._store(chunk)
        else:
            self._unpack(chunk)

    def _unpack(self, chunk: bytes) -> None:
        """Unpacks piece by piece: a small file may hold a very large one."""
        try:
            while chunk:
                if self._gzip.eof:  # another member follows, or the zeros that some tools append
                    chunk = chunk.lstrip(b"\0")
                    if not chunk:
                        return
                    self._gzip = zlib.decompressobj(wbits=31)
                self._store(self._gzip.decompress(chunk, PIECE))
                chunk = self._gzip.unconsumed_tail or self._gzip.unused_data
        except zlib.error as error:
            raise Unreadable("the compressed file is broken") from error

    def finish(self) -> t.BinaryIO:
        """The file at its beginning.

        Raises:
            Unreadable: the compressed file was cut off.
        """
        while self._gzip is not None and not self._gzip.eof:  # what is unpacked and not fetched
            rest = self._gzip.decompress(self._gzip.unconsumed_tail, PIECE)
            if not rest:
                raise Unreadable("the compressed file was cut off")
            self._store(rest)
        if self._gzip is None and not self._is_plain:
            self._store(self._head)
        try:
            self._file.seek(0)
        except OSError as error:
            raise self._not_stored(error) from error
        return self._file

    def close(self) -> None:
        """Throws the file away."""
        self._file.close()

    def _store(self, piece: bytes) -> None:
        try:
            self._file.write(piece)
        except OSError as error:
            raise self._not_stored(error) from error

    def _not_stored(self, error: OSError) -> StreamFailed:
        folder = self._folder or tempfile.tempdir or "the temporary folder"
        reason = (error.strerror or "it cannot be written").partition(" in [")[0].lower()
        return StreamFailed(
            f"{self._what} could not be stored in {folder} ({reason}): "
            "let TMPDIR name a folder with room for it",
            kind="config",
        )
