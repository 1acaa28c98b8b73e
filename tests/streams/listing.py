"""A vendor's list of rows, and what is made of it."""

from __future__ import annotations

import typing as t

from tap_payments.streams.page import Page
from tap_payments.streams.pagination import Counts, ListPage, RowsMoved, offset_pages

if t.TYPE_CHECKING:
    from collections.abc import Callable

Row = tuple[int, str]
"""When, and which; a vendor orders by the first alone."""


class Listing:
    """A vendor's list of rows, of which a page is taken at an offset.

    Before each page but the first, `move` is called with its number. `counts` says what `count` is.
    """

    def __init__(
        self,
        rows: int | list[Row],
        *,
        cap: int = 10**9,
        counts: str | int | None = "total",
        move: Callable[[int], object] = lambda _page: None,
    ) -> None:
        self.rows = [(n, f"row {n}") for n in range(rows)] if isinstance(rows, int) else rows
        self.cap = cap
        self.counts = counts
        self.move = move
        self.limit = 3
        self.asked: list[int] = []

    def page(self, offset: int) -> ListPage:
        """The page at an offset."""
        assert len(self.asked) < 400, "it does not end"
        if self.asked:
            self.move(len(self.asked) + 1)
        self.asked.append(offset)
        rows = self.rows[offset : offset + min(self.limit, self.cap)]
        known = {"total": len(self.rows), "page": len(rows)}
        counted = known[self.counts] if isinstance(self.counts, str) else self.counts
        return ListPage(rows, [name for _, name in rows], counted)

    def read(self, limit: int = 3, counts: Counts | None = None) -> Outcome:
        """What is made of it."""
        self.limit = limit
        warnings: list[str] = []
        rows: list[Row] = []
        pages = offset_pages(self.page, limit=limit, counts=counts, warn=warnings.append)
        try:
            for page in pages:
                rows = [*rows, *page.rows] if isinstance(page, Page) else []
        except RowsMoved:
            return Outcome(rows, is_done=False, warnings=warnings)
        return Outcome(rows, is_done=True, warnings=warnings)


class Outcome(t.NamedTuple):
    """The rows of the last reading, whether it counts, and what was warned of."""

    rows: list[Row]
    is_done: bool
    warnings: list[str]
