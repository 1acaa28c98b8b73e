"""`make query`: SQL on a DuckDB file, as a table; as a line of JSON per row with `--json`.

A table that is wider than the terminal would lose columns: then each value has a line of its own.
"""

from __future__ import annotations

import contextlib
import io
import json
import shutil
import sys
import typing as t

import duckdb

SHOWN = 40
"""How many rows are shown."""

ENDLESS = 10**6


def main(arguments: list[str]) -> int:
    """`query.py FILE SQL [--json]`."""
    file, sql, *form = arguments
    try:
        with duckdb.connect(file, read_only=True) as connection:
            found = connection.sql(sql)
            if found is not None:
                sys.stdout.write(lines(found) if form == ["--json"] else shown(found))
    except duckdb.Error as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


def lines(found: t.Any) -> str:
    """A line of JSON per row."""
    rows = (dict(zip(found.columns, row, strict=True)) for row in found.fetchall())
    return "".join(json.dumps(row, default=str) + "\n" for row in rows)


def shown(found: t.Any) -> str:
    """All columns of the first rows: side by side where the terminal is wide enough."""
    text = io.StringIO()
    with contextlib.redirect_stdout(text):
        found.show(max_width=ENDLESS, max_rows=SHOWN, max_col_width=ENDLESS)
    table = text.getvalue()
    widest = max(map(len, table.splitlines()), default=0)
    return table if widest <= shutil.get_terminal_size().columns else stacked(found)


def stacked(found: t.Any) -> str:
    """A line per value, as the database writes it."""
    names = found.columns
    wide = max(map(len, names))
    rows = found.limit(SHOWN).project("columns(*)::varchar").fetchall()
    parts = [
        f"-- row {number}\n"
        + "".join(
            f"{name:<{wide}}  {'NULL' if value is None else value}\n"
            for name, value in zip(names, row, strict=True)
        )
        for number, row in enumerate(rows, 1)
    ]
    count = len(found)
    return "".join(parts) + (f"-- {count} rows, {SHOWN} shown\n" if count > SHOWN else "")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
