"""RESULTS.md: a part for each section, each with when it was measured."""

from __future__ import annotations

import os
import platform
import typing as t
from datetime import UTC, datetime

if t.TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

HEAD = """# Results

Written by `benchmarks/run`; README.md says what is measured and how to read it. Times are medians
with the least and the most; ratios are medians over rounds, each of a round's own runs.
"""


def stamped(text: str, load: float) -> str:
    """A section with when and where it was measured."""
    return (
        f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC, {platform.machine()}, {os.cpu_count()} cores, "
        f"load {load:.1f} before, Python {platform.python_version()}.\n\n{text}"
    )


def read(path: Path) -> dict[str, str]:
    """The parts of an earlier run, by title."""
    if not path.exists():
        return {}
    parts = path.read_text().split("\n## ")[1:]
    return {
        title: text.strip() + "\n" for title, _, text in (each.partition("\n") for each in parts)
    }


def write(path: Path, parts: Mapping[str, str], order: list[str]) -> None:
    """Writes the parts, in their order."""
    known = [f"\n## {title}\n\n{parts[title]}" for title in order if title in parts]
    path.write_text(HEAD + "".join(known))
