"""Rows of an XML text, read as a report."""

from __future__ import annotations

import io

from tap_payments.tables.xml import read_xml

RESERVED = ("_account", "_extra", "_row_id")


def read(
    content: bytes | str, row_element: str | None = None
) -> tuple[tuple[str, ...], list[list[str | None]]]:
    data = content.encode() if isinstance(content, str) else content
    table = read_xml(
        io.BytesIO(data), row_element=row_element, reserved=RESERVED, setting="tikpay.row_element"
    )
    rows = list(table.rows)
    assert all(extra is None for _, extra in rows)
    return table.columns, [cells for cells, _ in rows]


def row(inner: str, *, attributes: str = "") -> dict[str, str | None]:
    """The one row of a report."""
    columns, [cells] = read(f"<report><row {attributes}>{inner}</row></report>")
    return dict(zip(columns, cells, strict=True))
