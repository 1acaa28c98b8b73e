"""Which columns the rows of an XML report have: a tree of the elements and attributes seen.

A cell's name depends on its row alone, so that it is the same in every report: where two of a
row's cells would have one name, a child element comes before an attribute, that before an
element which is repeated, and who comes later gets a suffix. An attribute `id` of the row is
therefore `id` in a row without a child `id`, and `id_2` in one with it.
"""

from __future__ import annotations

import typing as t
from collections import defaultdict

from tap_payments.tables.names import first_free, to_name, without_suffix
from tap_payments.tables.table import ReportUnreadable

if t.TYPE_CHECKING:
    from collections.abc import Collection, Iterable

MOST_NODES = 2000
"""Different elements and attributes of a row; with more of them it is no row but the table."""


class Node:
    """An element at one place within a row, or an attribute; the second of equal siblings too.

    `base` is the name of its cell where no other has that, `path` where it is.
    """

    __slots__ = (
        "again",
        "attributes",
        "base",
        "children",
        "column",
        "has_text",
        "instance",
        "occurrence",
        "path",
        "prefix",
        "rank",
        "seen_in",
    )

    def __init__(
        self, base: str, path: str, *, rank: int, prefix: str, occurrence: int = 1
    ) -> None:
        self.base = base
        self.path = path
        self.rank = rank
        self.prefix = prefix
        """What the names of its children begin with."""
        self.occurrence = occurrence
        self.has_text = False
        self.column = -1
        self.children: dict[str, Node] = {}
        self.attributes: dict[str, Node] = {}
        self.again: Node | None = None
        self.instance = 0
        """Number of the element that was read last at this place, and in `seen_in` its parent's."""
        self.seen_in = -1

    @property
    def holds_cell(self) -> bool:
        """Whether it is a column: an element with text, or without anything in it."""
        return self.has_text or not (self.children or (self.attributes and self.rank == ROW))

    @property
    def may_be_table(self) -> bool:
        """Whether rows may lie below it: elements with content, or one alone."""
        kinds = {id(child): child for child in self.children.values()}.values()
        return any(
            (kind.again or len(kinds) == 1)
            and (kind.children or (kind.attributes and not kind.has_text))
            for kind in kinds
        )

    @property
    def precedence(self) -> tuple[t.Any, ...]:
        """Who of several gets a name: what the vendor spells like that comes first."""
        spelled = self.path.rpartition("/")[2] != self.base
        return self.rank, spelled, self.path, self.occurrence


CHILD, ROW, ATTRIBUTE, REPEATED = range(4)


class Shape:
    """The tree of one kind of row, as far as it has been seen."""

    def __init__(self, name: str, reserved: Collection[str], setting: str) -> None:
        self.reserved = frozenset(reserved)
        self._setting = setting
        self.contested: tuple[Node, ...] = ()
        """Places of which two would have one name, in a row that has both."""
        self._nodes: list[Node] = []
        self._by_stem: defaultdict[str, list[Node]] = defaultdict(list)
        self._combinations: set[frozenset[Node]] = set()
        self._moves: dict[frozenset[Node], list[tuple[int, int]]] = {}
        self._columns: dict[str, int] | None = None
        self.row = self._add(Node(to_name(name), name, rank=ROW, prefix=""))
        """The place of a row itself."""

    def element(self, parent: Node, name: str) -> Node:
        """The place of a child element; a namespace's prefix in its name is dropped."""
        local = to_local_name(name)
        node = parent.children.get(local)
        if node is None:
            node = parent.children[local] = self._child(parent, local)
        parent.children[name] = node
        return node

    def repeated(self, parent: Node, node: Node) -> Node:
        """The place of one more element of this name beside it."""
        if node.again is None:
            name = node.path.rpartition("/")[2]
            node.again = self._child(parent, name, occurrence=node.occurrence + 1)
        return node.again

    def attribute(self, parent: Node, name: str) -> None:
        """Takes note of an attribute, unless it declares a namespace."""
        if name not in parent.attributes:
            if name == "xmlns" or name.startswith("xmlns:"):
                return
            base = parent.prefix + to_name(to_local_name(name))
            path = f"{parent.path}#{parent.occurrence}/@{name}"
            node = Node(base, path, rank=ATTRIBUTE, prefix="")
            parent.attributes[name] = self._add(node)
        parent.attributes[name].instance = parent.instance

    def _child(self, parent: Node, name: str, *, occurrence: int = 1) -> Node:
        base = parent.prefix + to_name(name)
        number = "" if occurrence == 1 else f"{occurrence}_"
        return self._add(
            Node(
                base,
                f"{parent.path}#{parent.occurrence}/{name}",
                rank=CHILD if occurrence == 1 else REPEATED,
                prefix=f"{base}_{number}",
                occurrence=occurrence,
            )
        )

    def _add(self, node: Node) -> Node:
        if self._columns is not None:
            raise ReportUnreadable("the XML was changed while it was read")
        self._nodes.append(node)
        if len(self._nodes) > MOST_NODES:
            raise ReportUnreadable(
                f"a row of the XML has more than {MOST_NODES} different elements: "
                f"name the element that is a row in the setting {self._setting}"
            )
        stem = without_suffix(node.base)
        group = self._by_stem[stem]
        group.append(node)
        bases = [each.base for each in group]
        if len(set(bases)) < len(bases) or not self.reserved.isdisjoint(bases):
            self.contested = tuple(dict.fromkeys((*self.contested, *group)))
        return node

    def note_row(self) -> None:
        """Takes note of which contested places the row has that was just read."""
        self._combinations.add(self._present())

    def moves(self) -> list[tuple[int, int]]:
        """Which cells of the row just read go to another column: several places claim its name."""
        present = self._present()
        found = self._moves.get(present)
        if found is None:
            columns, named = self.to_columns(), self._resolve(present)
            found = [
                (node.column, columns[name]) for node, name in named.items() if node.holds_cell
            ]
            self._moves[present] = found
        return found

    def _present(self) -> frozenset[Node]:
        since = self.row.instance
        return frozenset([node for node in self.contested if node.instance >= since])

    def _resolve(self, nodes: Iterable[Node]) -> dict[Node, str]:
        found: dict[Node, str] = {}
        taken = set(self.reserved)
        for node in sorted(nodes, key=lambda each: each.precedence):
            name = node.base if node.base not in taken else first_free(node.base, taken)
            taken.add(name)
            found[node] = name
        return found

    def to_columns(self) -> dict[str, int]:
        """The columns and their places, in order of first appearance; closes the tree.

        A place that is not contested has its `column` from now on.
        """
        if self._columns is None:
            columns: dict[str, int] = {}
            self._columns = columns
            names: defaultdict[Node, set[str]] = defaultdict(set)
            for places in (*self._combinations, *([node] for node in self.contested)):
                for node, name in self._resolve(places).items():
                    names[node].add(name)
            for node in self._nodes:
                if node.holds_cell:
                    for name in sorted(names[node] or {node.base}, key=len):
                        columns.setdefault(name, len(columns))
                    node.column = -1 if names[node] else columns[node.base]
        return self._columns


def to_local_name(name: str) -> str:
    """A name without its namespace's prefix."""
    return name.rpartition(":")[2]
