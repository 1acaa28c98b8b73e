"""A Meltano project of a test's own, with what `make test` has installed in this repository."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import subprocess
import typing as t
from dataclasses import dataclass, field
from pathlib import Path

if t.TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

ROOT = Path(__file__).resolve().parents[2]
TOOLS = ROOT / ".tools/meltano/bin"
PLUGINS = ROOT / ".meltano"

Row = dict[str, t.Any]


@dataclass
class Outcome:
    """How a `meltano run` ended: its code, the tap's rows by stream, and the log's events."""

    code: int = 0
    delivered: dict[str, int] = field(default_factory=dict)
    events: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Project:
    """A folder with this repository's meltano.yml, and the settings as variables."""

    home: Path
    settings: dict[str, str]

    @classmethod
    def create(cls, home: Path, settings: Mapping[str, str]) -> Project:
        """Makes one that borrows the installed plugins; its state and runs are its own."""
        if not (TOOLS / "meltano").exists():
            raise FileNotFoundError("Meltano is not installed here: run `make test` once")
        shutil.copy(ROOT / "meltano.yml", home)
        (home / ".meltano").mkdir()
        for kind in ("extractors", "loaders", "utilities"):
            (home / ".meltano" / kind).symlink_to(PLUGINS / kind)
        (home / "output").mkdir()
        return cls(home, dict(settings))

    @property
    def environment(self) -> dict[str, str]:
        """This process's variables without anybody's settings for Meltano, and the project's."""
        others = ("MELTANO_", "TAP_", "TARGET_")
        mine = {name: value for name, value in os.environ.items() if not name.startswith(others)}
        return mine | {"XDG_STATE_HOME": str(self.home / ".meltano/logs")} | self.settings

    @contextlib.contextmanager
    def running(self, *arguments: str) -> Iterator[subprocess.Popen[str]]:
        """Meltano in a process group of its own, which is ended with all that it started."""
        process = subprocess.Popen(
            [str(TOOLS / "meltano"), *arguments],
            cwd=self.home,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        try:
            yield process
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            t.cast("t.IO[str]", process.stdout).close()

    def run(self, loader: str, *, extractor: str = "tap-payments", **settings: str) -> Outcome:
        """One `meltano run` of an extractor and a loader, to its end."""
        return self.run_blocks(extractor, loader, **settings)

    def run_blocks(self, *blocks: str, **settings: str) -> Outcome:
        """One `meltano run`, to its end."""
        outcome, project = Outcome(), Project(self.home, self.settings | settings)
        with project.running("--log-format=json", "run", "--no-install", *blocks) as process:
            for line in t.cast("t.IO[str]", process.stdout):
                read_log(line, outcome)
            outcome.code = process.wait(120)
        return outcome

    def state(self, loader: str) -> dict[str, t.Any]:
        """What Meltano has kept of the tap's state."""
        with self.running("--environment=dev", "state", "get", state_id(loader)) as process:
            text, _ = process.communicate(timeout=60)
        line = next(line for line in text.splitlines() if line.startswith("{"))
        return t.cast("dict[str, t.Any]", json.loads(line)["singer_state"])

    def processes(self) -> dict[int, str]:
        """What runs with this project's folder in its command line: process id to command."""
        command = ["ps", "-A", "-o", "pid=,command=", "-ww"]
        listed = subprocess.run(command, check=True, capture_output=True, text=True).stdout
        pairs = (line.split(maxsplit=1) for line in listed.splitlines())
        return {int(pid): command for pid, command in pairs if str(self.home) in command}


def state_id(loader: str) -> str:
    """Meltano's name for the state."""
    return f"dev:tap-payments-to-{loader}"


def read_log(line: str, outcome: Outcome) -> None:
    """Takes in a line of Meltano's JSON log."""
    try:
        entry = json.loads(line)
    except ValueError:
        outcome.events.append(line.rstrip())
        return
    outcome.events.append(str(entry.get("event")))
    metric = entry.get("metric_info") or {}
    if metric.get("metric") == "record_count":
        outcome.delivered[metric["tags"]["stream"]] = metric["value"]


def variables(config: Mapping[str, t.Any]) -> dict[str, str]:
    """A configuration of the tap as the variables that Meltano reads."""
    found: dict[str, str] = {}
    for name, value in config.items():
        inner = value if isinstance(value, dict) else {"": value}
        for key, each in inner.items():
            variable = f"tap_payments_{name}_{key}".rstrip("_").upper()
            found[variable] = each if isinstance(each, str) else json.dumps(each)
    return found


def duckdb_rows(database: Path, sql: str) -> list[Row]:
    """What a DuckDB file answers."""
    command = [str(TOOLS / "python"), str(ROOT / "tools/query.py"), str(database), sql, "--json"]
    answer = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    return [json.loads(line) for line in answer.splitlines()]


def duckdb_run(database: Path, *statements: str) -> None:
    """Runs statements on a DuckDB file."""
    program = (
        "import duckdb, sys; connection = duckdb.connect(sys.argv[1]); "
        "[connection.execute(statement) for statement in sys.argv[2:]]"
    )
    subprocess.run([str(TOOLS / "python"), "-c", program, str(database), *statements], check=True)
