"""Reports, from the bytes of an XML file to rows: two passes, nothing dropped, flat memory.

The first pass finds which element is a row and which columns there are, the second the rows.
"""

from __future__ import annotations

import typing as t

from tap_payments.tables.elements import MOST_NODES, Shape, to_local_name
from tap_payments.tables.table import ReportUnreadable, Table
from tap_payments.tables.walker import XmlWalker

if t.TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from tap_payments.tables.elements import Node
    from tap_payments.tables.table import Cells, Extra


def read_xml(
    stream: t.BinaryIO, *, row_element: str | None, reserved: Collection[str], setting: str
) -> Table:
    """The table of an XML file that can be read twice; without bytes or rows it has no columns.

    `row_element` is the name of the element that is a row, at any depth; None: the repeated
    child of the root, or its only one. Messages call it by its `setting`. `reserved` are column
    names that are taken. A cell is None where its text is empty or white space.

    Raises:
        ReportUnreadable: no well-formed XML, a DTD, or no telling which element is a row.
    """
    begin = stream.tell()
    if not stream.read(1):
        return Table((), iter(()))
    stream.seek(begin)
    survey = _Survey(row_element, reserved, setting)
    for _ in survey.walk(stream):
        pass
    name = survey.choose()
    if name is None:
        return Table((), iter(()))
    reader = _Reader(survey, name)
    stream.seek(begin)
    return Table(tuple(reader.columns), reader.read(stream))


class _Survey(XmlWalker):
    """The first pass: what could be a row, and what is in it."""

    def __init__(self, row_element: str | None, reserved: Collection[str], setting: str) -> None:
        super().__init__()
        self._setting = setting
        self.row_element = row_element
        self._reserved = reserved
        self._has_elements = False
        self._repeated: set[str] = set()
        self.rows: dict[str, Shape] = {}
        """What could be rows, by the element's name."""

    def choose(self) -> str | None:
        """The name of the element that is a row; None where the report has none.

        Raises:
            ReportUnreadable: it cannot be told.
        """
        if self.row_element is not None:
            if not self.rows and self._has_elements:
                raise ReportUnreadable(
                    f"no element of the XML has the name that the setting {self._setting} gives"
                )
            return next(iter(self.rows), None)
        candidates = self._repeated or set(self.rows)
        if len(candidates) > 1:
            raise ReportUnreadable(
                "the XML has several kinds of elements below its root: "
                f"name the one that is a row in the setting {self._setting}"
            )
        name = next(iter(candidates), None)
        if name is not None and not self._repeated and self.rows[name].row.may_be_table:
            raise ReportUnreadable(
                "the XML has one element below its root and perhaps rows below that: "
                f"name the element that is a row in the setting {self._setting}"
            )
        return name

    def _enter_outside(self, name: str, depth: int) -> Node | None:
        local = to_local_name(name)
        self._has_elements = self._has_elements or depth > 0
        if self.row_element is None:
            is_row = depth == 1
            if local in self.rows:
                self._repeated.add(local)
        else:
            is_row = local == to_local_name(self.row_element)
        if not is_row:
            return None
        if local not in self.rows:
            if len(self.rows) == MOST_NODES:
                raise ReportUnreadable(
                    f"the XML has more than {MOST_NODES} kinds of elements below its root"
                )
            self.rows[local] = Shape(local, self._reserved, self._setting)
        self.shape = self.rows[local]
        return self.shape.row

    def _end_row(self) -> None:
        if self.shape.contested:
            self.shape.note_row()

    def _read_attributes(self, node: Node, attributes: Mapping[str, str]) -> None:
        for name in attributes:
            self.shape.attribute(node, name)

    def _read_text(self, node: Node, *, is_leaf: bool) -> None:  # noqa: ARG002 - text is text
        node.has_text = node.has_text or not "".join(self._text).isspace()


class _Reader(XmlWalker):
    """The second pass: the cells of each row, in the order of the columns."""

    def __init__(self, survey: _Survey, name: str) -> None:
        super().__init__(elements=survey.elements)
        self._name = name
        self.shape = survey.rows[name]
        self.columns = self.shape.to_columns()
        self._is_nested = survey.row_element is not None
        # What is contested has a place behind the columns until its row is whole.
        for place, node in enumerate(self.shape.contested, start=len(self.columns)):
            node.column = place
        self._empty: Cells = [None] * (len(self.columns) + len(self.shape.contested))
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
        return self.shape.row

    def _end_row(self) -> None:
        cells = self._cells
        if self.shape.contested:
            for place, column in self.shape.moves():
                cells[column] = cells[place]
            del cells[len(self.columns) :]
        self._rows.append(cells)

    def _read_attributes(self, node: Node, attributes: Mapping[str, str]) -> None:
        for name, value in attributes.items():
            attribute = node.attributes.get(name)
            if attribute is not None:
                attribute.instance = node.instance
                self._cells[attribute.column] = value or None

    def _read_text(self, node: Node, *, is_leaf: bool) -> None:
        text = "".join(self._text)
        if text.isspace():
            return
        before = self._cells[node.column]
        if not is_leaf:
            text = text.strip() if before is None else f"{before} {text.strip()}"
        self._cells[node.column] = text
