"""What a run brought into DuckDB: the demo's database now, attached to the one `before` it."""

from __future__ import annotations

import typing as t

if t.TYPE_CHECKING:
    from collections.abc import Mapping

    import duckdb

STATES: tuple[tuple[str, str, str, dict[t.Any, str]], ...] = (
    # table, column, what identifies the payment, what its values mean
    ("spacivox_payment_transactions", "state", "id", {0: "started", 1: "succeeded", 2: "failed"}),
    ("begateway_transactions", "status", "uid", {}),
)


class Table(t.NamedTuple):
    """A stream's rows in DuckDB after the second run, and how many of them that run brought."""

    rows: int
    new: int
    changed: int


def table(
    connection: duckdb.DuckDBPyConnection, first: Mapping[str, int], second: Mapping[str, int]
) -> str:
    """A line per stream: rows in each run, and what of the second was new or had changed."""
    lines: list[tuple[str, ...]] = [
        ("stream", "first run", "second run", "new", "changed", "in DuckDB")
    ]
    for stream in sorted(first.keys() | second.keys()):
        found = look(connection, stream)
        counts = (first.get(stream, 0), second.get(stream, 0), found.new, found.changed, found.rows)
        lines.append((stream, *(f"{count:,}" for count in counts)))
    return "\n".join(
        f"{name:31}" + "".join(f"{cell:>12}" for cell in cells) for name, *cells in lines
    )


def look(connection: duckdb.DuckDBPyConnection, stream: str) -> Table:
    """Counts a stream's rows, and those that are not as they were before the second run."""
    columns, keys = columns_of(connection, "payments", stream), keys_of(connection, stream)
    if not columns:
        return Table(0, 0, 0)
    known = columns_of(connection, "before", stream)
    (rows,) = one(connection, f'select count(*) from payments.main."{stream}"')  # noqa: S608
    if not known:
        return Table(rows, rows, 0)
    using = ", ".join(f'"{key}"' for key in keys)
    pair = f'payments.main."{stream}" as now join before.main."{stream}" as was using ({using})'
    own = [column for column in columns if column in known and not column.startswith("_")]
    now, was = (", ".join(f'{side}."{column}"' for column in own) for side in ("now", "was"))
    same = f"row({now}) is not distinct from row({was})"
    kept, alike = one(connection, f"select count(*), count(*) filter ({same}) from {pair}")  # noqa: S608
    return Table(rows, rows - kept, kept - alike)


UPDATES = {
    "manually_corrected_at": "corrected by hand",
    "settled_at": "settled",
    "paid_at": "paid",
}
"""beGateway's columns that say what happened to a row after it was created."""


def changed_payment(connection: duckdb.DuckDBPyConnection) -> str:
    """One payment whose state is another than before."""
    for stream, column, key, words in STATES:
        found = first_changed(connection, stream, column, key, f'was."{column}", now."{column}"')
        if found:
            payment, *states = found
            before, after = (words.get(state, state) for state in states)
            return f"One change     {stream} {payment}: {column} {before} -> {after}"
    return "One change     no payment this time"


def old_payment(connection: duckdb.DuckDBPyConnection) -> str:
    """A payment that was created long before the two runs, and changed between them."""
    stream = "begateway_transactions"
    for column, words in UPDATES.items():
        found = first_changed(
            connection, stream, column, "uid", f'now.created_at::date, now."{column}"'
        )
        if found:
            uid, created, when = found
            return f"One old row    {stream} {uid}: created {created}, {words} {str(when)[:16]}"
    return "One old row    none changed this time"


def first_changed(
    connection: duckdb.DuckDBPyConnection, stream: str, column: str, key: str, shown: str
) -> tuple[t.Any, ...] | None:
    """What is `shown` of the first row whose column is another than before, after its key."""
    if column not in columns_of(connection, "before", stream):
        return None
    found: tuple[t.Any, ...] | None = connection.execute(
        f'select "{key}", {shown} from payments.main."{stream}" now '  # noqa: S608 - names of ours
        f'join before.main."{stream}" was using (_account, "{key}") '
        f'where was."{column}" is distinct from now."{column}" order by 2, 1 limit 1'
    ).fetchone()
    return found


def columns_of(connection: duckdb.DuckDBPyConnection, database: str, stream: str) -> list[str]:
    """The columns of a stream's table; none where there is no such table."""
    query = "select column_name from duckdb_columns() where database_name = ? and table_name = ?"
    return [column for (column,) in connection.execute(query, [database, stream]).fetchall()]


def keys_of(connection: duckdb.DuckDBPyConnection, stream: str) -> list[str]:
    """The primary key of a stream's table."""
    found = connection.execute(
        "select constraint_column_names from duckdb_constraints() where database_name = 'payments'"
        " and table_name = ? and constraint_type = 'PRIMARY KEY'",
        [stream],
    ).fetchone()
    return list(found[0]) if found else []


def one(connection: duckdb.DuckDBPyConnection, query: str) -> tuple[t.Any, ...]:
    """The one row of an answer."""
    return t.cast("tuple[t.Any, ...]", connection.execute(query).fetchone())
