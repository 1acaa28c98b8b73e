"""Whole pipelines: into JSON lines, and through Meltano into DuckDB and PostgreSQL."""

from __future__ import annotations

import json
import shlex
import subprocess
import typing as t

from postgres import serving

from harness.bench import ENVIRONMENTS, binary
from harness.contestants import STREAMS, plain, tap
from harness.measure import Command, measure
from harness.tables import table

if t.TYPE_CHECKING:
    from pathlib import Path

    from postgres import Postgres

    from harness.bench import Bench

ROUNDS = 1
ROWS = 50_000
PROVIDER = "zimpler"
STREAM = STREAMS[PROVIDER]
PIPELINES = ("target-jsonl", "target-duckdb", "target-postgres")


def loaders(bench: Bench) -> str:
    """Wall time and CPU of all processes, and the part of it that is the tap's."""
    rows = bench.rows(ROWS)
    with serving(ENVIRONMENTS / "postgres") as postgres:
        project = _Project(bench, postgres, rows)
        commands = []
        for extractor in project.taps:
            commands += [extractor, project.jsonl(extractor)]
            commands += [project.meltano(extractor, loader) for loader in PIPELINES[1:]]
        samples = bench.take_turns(commands, bench.rounds(ROUNDS))
        project.check()
    lines = []
    for loader in PIPELINES:
        for extractor in project.taps:
            name = f"{extractor.name} into {loader}"
            cpu, alone = samples.median(name, "cpu"), samples.median(extractor.name, "cpu")
            lines.append(
                [
                    name,
                    samples.spread(name, "wall"),
                    f"{rows / samples.median(name, 'wall'):,.0f}",
                    samples.spread(name, "cpu"),
                    f"{alone:.2f}",
                    f"{alone / cpu:.0%}",
                ]
            )
    header = ["", "wall, s", "rows/s", "CPU, s", "of it the tap", "share"]
    return (
        f"{rows:,} flat rows into new tables: `tap | target-jsonl` in a shell, the others by "
        "`meltano run`. CPU is that of Meltano, tap and loader, without PostgreSQL's own. The "
        "tap's part is its CPU alone, into nothing.\n\n"
        f"{table(header, lines)}\n"
        "What then dominates is the loader: it takes record by record what the tap writes page by "
        "page. A faster tap shortens a run by what the plain tap used to take for itself, and no "
        "more.\n"
    )


class _Project:
    """A Meltano project whose plugins are the benchmark's environments."""

    def __init__(self, bench: Bench, postgres: Postgres, rows: int) -> None:
        self._bench, self._postgres, self._rows = bench, postgres, rows
        self.taps = [tap(bench, PROVIDER, rows), plain(bench, PROVIDER, rows)]
        self._home = bench.folder / "meltano"
        self._home.mkdir()
        self._plugins = {
            "extractors": [self._extractor(command) for command in self.taps],
            "loaders": [
                self._loader("duckdb", filepath=str(self._duckdb), default_target_schema="main"),
                self._loader(
                    "postgres", sqlalchemy_url=postgres.url, default_target_schema="public"
                ),
            ],
        }
        project = {
            "project_id": "benchmark",
            "default_environment": "benchmark",
            "environments": [{"name": "benchmark"}],
            "send_anonymous_usage_stats": False,
            "plugins": self._plugins,
        }
        # JSON is YAML.
        (self._home / "meltano.yml").write_text(json.dumps(project))

    @property
    def _duckdb(self) -> Path:
        return self._home / "rows.duckdb"

    def _extractor(self, command: Command) -> dict[str, t.Any]:
        program, config = command.argv[0], self._bench.read(command.argv[-1])
        kinds = {
            name: "object" if isinstance(value, dict) else "string"
            for name, value in config.items()
        }
        return {
            "name": f"tap-{command.name}",
            "namespace": f"tap_{command.name}",
            "executable": str(program),
            "capabilities": ["catalog", "discover", "state"],
            "settings": [{"name": name, "kind": kind} for name, kind in kinds.items()],
            "config": config,
            "select": [f"{STREAM}.*"],
        }

    def _loader(self, name: str, **config: str) -> dict[str, t.Any]:
        program = f"target-{name}"
        return {
            "name": program,
            "namespace": f"target_{name}",
            "executable": str(binary(name, program)),
            "settings": [{"name": setting} for setting in config],
            "config": config,
        }

    def jsonl(self, extractor: Command) -> Command:
        """A pipe of a shell."""
        folder = self._home / "jsonl"
        folder.mkdir(exist_ok=True)
        config = self._bench.write({"destination_path": str(folder)})
        target = [binary("jsonl", "target-jsonl"), "--config", config]
        line = " | ".join(shlex.join(map(str, argv)) for argv in (extractor.argv, target))
        line = f"rm -f {shlex.quote(str(folder))}/*; {line}"
        return Command(f"{extractor.name} into target-jsonl", ["sh", "-c", line])

    def meltano(self, extractor: Command, loader: str) -> Command:
        """`meltano run`, into a new table."""
        if loader == "target-duckdb":
            clear = ["rm", "-f", str(self._duckdb)]
        else:
            clear = self._postgres.psql(f"drop table if exists {STREAM}")
        run = [str(binary("meltano", "meltano")), "run", "--full-refresh", "--no-install"]
        run += [f"tap-{extractor.name}", loader]
        return Command(
            f"{extractor.name} into {loader}",
            ["sh", "-c", f"{shlex.join(clear)} && exec {shlex.join(run)} >&2"],
            folder=self._home,
        )

    def check(self) -> None:
        """The tap's rows have arrived: PostgreSQL holds all of them.

        Raises:
            RuntimeError: it holds others.
        """
        measure(self.meltano(self.taps[0], "target-postgres"), self._bench.log)
        count = self._postgres.psql(f"select count(*) from {STREAM}")  # noqa: S608 - our own name
        held = subprocess.run(count, check=True, capture_output=True, text=True).stdout.strip()
        if held != str(self._rows):
            raise RuntimeError(f"PostgreSQL holds {held} rows instead of {self._rows}")
