"""A set of digests that is small enough for millions of them."""

from __future__ import annotations

from collections import defaultdict

_PREFIX = 2


class Digests:
    """Which digests were seen: about as many bytes as the digests have, and 4 MB.

    All digests of a set have the same length. The first two bytes say where a digest is kept, the
    rest stand in a row there.
    """

    def __init__(self) -> None:
        self._groups: defaultdict[bytes, bytearray] = defaultdict(bytearray)

    def add(self, digest: bytes) -> bool:
        """Whether the digest is new; it no longer is."""
        if digest in self:
            return False
        self._groups[digest[:_PREFIX]] += digest[_PREFIX:]
        return True

    def __contains__(self, digest: bytes) -> bool:
        """Whether the digest was added."""
        group = self._groups.get(digest[:_PREFIX])
        if group is None:
            return False
        rest = digest[_PREFIX:]
        at = group.find(rest)
        while at > 0 and at % len(rest):  # across two neighbours: no entry begins there
            at = group.find(rest, at + 1)
        return at >= 0
