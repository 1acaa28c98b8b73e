"""`make query`: SQL on a DuckDB file, as a table; as a line of JSON per row with `--json`."""

from __future__ import annotations

import json
import sys

import duckdb


def main(arguments: list[str]) -> int:
    """`query.py FILE SQL [--json]`."""
    file, sql, *form = arguments
    try:
        with duckdb.connect(file, read_only=True) as connection:
            found = connection.sql(sql)
            columns, rows = found.columns, found.fetchall() if form == ["--json"] else []
            table = str(found)
    except duckdb.Error as error:
        sys.stderr.write(f"{error}\n")
        return 1
    if form != ["--json"]:
        sys.stdout.write(table + "\n")
    for row in rows:
        sys.stdout.write(json.dumps(dict(zip(columns, row, strict=True)), default=str) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
