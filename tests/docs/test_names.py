"""Each provider is named where people look for it, and nothing says how many there are."""

from __future__ import annotations

import re

import pytest

from tap_payments.providers import PROVIDERS
from tests.support.site_pages import ROOT

PLACES = {
    "README.md": ("# tap-payments", "## Try it"),
    "docs/index.md": ("# Start here", "## See it work"),
    "docs/guarantees.md": ("## What each provider's cursor can miss", "## Personal data"),
    "docs/operations.md": ("## How often to run", "## The first run"),
    "pyproject.toml": ("\nkeywords = ", "\nclassifiers = "),
    "examples/airflow/tap_payments_backfill.py": ("\nPROVIDERS = ", "\nQUOTAS = "),
}
"""Sentences and lists that are written by hand: the file, where they begin, and what follows."""

COUNTED = re.compile(r"\b(three|four|five|six) (payment )?(providers|vendors|APIs)\b")
HERE = ("README.md", "Makefile", "CHANGELOG.md", "docs", "tap_payments", "tools", "transform")


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("title", [provider.title for provider in PROVIDERS])
def test_a_provider_is_named_where_people_look_for_it(place: str, title: str) -> None:
    begin, end = PLACES[place]
    text = (ROOT / place).read_text(encoding="utf-8")
    part = text[text.index(begin) : text.index(end)]
    assert title.lower() in part.lower(), f"{place} does not name {title} after {begin.strip()!r}"


def test_nothing_says_how_many_providers_there_are() -> None:
    for name in HERE:
        path = ROOT / name
        for file in path.rglob("*") if path.is_dir() else [path]:
            if file.suffix in {"", ".md", ".py", ".sql", ".svg", ".yml"} and file.is_file():
                found = COUNTED.search(file.read_text(encoding="utf-8"))
                assert not found, f"{file.relative_to(ROOT)}: {found}"
