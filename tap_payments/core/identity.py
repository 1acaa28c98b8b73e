"""Row ids for reports whose keys nobody documents: the same row, the same id, in any report."""

from __future__ import annotations

import json
import operator
import typing as t
from collections import defaultdict
from hashlib import blake2b

if t.TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

DIGEST = 16
_PREFIX, _KEPT = 2, 10
"""Of each digest ten bytes are kept: the first two say where, the rest stand in a row there."""


class RowIds:
    """The ids of one report's rows: a hash of the content and of the ordinal among equals.

    Content is the columns that are not null, by name: a new empty column or another order of
    columns changes no id. Two million rows take about 30 MB.
    """

    def __init__(self, columns: Sequence[str]) -> None:
        order = sorted(range(len(columns)), key=columns.__getitem__)
        self._names = [f"{columns[index]}\0" for index in order]
        self._in_order = _picker(order)
        self._parts = [columns[index] for index in order for _ in ("its name", "a cell")]
        self._seen: defaultdict[bytes, bytearray] = defaultdict(bytearray)
        self._repeats: dict[bytes, int] = {}

    def row_id(
        self, cells: Sequence[str | None], extra: Mapping[str, str | None] | None = None
    ) -> str:
        """32 hexadecimal digits for the next row, given in the order of the columns."""
        if extra or None in cells or not cells:
            content = self._sparse(cells, extra or {})
        else:  # the fast way to the same bytes
            parts = self._parts
            parts[1::2] = t.cast("tuple[str, ...]", self._in_order(cells))
            text = "\0".join(parts)
            if text.count("\0") == len(parts) - 1:
                content = text.encode("utf-8", "surrogatepass")
            else:
                content = self._sparse(cells, {})
        digest = blake2b(content, digest_size=DIGEST).digest()
        group, rest = self._seen[digest[:_PREFIX]], digest[_PREFIX:_KEPT]
        if group.find(rest) < 0:
            group += rest
        else:
            salt = self._ordinal(digest).to_bytes(DIGEST, "big")
            digest = blake2b(content, digest_size=DIGEST, salt=salt).digest()
        return digest.hex()

    def _sparse(self, cells: Sequence[str | None], extra: Mapping[str, str | None]) -> bytes:
        """Names and cells, NUL between them; as JSON where a cell has one itself."""
        named = zip(self._names, self._in_order(cells))  # noqa: B905 - saying it takes a third longer
        pairs = [name + cell for name, cell in named if cell is not None]
        if extra:
            pairs += [
                f"+{name}\0{cell}" for name, cell in sorted(extra.items()) if cell is not None
            ]
        text = "\0".join(pairs)
        if text.count("\0") != max(2 * len(pairs) - 1, 0):
            text = "\0\0" + json.dumps(pairs)
        return text.encode("utf-8", "surrogatepass")

    def _ordinal(self, digest: bytes) -> int:
        """How many equal rows came before a row that is not the first of its kind."""
        key = digest[:_KEPT]
        self._repeats[key] = ordinal = self._repeats.get(key, 0) + 1
        return ordinal


def _picker(order: Sequence[int]) -> Callable[[Sequence[str | None]], tuple[str | None, ...]]:
    """The cells in another order; `itemgetter` alone does it for two and more."""
    if len(order) > 1:
        return operator.itemgetter(*order)
    return tuple
