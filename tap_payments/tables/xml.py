"""Reports, from the bytes of an XML file to rows: two passes, nothing dropped, flat memory.

The first pass finds which element is a row and which columns there are, the second the rows.
"""

from __future__ import annotations

import typing as t

from tap_payments.tables.csv import ReportUnreadable, Table
from tap_payments.tables.elements import Shape, to_local_name
from tap_payments.tables.walker import XmlWalker

if t.TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from tap_payments.tables.csv import Cells, Extra
    from tap_payments.tables.elements import Node


def read_xml(stream: t.BinaryIO, *, row_element: str | None, reserved: Collection[str]) -> Table:
    """The table of an XML file that can be read twice; without bytes or rows it has no columns.

    `row_element` is the name of the element that is a row, at any depth; None: the repeated
    child of the root, or its only one. `reserved` are column names that are taken. A cell is
    None where its text is empty or white space.

    Raises:
        ReportUnreadable: no well-formed XML, a DTD, or no telling which element is a row.
    """
    begin = stream.tell()
    if not stream.read(1):
        return Table((), iter(()))
    stream.seek(begin)
    survey = _Survey(row_element)
    for _ in survey.walk(stream):
        pass
    name = survey.choose()
    if name is None:
        return Table((), iter(()))
    columns = survey.shape.to_columns(survey.rows[name], reserved)
    stream.seek(begin)
    reader = _Reader(survey, name, len(columns))
    return Table(columns, reader.read(stream))


class _Survey(XmlWalker):
    """The first pass: what could be a row, and what is in it."""

    def __init__(self, row_element: str | None) -> None:
        super().__init__(Shape())
        self.row_element = row_element
        self._siblings: list[set[str]] = [set()]
        self._has_repeats = False
        self._repeated: set[str] = set()
        self.rows: dict[str, Node] = {}

    def choose(self) -> str | None:
        """The name of the element that is a row; None where the report has none.

        Raises:
            ReportUnreadable: it cannot be told.
        """
        if self.row_element is not None:
            if not self.rows and self._has_repeats:
                raise ReportUnreadable(
                    "no element of the XML has the name that the setting tikpay.row_element gives"
                )
            return next(iter(self.rows), None)
        candidates = self._repeated or set(self.rows)
        if len(candidates) > 1:
            raise ReportUnreadable(
                "the XML has several kinds of elements below its root: "
                "name the one that is a row in the setting tikpay.row_element"
            )
        name = next(iter(candidates), None)
        if name is not None and not self._repeated and self.rows[name].has_repeats:
            raise ReportUnreadable(
                "the XML has one element below its root and a table below that: "
                "name the element that is a row in the setting tikpay.row_element"
            )
        return name

    def _enter_outside(self, name: str, depth: int) -> Node | None:
        local = to_local_name(name)
        if local in self._siblings[-1]:
            self._has_repeats = True
        self._siblings[-1].add(local)
        if self.row_element is None:
            is_row = depth == 1
            if local in self.rows:
                self._repeated.add(local)
        else:
            is_row = local == to_local_name(self.row_element)
        if not is_row:
            self._siblings.append(set())
            return None
        if local not in self.rows:
            self.rows[local] = self.shape.node(local)
        return self.rows[local]

    def _leave_outside(self) -> None:
        self._siblings.pop()

    def _end_row(self) -> None:
        pass

    def _read_attributes(self, node: Node, attributes: Mapping[str, str]) -> None:
        for name in attributes:
            self.shape.attribute(node, name)

    def _read_text(self, node: Node, *, is_leaf: bool) -> None:  # noqa: ARG002 - text is text
        node.has_text = node.has_text or not "".join(self._text).isspace()


class _Reader(XmlWalker):
    """The second pass: the cells of each row, in the order of the columns."""

    def __init__(self, survey: _Survey, name: str, width: int) -> None:
        super().__init__(survey.shape, elements=survey.elements)
        self._name = name
        self._row = survey.rows[name]
        self._is_nested = survey.row_element is not None
        self._empty: Cells = [None] * width
        self._cells: Cells = []
        self._rows: list[Cells] = []

    def read(self, stream: t.BinaryIO) -> Iterator[tuple[Cells, Extra | None]]:
        """The rows, as the file is read."""
        for _ in self.walk(stream):
            rows, self._rows = self._rows, []
            for cells in rows:
                yield cells, None

    def _enter_outside(self, name: str, depth: int) -> Node | None:
        if not (self._is_nested or depth == 1) or to_local_name(name) != self._name:
            return None
        self._cells = self._empty.copy()
        return self._row

    def _end_row(self) -> None:
        self._rows.append(self._cells)

    def _read_attributes(self, node: Node, attributes: Mapping[str, str]) -> None:
        for name, value in attributes.items():
            if name in node.attributes:
                self._cells[node.attributes[name].column] = value or None

    def _read_text(self, node: Node, *, is_leaf: bool) -> None:
        text = "".join(self._text)
        if text.isspace():
            return
        before = self._cells[node.column]
        if not is_leaf:
            text = text.strip() if before is None else f"{before} {text.strip()}"
        self._cells[node.column] = text
