"""Rows at the edge of a window, which its neighbour may return too."""

from __future__ import annotations

import hashlib
import typing as t
from datetime import timedelta

if t.TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from tap_payments.windows.window import Window

MARGIN = timedelta(minutes=1)
"""How near to a window's end a row is at its edge: bounds are read and rounded in many ways."""

_UTC = ("Z", "+00:00")

R = t.TypeVar("R")


class Edges:
    """Passes each record once, where windows that follow one another return it unchanged.

    Only rows that lie near an end of their window, or outside of it, are remembered, and only
    until the next window is over: memory does not grow with the rows.
    """

    def __init__(self) -> None:
        self._before: set[bytes] = set()
        self._here: set[bytes] = set()
        self._window: Window | None = None
        self._low = self._high = ""

    def enter(self, window: Window) -> None:
        """Goes on to a window; staying in the same one changes nothing."""
        if window == self._window:
            return
        self._window = window
        self._before, self._here = self._here, set()
        # Instants are compared as texts: one that is not spelled in UTC counts as an edge.
        self._low = f"{window.since + MARGIN:%Y-%m-%dT%H:%M:%S}"
        self._high = f"{window.until - MARGIN:%Y-%m-%dT%H:%M:%S}"

    def deduplicate(
        self, rows: list[R], cursors: Sequence[t.Any], spell: Callable[[R], bytes]
    ) -> list[R]:
        """The rows that the window before did not return; `cursors` are their instants."""
        low, high = self._low, self._high
        if not rows:
            return rows
        try:
            # Of a page's spellings of the zone, the first speaks for all.
            if cursors[0].endswith(_UTC) and min(cursors) >= low and max(cursors) < high:
                return rows
        except (TypeError, AttributeError):  # some have none
            pass
        kept: list[R] = []
        for row, cursor in zip(rows, cursors, strict=True):
            inside = isinstance(cursor, str) and low <= cursor < high and cursor.endswith(_UTC)
            if not inside:
                digest = hashlib.blake2b(spell(row), digest_size=16).digest()
                is_known = digest in self._before or digest in self._here
                self._here.add(digest)  # known or not: the window after this may have it, too
                if is_known:
                    continue
            kept.append(row)
        return kept
