"""What the tap needs of singer-sdk beyond its documented surface: every name, and how it is called.

A name that the SDK drops would otherwise leave an override that nobody calls, without a word.
"""

from __future__ import annotations

import ast
import importlib
import inspect
import pkgutil
import typing as t
from importlib.metadata import version
from pathlib import Path

import pytest
from singer_sdk import Stream

import tap_payments
from tests.command.sdk_names import FACTS, INSTANCES, OVERRIDDEN, USED

SOURCES = [
    path
    for path in sorted(Path(tap_payments.__path__[0]).rglob("*.py"))
    if "sandbox" not in path.relative_to(tap_payments.__path__[0]).parts
]


def complaint(owner: type, name: str, what: str) -> str:
    """The message for whoever raises the SDK's version."""
    return (
        f"singer-sdk {version('singer-sdk')} {what} {owner.__name__}.{name}, which the tap needs: "
        "see OVERRIDDEN and USED in tests/command/sdk_names.py"
    )


def require(owner: type, name: str) -> t.Any:
    """The SDK's attribute of this name.

    Raises:
        AssertionError: it is gone.
    """
    gone = object()
    attribute = inspect.getattr_static(owner, name, gone)
    assert attribute is not gone, complaint(owner, name, "has no")
    return attribute


def callable_of(attribute: t.Any) -> t.Any:
    """The function behind a method, a class method or a property; None for a mere value."""
    if isinstance(attribute, classmethod | staticmethod):
        return attribute.__func__
    if isinstance(attribute, property):
        return attribute.fget
    return attribute if inspect.isfunction(attribute) else None


def tap_classes() -> list[type]:
    """The classes of the tap that are also classes of the SDK."""
    modules = [
        importlib.import_module(module.name)
        for module in pkgutil.walk_packages(tap_payments.__path__, "tap_payments.")
        if ".sandbox" not in module.name and not module.name.endswith("__main__")
    ]
    return [
        each
        for module in modules
        for each in vars(module).values()
        if inspect.isclass(each)
        and each.__module__ == module.__name__
        and issubclass(each, tuple(OVERRIDDEN))
    ]


OVERRIDES = [
    (own, name, owner)
    for own in tap_classes()
    for name in vars(own)
    for owner in OVERRIDDEN
    if issubclass(own, owner) and name in OVERRIDDEN[owner]
]


@pytest.mark.parametrize(
    ("owner", "name"), [(owner, name) for owner, names in OVERRIDDEN.items() for name in names]
)
def test_what_the_tap_overrides_is_still_there(owner: type, name: str) -> None:
    require(owner, name)
    assert any(one == name and owner in own.__mro__ for own, one, _ in OVERRIDES), (
        f"nothing overrides {owner.__name__}.{name} any more: take it out of OVERRIDDEN"
    )


def test_no_override_is_missing_from_the_list() -> None:
    for own in tap_classes():
        upstream = {
            name
            for base in own.__mro__
            if base.__module__.partition(".")[0] == "singer_sdk"
            for name in vars(base)
        }
        listed = {
            name for owner, names in OVERRIDDEN.items() if issubclass(own, owner) for name in names
        }
        ours = {
            name
            for name in vars(own)
            if (name == "__init__" or not name.startswith("__")) and not name.startswith("_abc_")
        }
        assert ours & upstream <= listed | FACTS, own


@pytest.mark.parametrize(("own", "name", "owner"), OVERRIDES)
def test_an_override_takes_what_the_sdk_gives(own: type, name: str, owner: type) -> None:
    if name == "__init__":
        return
    theirs = callable_of(require(owner, name))
    ours = callable_of(inspect.getattr_static(own, name))
    if theirs is None or ours is None:
        return
    accepted = inspect.signature(ours).parameters.values()
    names = {each.name.lstrip("_") for each in accepted}
    kinds = {each.kind for each in accepted}
    for given in inspect.signature(theirs).parameters.values():
        rest = (
            inspect.Parameter.VAR_KEYWORD
            if given.kind is inspect.Parameter.KEYWORD_ONLY
            else inspect.Parameter.VAR_POSITIONAL
        )
        taken = given.name.lstrip("_") in names or rest in kinds
        assert taken, complaint(owner, name, f"gives '{given.name}' to")


@pytest.mark.parametrize(("owner", "name", "arguments"), USED)
def test_what_the_tap_uses_is_still_there(
    owner: type, name: str, arguments: tuple[t.Any, ...] | None
) -> None:
    attribute = require(owner, name)
    if arguments is None:
        return
    function = callable_of(attribute)
    given = (None, *arguments) if isinstance(attribute, classmethod) else arguments
    try:
        inspect.signature(function).bind(*given)
    except TypeError as error:
        raise AssertionError(complaint(owner, name, f"calls otherwise ({error})")) from None


@pytest.mark.parametrize(("owner", "name"), INSTANCES)
def test_what_the_tap_reads_on_instances_is_still_set(owner: type, name: str) -> None:
    assigned = {
        node.attr
        for base in owner.__mro__
        if base.__module__.partition(".")[0] == "singer_sdk"
        for node in ast.walk(ast.parse(inspect.getsource(inspect.getmodule(base) or base)))
        if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store)
    }
    declared = {name for base in owner.__mro__ for name in getattr(base, "__annotations__", {})}
    assert name in assigned | declared, complaint(owner, name, "does not set")


IMPORTS = sorted(
    {
        (node.module, name.name)
        for path in SOURCES
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("singer_sdk")
        for name in node.names
    }
)


@pytest.mark.parametrize(("module", "name"), IMPORTS)
def test_what_the_tap_imports_is_still_there(module: str, name: str) -> None:
    found = importlib.import_module(module)
    assert hasattr(found, name), f"singer-sdk {version('singer-sdk')} has no {module}.{name}"


def test_no_other_private_name_of_the_sdk_is_touched() -> None:
    trees = [ast.parse(path.read_text()) for path in SOURCES]
    nodes = [node for tree in trees for node in ast.walk(tree)]
    own = {node.name for node in nodes if isinstance(node, ast.FunctionDef | ast.ClassDef)}
    own |= {
        node.attr
        for node in nodes
        if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store)
    }
    own |= {node.id for node in nodes if isinstance(node, ast.Name)}
    touched = {
        node.attr
        for node in nodes
        if isinstance(node, ast.Attribute)
        and node.attr.startswith("_")
        and not node.attr.startswith("__")
    }
    listed = {name for _, name, _ in USED} | {name for _, name in INSTANCES}
    assert touched - own - listed == {"_exit"}  # of os


def test_a_name_that_is_gone_is_said_to_be_so() -> None:
    class Renamed(Stream):
        """As the SDK might be one day."""

    require(Renamed, "_sync_records")
    with pytest.raises(
        AssertionError, match=r"singer-sdk 0\.\S+ has no Renamed\._sync_rows, which"
    ):
        require(Renamed, "_sync_rows")
