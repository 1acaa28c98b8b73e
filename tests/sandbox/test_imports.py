"""Who imports whom in the sandbox, for types too."""

from __future__ import annotations

import ast
import sys
from graphlib import TopologicalSorter
from pathlib import Path

import tap_payments.sandbox

PACKAGE = "tap_payments.sandbox"
ROOT = Path(tap_payments.sandbox.__file__).parent


def imported(file: Path) -> set[str]:
    """The modules that a file imports."""
    found = set()
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Import):
            found |= {each.name for each in node.names}
        elif isinstance(node, ast.ImportFrom):
            found.add(str(node.module))
    return found


def imports() -> dict[str, set[str]]:
    """For each module of the sandbox, what it imports."""
    modules = {}
    for file in ROOT.rglob("*.py"):
        parts = file.relative_to(ROOT).with_suffix("").parts
        name = ".".join([PACKAGE, *(part for part in parts if part != "__init__")])
        modules[name] = imported(file)
    return modules


def test_no_circle() -> None:
    modules = imports()
    graph = {name: found & set(modules) for name, found in modules.items()}
    assert len(list(TopologicalSorter(graph).static_order())) == len(modules) > 20


def test_python_alone_is_needed() -> None:
    found = {each.split(".")[0] for some in imports().values() for each in some}
    assert found - sys.stdlib_module_names == {"tap_payments"}
    assert all(
        each.startswith(PACKAGE)
        for some in imports().values()
        for each in some
        if each.startswith("tap_payments")
    )


def test_a_provider_knows_no_other() -> None:
    folders = {each.name for each in ROOT.iterdir() if (each / "api.py").exists()}
    for name, found in imports().items():
        room = name.removeprefix(f"{PACKAGE}.").split(".")[0]
        others = {each.split(".")[2] for each in found if each.startswith(f"{PACKAGE}.")}
        assert room not in folders or not others & (folders - {room}), name
