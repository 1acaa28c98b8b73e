"""Markdown tables."""

from __future__ import annotations

import typing as t

if t.TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


def table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table: the first column is text, the others are numbers."""
    lines = [header, ["---"] + ["---:"] * (len(header) - 1), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines) + "\n"


def times(ratio: float) -> str:
    """A ratio below one as `1/12.3`, above as `1.4 times`."""
    return f"1/{1 / ratio:.1f}" if ratio < 1 else f"{ratio:.2f} times"
