"""Row ids for reports whose keys nobody documents: the same row, the same id, in any report."""

from __future__ import annotations

import json
import operator
import typing as t
from functools import lru_cache
from hashlib import blake2b
from itertools import compress

from tap_payments.rows.digests import Digests

if t.TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

DIGEST, KEPT = 16, 10
"""Of each digest ten bytes are kept: enough to tell millions of rows apart."""


class RowIds:
    """The ids of one report's rows: a hash of the content and of the ordinal among equals.

    Content is the columns that are not null, by name: a new empty column or another order of
    columns changes no id. Two million rows take about 30 MB.
    """

    def __init__(self, columns: Sequence[str]) -> None:
        order = sorted(range(len(columns)), key=columns.__getitem__)
        self._names = tuple(columns[index] for index in order)
        self._in_order = _picker(order)
        self._all = _person_of(self._names)
        self._seen = Digests()
        self._repeats: dict[bytes, int] = {}

    def row_id(
        self, cells: Sequence[str | None], extra: Mapping[str, str | None] | None = None
    ) -> str:
        """32 hexadecimal digits for the next row, given in the order of the columns."""
        person, values = self._all, self._in_order(cells)
        if extra or not all(values):
            names = self._names
            if extra:
                names += tuple(f"+{name}" for name in sorted(extra))
                values += tuple(extra[name] for name in sorted(extra))
            present = [cell is not None for cell in values]
            person = _person_of(tuple(compress(names, present)))
            values = tuple(compress(values, present))
        text = "\0".join(values)
        if text.count("\0") >= len(values) > 0:  # a cell has NUL itself; its JSON has none
            text = "\0" * len(values) + json.dumps(values)
        content = text.encode("utf-8", "surrogatepass")
        digest = blake2b(content, digest_size=DIGEST, person=person).digest()
        if not self._seen.add(digest[:KEPT]):
            salt = self._ordinal(digest).to_bytes(DIGEST, "big")
            digest = blake2b(content, digest_size=DIGEST, person=person, salt=salt).digest()
        return digest.hex()

    def _ordinal(self, digest: bytes) -> int:
        """How many equal rows came before a row that is not the first of its kind."""
        key = digest[:KEPT]
        self._repeats[key] = ordinal = self._repeats.get(key, 0) + 1
        return ordinal


@lru_cache(maxsize=4096)
def _person_of(names: tuple[str, ...]) -> bytes:
    """What makes hashes of the same cells differ where they are in other columns."""
    return blake2b("\0".join(names).encode(), digest_size=blake2b.PERSON_SIZE).digest()


def _picker(order: Sequence[int]) -> Callable[[Sequence[str | None]], tuple[t.Any, ...]]:
    """The cells in another order; `itemgetter` alone does it for two and more."""
    if len(order) > 1:
        return operator.itemgetter(*order)
    return tuple
