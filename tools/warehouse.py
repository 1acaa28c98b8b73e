"""`transform/` on a DuckDB file of the demo's: builds and tests `payments`, then shows its sums.

Runs in the environment of `tools/dbt` (`.tools/dbt`).
"""

from __future__ import annotations

import contextlib
import io
import os
import sys
import tempfile
import typing as t
from pathlib import Path

import duckdb
from dbt.cli.main import dbtRunner
from query import shown

if t.TYPE_CHECKING:
    from collections.abc import Iterator

TRANSFORM = Path(__file__).resolve().parent.parent / "transform"

SUMS = """
select
    provider,
    currency,
    count(*) filter (moved and amount >= 0) as payments,
    cast(sum(amount) filter (moved and amount >= 0) as decimal(18, 3)) as received,
    count(*) filter (moved and amount < 0) as returns,
    cast(sum(amount) filter (moved and amount < 0) as decimal(18, 3)) as returned,
    cast(sum(fee) filter (moved) as decimal(18, 3)) as fees,
    count(*) filter (not moved) as not_moved
from payments
group by all
order by all
"""


def main(arguments: list[str]) -> int:
    """`warehouse.py FILE`; 0 when all models are built and all tests pass."""
    file = Path(arguments[0]).resolve()
    with models(file) as dbt:
        if not dbt.run("build"):
            return 1
    sys.stdout.write(sums(file))
    return 0


def sums(file: Path) -> str:
    """What is in `payments`: what came in, what went out, and what is failed, open or a test."""
    with duckdb.connect(str(file), read_only=True) as connection:
        return shown(connection.sql(SUMS))


class Models:
    """dbt in this process, with the variables for the sandbox's data; parses once."""

    def __init__(self, scratch: Path) -> None:
        variables = (TRANSFORM / "sandbox.yml").read_text(encoding="utf-8")
        self._manifest: t.Any = None
        self._where = [
            *("--vars", variables, "--project-dir", str(TRANSFORM)),
            *("--profiles-dir", str(TRANSFORM)),
            *("--target-path", str(scratch), "--log-path", str(scratch)),
        ]

    def run(self, *command: str) -> bool:
        """Whether a command succeeded; its output is shown where it did not."""
        output, succeeded = self.output(*command)
        if not succeeded:
            sys.stdout.write(output)
        return succeeded

    def output(self, *command: str) -> tuple[str, bool]:
        """What a command printed, and whether it succeeded."""
        printed = io.StringIO()
        with contextlib.redirect_stdout(printed):
            if self._manifest is None:
                self._manifest = dbtRunner().invoke(["--quiet", "parse", *self._where]).result
            runner = dbtRunner(manifest=self._manifest)
            result = runner.invoke(["--quiet", "--no-use-colors", *command, *self._where])
        _close_connections()
        return printed.getvalue(), bool(result.success)


@contextlib.contextmanager
def models(database: Path) -> Iterator[Models]:
    """The models of `transform/` on a DuckDB file."""
    os.environ["DBT_SEND_ANONYMOUS_USAGE_STATS"] = "false"
    os.environ["PAYMENTS_DUCKDB"] = str(database)
    with tempfile.TemporaryDirectory() as scratch:
        yield Models(Path(scratch))


def _close_connections() -> None:
    """Lets go of the file, so that others may open it."""
    from dbt.adapters.duckdb.connections import DuckDBConnectionManager  # noqa: PLC0415

    DuckDBConnectionManager.close_all_connections()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
