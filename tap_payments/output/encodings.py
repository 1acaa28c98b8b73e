"""How the rows of a file are spelled: JSON lines, Parquet or Arrow.

This is the only place that knows pyarrow, which comes with the extra `arrow`.
"""

from __future__ import annotations

import abc
import gzip
import importlib
import typing as t

from tap_payments.errors import StreamFailed
from tap_payments.output.transposed import columns_of, kind_of

if t.TYPE_CHECKING:
    from collections.abc import Sequence

    from tap_payments.rows.batch import Batch, RowWriter

TOGETHER = 1000
"""Rows that Arrow is given at a time; each of its columns costs as much as some rows do."""

ROW_GROUP = 4_000_000
"""Bytes of columns that a Parquet file has together; so much of an open file is in memory."""

Properties = t.Mapping[str, t.Mapping[str, t.Any]]


class RowFile(t.Protocol):
    """A file of rows that is being written."""

    def write(self, writer: RowWriter, batch: Batch) -> None:
        """Adds rows."""

    def finish(self) -> None:
        """Writes what is left, and what a file of this kind ends with."""


def has_arrow() -> bool:
    """Whether Parquet and Arrow files can be written."""
    try:
        importlib.import_module("pyarrow")
    except ImportError:
        return False
    return True


def extension_of(format_: str, compression: str) -> str:
    """What the name of a file ends with."""
    return f"{format_}.gz" if format_ == "jsonl" and compression == "gzip" else format_


def open_rows(file: t.BinaryIO, format_: str, compression: str, properties: Properties) -> RowFile:
    """A file of rows with these columns, in a file that is open."""
    if format_ == "jsonl":
        return _JsonLines(file, compressed=compression == "gzip")
    return (_Parquet if format_ == "parquet" else _Arrow)(file, properties)


class _JsonLines:
    def __init__(self, file: t.BinaryIO, *, compressed: bool) -> None:
        # A loader reads a line at a time and is slower by far: the least work is the best.
        packed = gzip.GzipFile("", "wb", 1, file, mtime=0) if compressed else None
        self._packed = packed
        self._file = t.cast("t.BinaryIO", packed) if packed is not None else file

    def write(self, writer: RowWriter, batch: Batch) -> None:
        self._file.write(memoryview(writer.encode(batch))[1:])

    def finish(self) -> None:
        if self._packed is not None:
            self._packed.close()


class _Columns(abc.ABC):
    """Rows by their columns: texts, whole numbers of 64 bits, and truth values."""

    def __init__(self, properties: Properties) -> None:
        import pyarrow as pa  # noqa: PLC0415 - only where it is asked for, and has to be there

        # Its own pool keeps for itself what it was given once: a third more memory.
        pa.set_memory_pool(pa.system_memory_pool())
        self._arrow = pa
        types = {"integer": pa.int64(), "boolean": pa.bool_()}
        self._kinds = {name: kind_of(field) for name, field in properties.items()}
        self.schema = pa.schema(
            [(name, types.get(kind, pa.string())) for name, kind in self._kinds.items()]
        )
        self._columns: list[list[t.Any]] = [[] for _ in self.schema]

    def write(self, writer: RowWriter, batch: Batch) -> None:
        rows = columns_of(writer, batch, self._kinds)
        for column, values in zip(self._columns, rows, strict=True):
            column.extend(values)
        if len(self._columns[0]) >= TOGETHER:
            self._convert()

    def finish(self) -> None:
        self._convert()

    def _convert(self) -> None:
        columns, self._columns = self._columns, [[] for _ in self.schema]
        if columns[0]:
            arrays = map(self._array, columns, self.schema)
            self.put(self._arrow.RecordBatch.from_arrays(list(arrays), schema=self.schema))

    def _array(self, values: Sequence[t.Any], field: t.Any) -> t.Any:
        if values[0] is None and values.count(None) == len(values):
            return self._arrow.nulls(len(values), field.type)
        try:
            return self._arrow.array(values, field.type)
        except (OverflowError, self._arrow.ArrowInvalid):
            if field.type != self._arrow.int64():
                raise
        raise StreamFailed(f"{field.name}: a whole number of more than 64 bits has no place here")

    @abc.abstractmethod
    def put(self, batch: t.Any) -> None:
        """Writes columns of some rows."""


class _Arrow(_Columns):
    def __init__(self, file: t.BinaryIO, properties: Properties) -> None:
        super().__init__(properties)
        from pyarrow import ipc  # noqa: PLC0415 - as above

        self._file = ipc.new_file(file, self.schema)

    def put(self, batch: t.Any) -> None:
        self._file.write_batch(batch)

    def finish(self) -> None:
        super().finish()
        self._file.close()


class _Parquet(_Columns):
    def __init__(self, file: t.BinaryIO, properties: Properties) -> None:
        super().__init__(properties)
        from pyarrow import parquet  # noqa: PLC0415 - as above

        self._file = parquet.ParquetWriter(file, self.schema, compression="snappy")
        self._batches: list[t.Any] = []
        self._bytes = 0

    def put(self, batch: t.Any) -> None:
        self._batches.append(batch)
        self._bytes += batch.nbytes
        if self._bytes >= ROW_GROUP:
            self._write_group()

    def _write_group(self) -> None:
        batches, self._batches, self._bytes = self._batches, [], 0
        if batches:
            self._file.write_table(self._arrow.Table.from_batches(batches, self.schema))

    def finish(self) -> None:
        super().finish()
        self._write_group()
        self._file.close()
