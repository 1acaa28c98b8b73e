"""Pages of a list: they end, and they never end silently in the middle."""

from __future__ import annotations

import functools
import hashlib
import typing as t

import msgspec

from tap_payments.errors import StreamFailed
from tap_payments.rows.exact_json import dumps
from tap_payments.streams.page import Again, Page

if t.TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterator, Sequence

READINGS = 3
"""How often a list is read in all, where it moves while it is read."""

MOVED = "rows were added, removed or put in another order while they were read"

STALE_PAGES = 5
"""How many pages in a row may bring no new key; an API that ignores the offset sends no other."""


class RowsMoved(StreamFailed):
    """A list was another one each time that it was read."""


class Counts:
    """Whether the `count` beside an account's pages is the total of the list; it may be the page's.

    A count that is larger than its page's rows cannot be the page's own. One that is smaller than
    what its page proves to exist is no total, and is not taken for one again.
    """

    def __init__(self) -> None:
        self.are_totals: bool | None = None

    def compare(self, count: int, *, offset: int, received: int) -> None:
        """Learns from the count of a page."""
        if received and count < offset + received:
            self.are_totals = False
        elif self.are_totals is None and count > received:
            self.are_totals = True


class OffsetReading:
    """One reading of a list by offset, which notices that rows moved meanwhile.

    Each page begins with the last row of the page before, its seam. If another row stands there,
    rows were added or removed before it, unless one short page was all so far: then another of its
    rows may stand there, if alone, since an API may put equal rows in another order each time.
    Where a page brings nothing but the seam, the next one is asked for without it, since only an
    empty page, or a known total, is an end. `keys` are those of the rows so far.
    """

    def __init__(self, limit: int, counts: Counts) -> None:
        self.offset = 0
        self.has_more = True
        self.fits = True
        self.keys: set[Hashable] = set()
        self._limit = limit
        self._counts = counts
        self._received = 0
        self._count: int | None = None
        self._seam: list[Hashable] = []
        self._stale = 0
        self._pages = 0

    def take(self, keys: Sequence[Hashable], count: int | None) -> int:
        """How many of a page's first rows may repeat the page before; `fits` says if they do."""
        seam, known = self._seam, len(self.keys)
        fits = list(keys[: len(seam)]) == seam or self._is_another_of_one_page(keys)
        self.keys.update(keys)
        self._stale = 0 if len(self.keys) > known else self._stale + 1
        if not fits or self._stale > STALE_PAGES:
            self.fits = self.has_more = False
            return 0
        if count is not None:
            self._count = count
            self._counts.compare(count, offset=self.offset, received=len(keys))
        self._received = self.offset + len(keys)
        self._pages += 1
        # A count may echo the limit, so it ends nothing where the page is full.
        is_short = len(keys) < self._limit or len(keys) == len(seam)
        self.has_more = len(keys) > 0 and not (is_short and self._received == self.total)
        has_news = len(keys) > len(seam)
        self._seam = [keys[-1]] if has_news and self._limit > 1 else []
        self.offset = self._received - len(self._seam)
        return len(seam)

    def _is_another_of_one_page(self, keys: Sequence[Hashable]) -> bool:
        is_alone = self._pages == 1 and self._received < self._limit and len(keys) == 1
        return is_alone and keys[0] in self.keys

    @property
    def total(self) -> int | None:
        """How many rows the API says that there are; None: it does not say."""
        return self._count if self._counts.are_totals else None

    @property
    def is_whole(self) -> bool:
        """Whether nothing moved: each row was received once, and as many as there are."""
        distinct = len(self.keys)
        return self.fits and distinct == self._received and self.total in (None, distinct)


class ListPage(t.NamedTuple):
    """The rows of a page, their keys, and the count that the API gives beside them."""

    rows: list[t.Any]
    keys: Sequence[Hashable]
    counted: int | None = None


def offset_pages(
    ask: Callable[[int], ListPage],
    *,
    limit: int,
    warn: Callable[[str], object],
    counts: Counts | None = None,
) -> Iterator[Page | Again]:
    """The pages of a list by offset; `ask` gets the one at an offset, of `limit` rows at most.

    A list whose rows moved while it was read is read again, three times in all. Three readings of
    the same rows are the list, too: then it is the API that repeats rows, or that counts something
    else, and `warn` hears of it. Without `counts`, what the account's counts mean is learnt anew.

    Raises:
        RowsMoved: they moved in each reading.
    """
    counts = counts or Counts()
    readings: list[OffsetReading] = []
    while len(readings) < READINGS:
        if readings:
            yield Again(MOVED)
        reading = OffsetReading(limit, counts)
        yield from _without_seams(ask, reading)
        if reading.is_whole:
            return
        readings.append(reading)
    if not all(each.fits and each.keys == readings[0].keys for each in readings):
        raise RowsMoved(f"{MOVED}, in each of {READINGS} readings")
    odd = "repeats some" if reading.total is None else f"counts {reading.total}"
    warn(
        f"{READINGS} readings had the same {len(reading.keys)} different rows, but the API {odd}: "
        "they are taken as all there are"
    )


def _without_seams(ask: Callable[[int], ListPage], reading: OffsetReading) -> Iterator[Page]:
    """The pages of one reading."""
    last: list[t.Any] = []
    last_keys: Sequence[Hashable] = []
    while reading.has_more:
        page = ask(reading.offset)
        seam = reading.take(page.keys, page.counted)
        if not reading.fits:
            return
        # A row that changed in between is delivered again.
        is_changed = page.rows[:seam] != last[:seam] and page.keys[:seam] == last_keys[:seam]
        known = 0 if is_changed else seam
        last, last_keys = page.rows[-1:], page.keys[-1:]
        if len(page.rows) > known or not reading.keys:
            yield Page(page.rows[known:], page.counted)


def keys_of(rows: list[t.Any], *fields: str) -> list[int]:
    """What tells rows from one another, as numbers, since a window may have a million of them."""
    try:
        return list(map(hash, _keys(fields).decode(dumps(rows))))
    except (msgspec.MsgspecError, TypeError, ValueError):  # without keys no row is delivered
        return [hash(dumps(row)) for row in rows]


@functools.cache
def _keys(fields: tuple[str, ...]) -> msgspec.json.Decoder[list[t.Any]]:
    key = msgspec.defstruct("Key", fields, frozen=True, gc=False)
    return msgspec.json.Decoder(list[key])  # type: ignore[valid-type]  # it is made here


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


class CursorPage(t.NamedTuple):
    """The rows of an answer, the cursor to the next one, and whether there is one."""

    rows: list[t.Any]
    cursor: t.Any
    has_more: bool


def cursor_pages(ask: Callable[[int | str | None], CursorPage]) -> Iterator[Page]:
    """The pages of a list; `ask` is given the cursor of the page before, None for the first.

    Raises:
        StreamFailed: there is more, but no new way to it.
    """
    cursors = Cursors()
    while cursors.has_more:
        rows, cursor, has_more = ask(cursors.next)
        ends = dumps(rows[:1] + rows[-1:])  # what tells this page from another
        cursors.take(ends, len(rows), cursor, has_more=has_more)
        yield Page(rows)
