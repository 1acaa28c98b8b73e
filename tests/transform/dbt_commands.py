"""Runs commands of dbt in one process of dbt's environment, which has to be started only once.

A line of JSON in, `{"arguments": [...], "environment": {...}}`; one out, with the exit code and
what was printed. What dbt has parsed is kept for commands with the same variables and target.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import sys
import typing as t

from dbt.cli.main import dbtRunner

Manifests = dict[tuple[str, ...], t.Any]


def main() -> None:
    """Answers lines until there are no more."""
    manifests: Manifests = {}
    answers = os.fdopen(os.dup(1), "w")
    for line in sys.stdin:
        asked = json.loads(line)
        os.environ.update(asked["environment"])
        output = io.StringIO()
        with contextlib.redirect_stdout(output), contextlib.redirect_stderr(output):
            code = run(asked["arguments"], tuple(asked["key"]), manifests, output)
        answers.write(json.dumps({"code": code, "output": output.getvalue()}) + "\n")
        answers.flush()


def run(arguments: list[str], key: tuple[str, ...], manifests: Manifests, output: t.TextIO) -> int:
    """One command's exit code."""
    if key not in manifests:
        parsed = dbtRunner().invoke(["--quiet", "parse", *arguments[arguments.index("--vars") :]])
        if parsed.result is not None:
            manifests[key] = parsed.result
    result = dbtRunner(manifest=manifests.get(key)).invoke(arguments)
    if result.exception is not None:
        output.write(f"{result.exception}\n")
    close_connections()
    return 0 if result.success else 1


def close_connections() -> None:
    """Lets go of a DuckDB file, which one process may write at a time."""
    from dbt.adapters.duckdb.connections import DuckDBConnectionManager  # noqa: PLC0415

    DuckDBConnectionManager.close_all_connections()


if __name__ == "__main__":
    main()
