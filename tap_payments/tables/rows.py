"""Rows of a report, from cells to the bytes of RECORD messages."""

from __future__ import annotations

import itertools
import typing as t

import msgspec

from tap_payments.errors import StreamFailed
from tap_payments.rows.batch import Batch, RowWriter
from tap_payments.rows.exact_json import dumps, spell
from tap_payments.tables.personal import find_personal
from tap_payments.tables.row_ids import RowIds

if t.TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping, Sequence

    from tap_payments.rows.privacy import Replace
    from tap_payments.tables.table import Cells, Extra, Table

BATCH = 500


class TableCodec(RowWriter):
    """Writes the rows of one report, for one account.

    `added` are the members that are the same for every row, `personal` names the columns that
    `replace` is applied to (and to surplus cells: nobody knows what they hold), `keys` the columns
    that no row may lack.
    """

    def __init__(
        self,
        table: Table,
        *,
        added: Mapping[str, t.Any],
        keys: Sequence[str],
        personal: Collection[str],
        replace: Replace | None,
        selected: Callable[[str], bool],
        only_careful: bool,
    ) -> None:
        super().__init__(
            {name: value for name, value in added.items() if selected(name)},
            extra_selected=selected("_extra"),
        )
        columns = table.columns
        found = find_personal(columns, personal)
        self.personal = frozenset(name for name, places in found.items() if places)
        """Those of the names in `personal` that the report has."""
        places = [place for each in found.values() for place in each]
        self._rows = _replaced(table.rows, places, replace) if replace else table.rows
        self._ids = RowIds(columns)
        self._keys = [(columns.index(key), key) for key in keys]
        self._names = (*columns, "_row_id", "_row_number", "_extra")
        self._hidden = [name for name in self._names if not selected(name)]
        cells = [(f"c{index}", str | None) for index in range(len(columns))]
        constant = self.added | ({"_extra": None} if self.extra_selected else {})
        attributes = [*(name for name, _ in cells), "row_id", "row_number"]
        attributes += [f"a{index}" for index in range(len(constant))]
        self._struct = msgspec.defstruct(
            "ReportRow",
            [
                *cells,
                ("row_id", str),
                ("row_number", int),
                *((f"a{index}", t.Any, value) for index, value in enumerate(constant.values())),
            ],
            rename=dict(zip(attributes, (*self._names[:-1], *constant), strict=True)),
            gc=False,
        )
        self._only_careful = only_careful or bool(self._hidden)

    def batches(self) -> Iterator[Batch]:
        """The report's rows, many in a batch; one with surplus cells has a batch of its own.

        Raises:
            StreamFailed: a row lacks a key.
            ReportUnreadable: the file is broken.
        """
        make, row_id = self._struct, self._ids.row_id
        plain: list[t.Any] = []
        number = 0
        for cells, extra in self._rows:
            number += 1
            for index, key in self._keys:
                if cells[index] is None:
                    raise StreamFailed(f"row {number} of the report has no '{key}', which is a key")
            identity = row_id(cells, extra)
            if extra is None and not self._only_careful:
                plain.append(make(*cells, identity, number))
                if len(plain) == BATCH:
                    yield Batch(plain, careful=False)
                    plain = []
                continue
            if plain:
                yield Batch(plain, careful=False)
                plain = []
            yield Batch([self._careful(cells, identity, number, extra)], careful=True)
        if plain:
            yield Batch(plain, careful=False)

    def _careful(
        self, cells: Cells, identity: str, number: int, extra: Extra | None
    ) -> dict[str, t.Any]:
        text = dumps(extra).decode() if extra else None
        values = itertools.chain(cells, (identity, number, text))
        row = dict(zip(self._names, values, strict=True))
        for name in self._hidden:
            del row[name]
        return {name: spell(value) for name, value in row.items()}


def _replaced(
    rows: Iterator[tuple[Cells, Extra | None]], personal: Sequence[int], replace: Replace
) -> Iterator[tuple[Cells, Extra | None]]:
    """The rows as they leave the tap: ids are made of these, so that none gives a value back."""

    def to_replacement(cell: str | None) -> str | None:
        return None if cell is None else replace(cell)

    for cells, extra in rows:
        for place in personal:
            cells[place] = to_replacement(cells[place])
        yield cells, extra and {name: to_replacement(cell) for name, cell in extra.items()}
