"""Reports, from the bytes of an XML file to rows: two passes, flat memory, no DTD, no entities.

The first pass finds what a row is and which columns there are, the second yields the rows.
"""

from __future__ import annotations

import typing as t

from tap_payments.core.decoding import Table

if t.TYPE_CHECKING:
    from collections.abc import Collection


_CHUNK = 2**16


def read_xml(stream: t.BinaryIO, *, row_element: str | None, reserved: Collection[str]) -> Table:
    """The table of an XML file that can be read twice; without bytes or rows it has no columns.

    `row_element` is the name of the element that is a row, at any depth; None: the repeated
    child of the root. `reserved` are column names that are taken.

    Raises:
        ReportUnreadable: no well-formed XML, a DTD, or no telling which element is a row.
    """
