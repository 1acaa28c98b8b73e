"""A database that a loader fills and dbt models, on either engine, each in its own environment."""

from __future__ import annotations

import abc
import json
import os
import shutil
import subprocess
import typing as t
from dataclasses import dataclass, replace
from pathlib import Path

import yaml

if t.TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


ROOT = Path(__file__).resolve().parents[2]
TRANSFORM = ROOT / "transform"
DBT = ROOT / ".tools/dbt/bin"
MELTANO = ROOT / ".tools/meltano"
LOADERS = ROOT / ".meltano/loaders"

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


class DbtCommands:
    """Commands of dbt, in one process that is started once."""

    def __init__(self) -> None:
        program = Path(__file__).with_name("dbt_commands.py")
        self._process = subprocess.Popen(
            [str(installed(DBT / "python")), str(program)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            env=os.environ | {"DBT_SEND_ANONYMOUS_USAGE_STATS": "false"},
        )

    def __call__(
        self, arguments: Sequence[str], environment: Mapping[str, str], key: Sequence[str]
    ) -> tuple[int, str]:
        """A command's exit code and output; what was parsed is kept under a key."""
        asked = {"arguments": arguments, "environment": environment, "key": key}
        questions, answers = self._process.stdin, self._process.stdout
        assert questions is not None
        assert answers is not None
        questions.write(json.dumps(asked) + "\n")
        questions.flush()
        answer = json.loads(answers.readline())
        return answer["code"], answer["output"]

    def close(self) -> None:
        """Ends the process."""
        self._process.communicate(timeout=30)


class Finished(t.NamedTuple):
    """How a command of dbt ended: what it printed, and what did not pass, and how."""

    code: int
    output: str
    troubles: dict[str, str]


@dataclass(frozen=True)
class Warehouse(abc.ABC):
    """A database; `home` is a folder of its own."""

    home: Path
    commands: DbtCommands

    schema: t.ClassVar[str]
    """Where the tap's tables are, and what is made of them."""
    loader: t.ClassVar[str]

    @property
    def audit(self) -> str:
        """Where an audit's tables are."""
        return f"{self.schema}_audit"

    @abc.abstractmethod
    def ask(self, sql: str) -> list[Row]:
        """The rows of an answer; decimals and instants as texts."""

    @abc.abstractmethod
    def json_set(self, column: str, name: str, text: str) -> str:
        """SQL for a JSON column with another text in one of its members."""

    @abc.abstractmethod
    def copied(self, home: Path) -> t.Self:
        """The same once more, to be changed."""

    @abc.abstractmethod
    def _variables(self) -> Mapping[str, str]:
        """Where dbt finds it, in the words of profiles.yml."""

    @abc.abstractmethod
    def _database(self) -> str:
        """The database's name as dbt's manifest has it."""

    @abc.abstractmethod
    def _target(self, schema: str) -> tuple[Row, Mapping[str, str]]:
        """The loader's settings and variables."""

    def load(self, lines: Sequence[bytes], schema: str | None = None, **environment: str) -> None:
        """Takes Singer messages."""
        settings, variables = self._target(schema or self.schema)
        config = self.home / "target.json"
        config.write_text(json.dumps(settings))
        subprocess.run(
            [str(installed(LOADERS / self.loader / "venv/bin" / self.loader)), "--config", config],
            input=b"\n".join(lines),
            env=os.environ | variables | environment,
            check=True,
            capture_output=True,
        )

    def run(self, *arguments: str, **variables: t.Any) -> Finished:
        """Runs a command of dbt."""
        results = self.home / "target/run_results.json"
        results.unlink(missing_ok=True)
        told = json.dumps(VARIABLES | variables)
        command = [
            *("--quiet", "--no-use-colors", *arguments, "--vars", told),
            *("--project-dir", str(TRANSFORM), "--profiles-dir", str(TRANSFORM)),
            *("--target-path", str(results.parent), "--log-path", str(self.home)),
        ]
        code, output = self.commands(command, self._variables(), (told, self._database()))
        troubles = {}
        if results.exists():
            troubles = {
                each["unique_id"].split(".")[2]: str(each["status"])
                for each in json.loads(results.read_text())["results"]
                if each["status"] not in ("success", "pass")
            }
        return Finished(code, output, troubles)

    def dbt(self, *arguments: str, **variables: t.Any) -> dict[str, str]:
        """What did not pass of a command, and how; a warning is no failure."""
        finished = self.run(*arguments, **variables)
        failures = [each for each in finished.troubles.values() if each != "warn"]
        assert bool(failures) == bool(finished.code), finished.output
        return finished.troubles

    def columns(self, table: str) -> list[str]:
        """The names of a table's columns."""
        found = self.ask(
            "select column_name from information_schema.columns "
            f"where table_schema = '{self.schema}' and table_name = '{table}'"
        )
        return [row["column_name"] for row in found]

    def change(self, *statements: str) -> None:
        """Runs statements."""
        for statement in statements:
            self.ask(statement)


@dataclass(frozen=True)
class DuckDB(Warehouse):
    """A file, as target-duckdb writes it."""

    schema = "main"
    loader = "target-duckdb"

    @property
    def database(self) -> Path:
        """The file."""
        return self.home / "payments.duckdb"

    def ask(self, sql: str) -> list[Row]:
        """The rows of an answer."""
        command = [str(installed(DBT / "python")), "-c", ASK, str(self.database), sql]
        finished = subprocess.run(command, check=False, capture_output=True)
        assert finished.returncode == 0, finished.stderr.decode()
        return t.cast("list[Row]", json.loads(finished.stdout))

    def json_set(self, column: str, name: str, text: str) -> str:
        """SQL for another text in a member."""
        return f"""json_merge_patch({column}, '{{"{name}": "{text}"}}')"""

    def copied(self, home: Path) -> t.Self:
        """Another file."""
        shutil.copy(self.database, home)
        return replace(self, home=home)

    def _variables(self) -> Mapping[str, str]:
        return {"PAYMENTS_TARGET": "duckdb", "PAYMENTS_DUCKDB": str(self.database)}

    def _database(self) -> str:
        return "duckdb payments"

    def _target(self, schema: str) -> tuple[Row, Mapping[str, str]]:
        return {"filepath": str(self.database), "default_target_schema": schema}, {}


def installed(file: Path) -> Path:
    """A command that `make test` installs.

    Raises:
        FileNotFoundError: it is not there.
    """
    if not file.exists():
        raise FileNotFoundError(f"{file.name} is missing: run `make test` once")
    return file
