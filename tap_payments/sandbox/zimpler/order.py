"""In which order Zimpler's rows are listed, and which of them twice."""

from __future__ import annotations

from itertools import groupby
from random import Random
from typing import TYPE_CHECKING
from zlib import crc32

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from tap_payments.sandbox.rows.life import Version
    from tap_payments.sandbox.zimpler.options import Options

REPEAT_EVERY = 10


def arranged(
    found: Sequence[Version], options: Options, turn: int, *, ascending: bool
) -> Sequence[Version]:
    """The rows in the order that is asked for, or in that which the options say.

    `turn` is the number of the request: with each of them unstable rows of one instant change.
    """
    if not options.order_is_stable:
        found = list(_shuffled(found, turn))
    if not options.keys_are_unique:
        found = list(_repeated(found))
    return found if ascending and options.order_is_ascending else found[::-1]


def _shuffled(found: Iterable[Version], turn: int) -> Iterator[Version]:
    for instant, some in groupby(found, lambda version: version.when("approved_at")):
        together = list(some)
        Random(f"{turn}/{instant}").shuffle(together)
        yield from together


def _repeated(found: Iterable[Version]) -> Iterator[Version]:
    for version in found:
        yield version
        if crc32(str((version.row or {}).get("id")).encode()) % REPEAT_EVERY == 0:
            yield version
