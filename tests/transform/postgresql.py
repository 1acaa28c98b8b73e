"""A database that meltanolabs-target-postgres fills and dbt models."""

from __future__ import annotations

import subprocess
import typing as t
from dataclasses import dataclass

from tests.transform.warehouse import Warehouse

if t.TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from postgres import Postgres

    from tests.transform.warehouse import DbtCommands, Row


@dataclass(frozen=True)
class PostgreSQL(Warehouse):
    """A database of a server, as meltanolabs-target-postgres writes it."""

    server: Postgres
    name: str

    schema = "tap_payments"
    loader = "target-postgres"

    @classmethod
    def created(
        cls, home: Path, commands: DbtCommands, server: Postgres, like: str = "template1"
    ) -> t.Self:
        """A new database; `like` another one."""
        name = f"warehouse_{len(server.rows('select from pg_database'))}"
        command = server.psql(f'create database {name} template "{like}"')
        subprocess.run(command, check=True, capture_output=True)
        return cls(home, commands, server, name)

    def ask(self, sql: str) -> list[Row]:
        """The rows of an answer."""
        if not sql.lower().startswith("select"):
            path = f"set search_path to {self.schema}"
            command = self.server.psql(path, sql, database=self.name)
            finished = subprocess.run(command, check=False, capture_output=True, text=True)
            assert finished.returncode == 0, finished.stderr
            return []
        return self.server.rows(sql, self.name, schema=self.schema)

    def json_set(self, column: str, name: str, text: str) -> str:
        """SQL for another text in a member."""
        return f"""jsonb_set({column}, '{{{name}}}', '"{text}"')"""

    def copied(self, home: Path) -> t.Self:
        """Another database."""
        return self.created(home, self.commands, self.server, self.name)

    def _variables(self) -> Mapping[str, str]:
        return {
            "PAYMENTS_TARGET": "postgres",
            "PGHOST": str(self.server.socket_folder),
            "PGDATABASE": self.name,
            "PAYMENTS_SCHEMA": self.schema,
        }

    def _database(self) -> str:
        return f"postgres {self.name}"

    def _target(self, schema: str) -> tuple[Row, Mapping[str, str]]:
        url = self.server.url.replace("/postgres?", f"/{self.name}?")
        settings = {"sqlalchemy_url": url, "default_target_schema": schema}
        return settings, {"PGTZ": "UTC"}
