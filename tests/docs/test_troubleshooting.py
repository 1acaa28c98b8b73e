"""The page of messages has what the tap says, and all of it."""

from __future__ import annotations

import ast
import functools
import re

import pytest

from tests.support.told import HOLE, ROOT, Told, files, messages, spelled

PAGE = (ROOT / "docs/troubleshooting.md").read_text(encoding="utf-8")
DOCUMENTED = {
    row.group(1).replace("\\|", "|") for row in re.finditer(r"^\| `([^`]+)` \|", PAGE, re.MULTILINE)
}


def trimmed(text: str) -> str:
    """A message without the holes and the punctuation around it."""
    return text.strip(f" {HOLE}:;,.")


@functools.cache
def texts_of_the_code() -> str:
    """All texts of the code, a line each."""
    found = []
    for file in files():
        tree = ast.parse(file.read_text(encoding="utf-8"))
        found += [
            spelled(node)
            for node in ast.walk(tree)
            if isinstance(node, ast.Constant | ast.JoinedStr)
        ]
    return "\n".join(found)


@pytest.mark.parametrize("message", messages(), ids=lambda told: told.where)
def test_what_the_tap_says_is_explained(message: Told) -> None:
    assert trimmed(message.text) in {trimmed(text) for text in DOCUMENTED}, (
        f"docs/troubleshooting.md does not say what to do about {message.text!r}"
    )


@pytest.mark.parametrize("text", sorted(DOCUMENTED))
def test_what_is_explained_is_said(text: str) -> None:
    code = texts_of_the_code()
    status = re.fullmatch(r"answered (\d+)", text)
    said = "answered " in code if status else trimmed(text) in code
    assert said or trimmed(text) in {trimmed(told.text) for told in messages()}, (
        f"the tap no longer says {text!r}"
    )
