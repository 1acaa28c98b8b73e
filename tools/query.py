"""`make query`: SQL on a DuckDB file, as a table; as a line of JSON per row with `--json`."""

from __future__ import annotations

import json
import sys

import duckdb


def main(arguments: list[str]) -> int:
    """`query.py FILE SQL [--json]`."""
    file, sql, *form = arguments
    with duckdb.connect(file, read_only=True) as connection:
        found = connection.sql(sql)
        if form != ["--json"]:
            sys.stdout.write(f"{found}\n")
            return 0
        for row in found.fetchall():
            sys.stdout.write(json.dumps(dict(zip(found.columns, row, strict=True)), default=str))
            sys.stdout.write("\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
