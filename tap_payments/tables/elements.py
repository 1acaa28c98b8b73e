"""Which columns the rows of an XML report have: a tree of the elements and attributes seen."""

from __future__ import annotations

import typing as t

from tap_payments.tables.csv import ReportUnreadable, name_columns, to_name

if t.TYPE_CHECKING:
    from collections.abc import Collection, Iterator

MOST_NODES = 2000
"""Different elements and attributes of a row; with more of them it is no row but the table."""


class Node:
    """An element at one place within a row, or an attribute; the second of equal siblings too."""

    __slots__ = (
        "again",
        "attributes",
        "children",
        "column",
        "has_text",
        "instance",
        "is_attribute",
        "name",
        "occurrence",
        "order",
        "seen_in",
    )

    def __init__(self, name: str, order: int, *, occurrence: int = 1) -> None:
        self.name = name
        self.order = order
        self.occurrence = occurrence
        self.is_attribute = False
        self.has_text = False
        self.column = -1
        self.children: dict[str, Node] = {}
        self.attributes: dict[str, Node] = {}
        self.again: Node | None = None
        self.instance = 0
        """Number of the element that was read last at this place, and in `seen_in` its parent's."""
        self.seen_in = -1

    @property
    def has_repeats(self) -> bool:
        """Whether elements with content of their own stand side by side under one name."""
        return any(child.again and child.children for child in self.children.values())

    @property
    def holds_cell(self) -> bool:
        """Whether it is a column: an element with text, or without children."""
        return self.has_text or not self.children


class Shape:
    """The tree of one kind of row, as far as it has been seen."""

    def __init__(self) -> None:
        self._count = 0
        self._is_complete = False

    def element(self, parent: Node, name: str) -> Node:
        """The place of a child element; a namespace's prefix in its name is dropped."""
        local = to_local_name(name)
        node = parent.children.get(local)
        if node is None:
            node = parent.children[local] = self.node(local)
        parent.children[name] = node
        return node

    def repeated(self, node: Node) -> Node:
        """The place of one more element of this name beside it."""
        if node.again is None:
            node.again = self.node(node.name, occurrence=node.occurrence + 1)
        return node.again

    def attribute(self, parent: Node, name: str) -> None:
        """Takes note of an attribute, unless it declares a namespace."""
        if name == "xmlns" or name.startswith("xmlns:") or name in parent.attributes:
            return
        node = parent.attributes[name] = self.node(to_local_name(name))
        node.is_attribute = True

    def node(self, name: str, *, occurrence: int = 1) -> Node:
        """A new place."""
        if self._is_complete:
            raise ReportUnreadable("the XML was changed while it was read")
        self._count += 1
        if self._count > MOST_NODES:
            raise ReportUnreadable(
                f"a row of the XML has more than {MOST_NODES} different elements: "
                "name the element that is a row in the setting tikpay.row_element"
            )
        return Node(name, self._count, occurrence=occurrence)

    def to_columns(self, row: Node, reserved: Collection[str]) -> tuple[str, ...]:
        """Gives each place that holds a cell its column, in order of first appearance.

        A name that several have is the first element's, then an attribute's, then the others'.
        After this no place can be added.
        """
        self._is_complete = True
        found = sorted(_cells(row, (), is_row=True), key=lambda cell: _rank(cell[0]))
        names = name_columns([name for _, name in found], reserved)
        named = zip((node for node, _ in found), names, strict=True)
        in_order = sorted(named, key=lambda pair: pair[0].order)
        for column, (node, _) in enumerate(in_order):
            node.column = column
        return tuple(name for _, name in in_order)


def to_local_name(name: str) -> str:
    """A name without its namespace's prefix."""
    return name.rpartition(":")[2]


def _rank(node: Node) -> int:
    return 1 if node.is_attribute else 2 * (node.occurrence > 1)


def _cells(
    node: Node, path: tuple[str, ...], *, is_row: bool = False
) -> Iterator[tuple[Node, str]]:
    own = to_name(node.name)
    if node.holds_cell and not (is_row and node.attributes and not node.has_text):
        yield node, "_".join((*path, own))
    for attribute in node.attributes.values():
        yield attribute, to_name(attribute.name)
    numbered = own if node.occurrence == 1 else f"{own}_{node.occurrence}"
    inner = path if is_row else (*path, numbered)
    for child in _unique(node.children):
        place: Node | None = child
        while place is not None:
            yield from _cells(place, inner)
            place = place.again


def _unique(children: dict[str, Node]) -> list[Node]:
    return list({id(child): child for child in children.values()}.values())
