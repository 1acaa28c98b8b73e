"""Row ids for reports whose keys nobody documents: the same row, the same id, in any report."""

from __future__ import annotations

import json
import operator
import typing as t
from collections import defaultdict
from hashlib import blake2b

if t.TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

DIGEST = 16
_PREFIX = 2
_REST = DIGEST - _PREFIX


class RowIds:
    """The ids of one report's rows: a hash of the content and of the ordinal among equals.

    Content is the columns that are not null, by name: a new empty column or another order of
    columns changes no id. Two million rows take about 60 MB.
    """

    def __init__(self, columns: Sequence[str]) -> None:
        order = sorted(range(len(columns)), key=columns.__getitem__)
        self._names = [f"{columns[index]}\0" for index in order]
        self._in_order = _picker(order)
        self._seen: defaultdict[bytes, bytearray] = defaultdict(bytearray)
        self._repeats: dict[bytes, int] = {}

    def row_id(
        self, cells: Sequence[str | None], extra: Mapping[str, str | None] | None = None
    ) -> str:
        """32 hexadecimal digits for the next row, given in the order of the columns."""
        pairs = [
            name + cell
            for name, cell in zip(self._names, self._in_order(cells), strict=True)
            if cell is not None
        ]
        if extra:
            pairs += [f"+{name}\0{extra[name]}" for name in sorted(extra) if extra[name] is not None]
        text = "\0".join(pairs)
        if text.count("\0") != max(2 * len(pairs) - 1, 0):
            text = "\0" + json.dumps(pairs)
        content = text.encode("utf-8", "surrogatepass")
        digest = blake2b(content, digest_size=DIGEST).digest()
        ordinal = self._ordinal(digest)
        if ordinal:
            salt = ordinal.to_bytes(DIGEST, "big")
            digest = blake2b(content, digest_size=DIGEST, salt=salt).digest()
        return digest.hex()
