"""Paginators that end, and that never end silently in the middle."""

from __future__ import annotations

import hashlib
import typing as t

from tap_payments.errors import StreamFailed

if t.TYPE_CHECKING:
    from collections.abc import Callable

RESTARTS = 3
"""How often a window is read again because rows moved under its offsets."""


class Offsets:
    """Offset pages of a list that may change while it is read.

    The offset moves by the rows received, since a server may cap pages below the asked limit. A
    short page ends the list unless its count says that there is more; an empty page always does.
    """

    def __init__(self, limit: int, *, warn: Callable[[str], object]) -> None:
        self.limit = limit
        self.next = 0
        self.has_more = True
        self._warn = warn
        self._count: int | None = None
        self._is_total = True
        self._restarts = 0
        self._seen: set[bytes] = set()

    def take(self, page: bytes, received: int, count: int | None) -> bool:
        """Takes a page in; False: rows moved, and the list starts again at offset 0.

        `page` is what tells it from other pages, and the same each time.

        Raises:
            StreamFailed: the list moves whenever it is read, or the same full page came again.
        """
        digest = hashlib.blake2b(page, digest_size=16).digest()
        if received and digest in self._seen:
            raise StreamFailed("the API sent the same page for two different offsets")
        self._seen.add(digest)
        if count is not None and received and count < self.next + received:
            self._is_total = False  # it counts something else, such as the page's own rows
        if self._has_shrunk(received, count):
            self._restart()
            return False
        self._count = count
        self.next += received
        announced = count is not None and count > self.next
        if received == 0:
            self.has_more = False
            if announced:
                self._warn(
                    f"the API counts {count} rows but its pages end after {self.next}: "
                    "the count is taken as wrong"
                )
        elif received < self.limit:
            # A count of the page's own rows, which some read into the document, is no more.
            self.has_more = announced
        return True

    def _has_shrunk(self, received: int, count: int | None) -> bool:
        """Whether the total is less than it was; an end without rows that counts none is an end."""
        if not self._is_total or count is None or self._count is None:
            return False
        return count < self._count and (received > 0 or count > 0)

    def _restart(self) -> None:
        self._restarts += 1
        if self._restarts > RESTARTS:
            raise StreamFailed(f"rows were removed in each of {RESTARTS + 1} readings")
        self.next, self._count = 0, None
        self._seen.clear()


class Cursors:
    """Cursor pages: the next page is asked for with the cursor of this one, exactly as it came."""

    def __init__(self) -> None:
        self.next: int | str | None = None
        self.has_more = True
        self._seen: set[str] = set()
        self._last_rows = b""

    def take(self, rows: bytes, received: int, cursor: t.Any, *, has_more: bool) -> None:
        """Takes a page in; an empty one with a new cursor goes on.

        Raises:
            StreamFailed: there is more, but no new way to it.
        """
        self.has_more = has_more
        if not has_more:
            return
        if not isinstance(cursor, int | str) or cursor == "":
            raise StreamFailed("the API says that there is more, but gives no cursor to it")
        if str(cursor) in self._seen:
            raise StreamFailed("the API gave the same cursor twice")
        digest = hashlib.blake2b(rows, digest_size=16).digest()
        if received and digest == self._last_rows:
            raise StreamFailed("the API sent the same page for two different cursors")
        self._seen.add(str(cursor))
        self.next, self._last_rows = cursor, digest
