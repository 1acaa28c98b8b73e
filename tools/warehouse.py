"""`transform/` on a DuckDB file of the demo's: builds and tests `payments`, then shows its sums.

Runs in the environment of `tools/dbt` (`.tools/dbt`).
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import duckdb

TRANSFORM = Path(__file__).resolve().parent.parent / "transform"

SUMS = """
select
    provider,
    currency,
    count(*) as payments,
    count(*) filter (moved) as moved,
    cast(sum(amount) filter (moved) as decimal(18, 3)) as amount,
    cast(sum(fee) filter (moved) as decimal(18, 3)) as fees
from payments
group by all
order by all
"""


def main(arguments: list[str]) -> int:
    """`warehouse.py FILE`; dbt's exit code."""
    (file,) = arguments
    code = build(Path(file).resolve())
    if code == 0:
        with duckdb.connect(file, read_only=True) as connection:
            sys.stdout.write(f"{connection.sql(SUMS)}\n")
    return code


def build(database: Path) -> int:
    """Runs `dbt build` with the variables for the sandbox's data; its output only where it failed.

    Its exit code: 0 when all models are built and all tests pass.
    """
    variables = (TRANSFORM / "sandbox.yml").read_text(encoding="utf-8")
    with tempfile.TemporaryDirectory() as scratch:
        command = [
            *(str(Path(sys.executable).parent / "dbt"), "--quiet", "--no-use-colors"),
            *("build", "--vars", variables, "--project-dir", ".", "--profiles-dir", "."),
            *("--target-path", scratch, "--log-path", scratch),
        ]
        return subprocess.run(
            command,
            cwd=TRANSFORM,
            env=os.environ
            | {"DBT_SEND_ANONYMOUS_USAGE_STATS": "false", "PAYMENTS_DUCKDB": str(database)},
            check=False,
        ).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
