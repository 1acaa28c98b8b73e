"""What the tap says to people: the texts of its failures, refusals and warnings, from its code."""

from __future__ import annotations

import ast
import typing as t
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
OTHERS = ("airbyte", "backfill", "doctor", "sandbox")
"""Other commands: they have pages and messages of their own."""

FAILURES = ("StreamFailed", "RowsMoved", "QuotaSpent", "ReportUnreadable", "Unreadable", "Refused")
HOLE = "\N{HORIZONTAL ELLIPSIS}"


class Told(t.NamedTuple):
    """A text with holes where values stand, and where the code says it."""

    text: str
    where: str


def files() -> list[Path]:
    """The tap's own code."""
    package = ROOT / "tap_payments"
    found = sorted(package.rglob("*.py"))
    return [file for file in found if file.relative_to(package).parts[0] not in OTHERS]


def messages() -> list[Told]:
    """The text of each failure, refusal, warning and error of the tap."""
    found = []
    for file in files():
        tree = ast.parse(file.read_text(encoding="utf-8"))
        where = file.relative_to(ROOT)
        found += [
            Told(text, f"{where}:{getattr(node, 'lineno', '?')}")
            for node in ast.walk(tree)
            for text in _told(node)
        ]
    return found


def _told(node: ast.AST) -> t.Iterator[str]:
    if isinstance(node, ast.Call) and node.args:
        name = (
            node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        )
        if name in (*FAILURES, "warning", "error", "warn_once", "warn", "_warn"):
            yield from _texts(node.args[0])
    if isinstance(node, ast.Yield) and isinstance(node.value, ast.Constant | ast.JoinedStr):
        yield from _texts(node.value)


def _texts(node: ast.AST) -> t.Iterator[str]:
    text = spelled(node)
    if len(text.replace(HOLE, "").strip(" :;.()")) > 8:
        yield text


def spelled(node: ast.AST) -> str:
    """A text of the code with a hole for each value."""
    if isinstance(node, ast.Constant):
        text = node.value if isinstance(node.value, str) else ""
        for hole in ("%s", "%d", "%.0f", "%r"):
            text = text.replace(hole, HOLE)
        return text
    if isinstance(node, ast.JoinedStr):
        return "".join(
            spelled(part) if isinstance(part, ast.Constant) else HOLE for part in node.values
        )
    if isinstance(node, ast.BinOp):
        return spelled(node.left) + spelled(node.right)
    return HOLE
