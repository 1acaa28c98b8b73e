"""A DuckDB database, loaded by target-duckdb and modelled by dbt, each in its own environment."""

from __future__ import annotations

import json
import os
import subprocess
import typing as t
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parents[2]
TRANSFORM = ROOT / "transform"
DBT = ROOT / ".tools/dbt/bin"
LOADER = ROOT / ".meltano/loaders/target-duckdb/venv/bin/target-duckdb"

Row = dict[str, t.Any]

ASK = """
import json, sys, duckdb
with duckdb.connect(sys.argv[1]) as connection:
    found = connection.execute(sys.argv[2])
    columns = [column[0] for column in found.description or ()]
    json.dump([dict(zip(columns, row)) for row in found.fetchall()], sys.stdout, default=str)
"""


VARIABLES: Row = yaml.safe_load((TRANSFORM / "sandbox.yml").read_text())
"""Those for the sandbox's data; the opening balances of the account shop2 are not known."""
VARIABLES["zimpler_opening_balances"] = [
    each for each in VARIABLES["zimpler_opening_balances"] if each["account"] == "main"
]


class Warehouse:
    """A database in a folder of its own."""

    def __init__(self, home: Path) -> None:
        for needed in (DBT, LOADER):
            if not needed.exists():
                raise FileNotFoundError("dbt or target-duckdb is missing: run `make test` once")
        self.home = home
        self.database = home / "payments.duckdb"

    def load(self, lines: list[bytes]) -> None:
        """Takes Singer messages."""
        config = self.home / "target.json"
        config.write_text(
            json.dumps({"filepath": str(self.database), "default_target_schema": "main"})
        )
        command = [str(LOADER), "--config", str(config)]
        subprocess.run(command, input=b"\n".join(lines), check=True, capture_output=True)

    def dbt(self, command: str) -> dict[str, str]:
        """Runs a command of dbt on all models; what did not pass, and how."""
        finished = subprocess.run(
            [
                *(str(DBT / "dbt"), "--quiet", command, "--vars", json.dumps(VARIABLES)),
                *("--project-dir", ".", "--profiles-dir", "."),
                *("--target-path", str(self.home / "target"), "--log-path", str(self.home)),
            ],
            cwd=TRANSFORM,
            env=os.environ
            | {"DBT_SEND_ANONYMOUS_USAGE_STATS": "false", "PAYMENTS_DUCKDB": str(self.database)},
            capture_output=True,
            text=True,
            check=False,
        )
        results = json.loads((self.home / "target/run_results.json").read_text())["results"]
        troubles = {
            each["unique_id"].split(".")[2]: str(each["status"])
            for each in results
            if each["status"] not in ("success", "pass")
        }
        assert bool(troubles) == bool(finished.returncode), finished.stdout
        return troubles

    def ask(self, sql: str) -> list[Row]:
        """The rows of an answer; decimals and instants as texts."""
        command = [str(DBT / "python"), "-c", ASK, str(self.database), sql]
        answer = subprocess.run(command, check=True, capture_output=True).stdout
        return t.cast("list[Row]", json.loads(answer))
