from __future__ import annotations

import typing as t

import msgspec
import pytest

from tap_payments.errors import StreamFailed
from tap_payments.tables.rows import BATCH, TableCodec
from tap_payments.tables.table import Table

if t.TYPE_CHECKING:
    from tap_payments.tables.table import Cells, Extra

Rows = list[tuple["Cells", "Extra | None"]]


def codec_of(rows: Rows, *, hidden: str = "", keys: tuple[str, ...] = ()) -> TableCodec:
    return TableCodec(
        Table(("a", "b"), iter(rows)),
        added={"_account": "main"},
        keys=keys,
        personal=(),
        replace=None,
        selected=lambda name: name != hidden,
        only_careful=False,
    )


def records(codec: TableCodec) -> list[dict[str, t.Any]]:
    lines = b"".join(codec.encode(batch) for batch in codec.batches()).splitlines()
    return [msgspec.json.decode(line) for line in lines if line]


def test_rows_have_their_cells_their_number_and_what_is_added() -> None:
    first, second = records(codec_of([(["1", None], None), (["2", "x"], None)]))
    del first["_row_id"], second["_row_id"]
    assert first == {"a": "1", "b": None, "_row_number": 1, "_account": "main", "_extra": None}
    assert second == {"a": "2", "b": "x", "_row_number": 2, "_account": "main", "_extra": None}


def test_surplus_cells_are_in_extra_and_the_order_of_the_rows_stays() -> None:
    rows: Rows = [(["1", "x"], None), (["2", "x"], {"column_3": "y"}), (["3", "x"], None)]
    found = records(codec_of(rows))
    assert [row["a"] for row in found] == ["1", "2", "3"]
    assert [row["_row_number"] for row in found] == [1, 2, 3]
    assert [row["_extra"] for row in found] == [None, '{"column_3":"y"}', None]


def test_what_is_not_selected_is_in_no_row_and_changes_no_id() -> None:
    rows: Rows = [(["1", "x"], None)]
    [whole], [part] = records(codec_of(rows)), records(codec_of([*rows], hidden="b"))
    assert part == {name: value for name, value in whole.items() if name != "b"}


def test_a_row_without_a_key_is_an_error_that_names_row_and_key() -> None:
    rows: Rows = [(["1", "x"], None), (["canary", None], None)]
    with pytest.raises(StreamFailed, match="row 2 of the report has no 'b', which is a key"):
        records(codec_of(rows, keys=("a", "b")))


def test_a_batch_is_full_at_its_size_and_the_rest_follows() -> None:
    rows: Rows = [([str(number), None], None) for number in range(BATCH + 1)]
    sizes = [len(batch.rows) for batch in codec_of(rows).batches()]
    assert sizes == [BATCH, 1]
