"""The pages of the documentation, and what they print for people to copy."""

from __future__ import annotations

import re
import typing as t
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted((ROOT / "docs").rglob("*.md"))
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```", re.MULTILINE | re.DOTALL)


class Block(t.NamedTuple):
    """A fenced block: its page, its language and its text."""

    page: str
    language: str
    text: str


def blocks(language: str) -> list[Block]:
    """All blocks in a language."""
    return [
        Block(page.relative_to(ROOT).as_posix(), found.group(1), found.group(2))
        for page in PAGES
        for found in BLOCK.finditer(page.read_text(encoding="utf-8"))
        if found.group(1) == language
    ]


def commands() -> list[tuple[str, str]]:
    """Every command line that the pages print, with its page."""
    return [
        (block.page, line.strip())
        for block in blocks("sh")
        for line in block.text.replace("\\\n", " ").splitlines()
        if line.strip() and not line.lstrip().startswith("#")
    ]
