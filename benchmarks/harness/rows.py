"""Rows as the APIs would send them, rendered once: an answer is a slice of one large buffer."""

from __future__ import annotations

import random
import typing as t
from array import array
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

if t.TYPE_CHECKING:
    from collections.abc import Callable, Iterator

Render = t.Callable[[random.Random, int, str], str]


@dataclass
class Rows:
    """Rows in the order of their instants, which end with yesterday (UTC).

    `buffer` holds them with a comma after each, `offsets` where each begins and, last, where the
    buffer ends; `days` has the number of the first row of each day.
    """

    first_day: date
    buffer: bytes
    offsets: array[int]
    days: dict[date, int] = field(default_factory=dict)

    def __len__(self) -> int:
        """How many rows there are."""
        return len(self.offsets) - 1

    def before(self, day: date) -> int:
        """How many rows lie before a day."""
        if day <= self.first_day:
            return 0
        return self.days.get(day, len(self))

    def cut(self, first: int, last: int) -> memoryview:
        """The rows `[first, last)`, with commas between them."""
        if first >= last:
            return memoryview(b"")
        return memoryview(self.buffer)[self.offsets[first] : self.offsets[last] - 1]


def make_rows(count: int, per_day: tuple[int, int], render: Render) -> Rows:
    """`count` rows over as many days as it takes, always the same ones but for their days."""
    chance = random.Random(1)
    sizes = list(_sizes(count, per_day, chance.randint))
    day = datetime.now(UTC).date() - timedelta(days=len(sizes))
    rows = Rows(day, b"", array("Q", [0]))
    pieces: list[bytes] = []
    number = end = 0
    for size in sizes:
        rows.days[day] = number
        block: list[str] = []
        for second in sorted(chance.randrange(86_400) for _ in range(size)):
            hour, rest = divmod(second, 3600)
            text = render(chance, number, f"{day}T{hour:02d}:{rest // 60:02d}:{rest % 60:02d}Z")
            end += len(text) + 1
            rows.offsets.append(end)
            block.append(text)
            number += 1
        block.append("")
        pieces.append(",".join(block).encode("ascii"))
        day += timedelta(days=1)
    rows.buffer = b"".join(pieces)
    return rows


def _sizes(
    count: int, per_day: tuple[int, int], randint: Callable[[int, int], int]
) -> Iterator[int]:
    while count > 0:
        size = min(count, randint(*per_day))
        yield size
        count -= size
