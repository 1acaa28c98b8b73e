"""The whole pipe: records and files, into PostgreSQL and DuckDB, by default and at their best."""

from __future__ import annotations

import json
import shlex
import subprocess
import typing as t

from postgres import serving

from harness.bench import ENVIRONMENTS, HERE, binary
from harness.contestants import STREAMS, tap
from harness.measure import Command
from harness.tables import Target, table, targets

if t.TYPE_CHECKING:
    from pathlib import Path

    from postgres import Postgres

    from harness.bench import Bench
    from harness.measure import Samples

ROUNDS, ROUNDS_ALONE = 3, 1
ROWS = 200_000
STREAM = STREAMS["zimpler"]
FAST = {"validate_records": False, "batch_size_rows": 100_000}

DEFAULT = "records, meltanolabs-target-postgres as it comes"
BEST = "the same, and `batch_size_rows: 100000`"
RECORDS = {
    DEFAULT: {},
    "the same, `use_copy: true`, which loses digits": {"use_copy": True},
    "as it comes, but `validate_records: false`": {"validate_records": False},
    BEST: FAST,
}
LINES = "JSONL files, with both"
MELTANO = "records, Meltano's own target-postgres"
ARROW = "Arrow files, Meltano's own target-postgres"
DUCKDB = "records, target-duckdb as it comes"
DUCKDB_LARGE = "the same, `batch_size_rows: 500000`"
PARQUET = "Parquet files, read by DuckDB"

LEAST_TIMES, LEAST_TIMES_BEST = 8, 2.5
MOST_CPU, MOST = 1.5, 150


def pipe(bench: Bench) -> str:
    """Rows a second of the whole pipe, and what a row costs the tap as a line and in a file."""
    rows = bench.rows(ROWS)
    with serving(ENVIRONMENTS / "postgres", tcp=True) as postgres:
        ways = _Ways(bench, postgres, rows)
        samples = bench.take_turns(ways.commands, bench.rounds(ROUNDS))
        ways.check()
    lines = [
        [
            name,
            samples.spread(name, "wall"),
            f"{rows / samples.median(name, 'wall'):,.0f}",
            f"{samples.ratio(ways.default_of(name), name, 'wall'):.1f}",
            samples.spread(name, "cpu"),
        ]
        for name in samples.runs
    ]
    header = ["", "wall, s", "rows/s", "times as fast as by default", "CPU, s"]
    return (
        f"{rows:,} flat rows by a pipe of a shell into new tables, start-up included; the same "
        "count, sums and keys in all. CPU is without PostgreSQL's own.\n\n"
        f"{table(header, lines)}\n{_reached(ways, samples)}\n{_alone(bench)}"
    )


def _reached(ways: _Ways, samples: Samples) -> str:
    if not ways.has_meltano:
        return "Without Meltano's own target-postgres: TARGET=path of its checkout was not given.\n"
    whole, best = (samples.ratio(name, ARROW, "wall") for name in (DEFAULT, BEST))
    return targets(
        [
            Target(
                f"Arrow files at least {LEAST_TIMES} times as fast as records by default",
                f"{whole:.1f}",
                whole >= LEAST_TIMES,
            ),
            Target(
                f"and {LEAST_TIMES_BEST} times as fast as with both settings",
                f"{best:.1f}",
                best >= LEAST_TIMES_BEST,
            ),
        ]
    )


def _alone(bench: Bench) -> str:
    """The tap alone: CPU and memory."""
    shapes = {"flat": ("zimpler", 2_000_000), "nested": ("begateway", 200_000)}
    commands = []
    for shape, (provider, usual) in shapes.items():
        for kind in ("lines", "jsonl", "parquet", "arrow"):
            top = {} if kind == "lines" else _files(bench.folder / f"alone-{kind}", kind)
            name = f"{shape}, {kind}"
            command = tap(bench, provider, bench.rows(usual), name=name, top=top)
            commands.append(_cleared(command, bench.folder / f"alone-{kind}"))
    samples = bench.take_turns(commands, bench.rounds(ROUNDS_ALONE))
    lines, goals = [], []
    for shape, (_, usual) in shapes.items():
        for kind in ("lines", "jsonl", "parquet", "arrow"):
            name = f"{shape}, {kind}"
            ratio = samples.ratio(name, f"{shape}, lines", "cpu")
            cost = samples.median(name, "cpu") / bench.rows(usual) * 1e6
            lines.append([name, f"{cost:.2f}", f"{ratio:.2f}", samples.spread(name, "rss")])
        arrow = f"{shape}, arrow"
        ratio, peak = samples.ratio(arrow, f"{shape}, lines", "cpu"), samples.median(arrow, "rss")
        wanted = f"{shape}: a row in Arrow at most {MOST_CPU} times a line's CPU, under {MOST} MB"
        reached = ratio <= MOST_CPU and peak < MOST
        goals.append(Target(wanted, f"{ratio:.2f}, {peak:.0f} MB", reached))
    header = ["2,000,000 flat, 200,000 nested rows", "µs of CPU a row", "to a line", "peak, MB"]
    about = "The tap alone, lines and files onto the same disk, one run each:"
    return f"{about}\n\n{table(header, lines)}\n{targets(goals)}"


def _files(root: Path, format_: str) -> dict[str, t.Any]:
    """Settings that make files of a format."""
    storage = {"root": f"file://{root}"}
    return {"batch_config": {"encoding": {"format": format_}, "storage": storage}}


def _cleared(command: Command, root: Path) -> Command:
    """A command whose folder of files is empty before; what it prints goes there, too.

    Lines are written to the same disk as the files that they are held against.
    """
    folder = shlex.quote(str(root))
    line = f"exec {shlex.join(map(str, command.argv))} > {folder}/stdout"
    return Command(command.name, ["sh", "-c", f"rm -rf {folder} && mkdir {folder} && {line}"])


class _Ways:
    """The pipelines, each with a schema or a database of its own."""

    def __init__(self, bench: Bench, postgres: Postgres, rows: int) -> None:
        self._bench, self._postgres, self._rows = bench, postgres, rows
        self._schemas: list[str] = []
        self._databases: list[Path] = []
        self.has_meltano = binary("meltano-postgres", "target-postgres").exists()
        self.commands = [self._labs(name, **config) for name, config in RECORDS.items()]
        self.commands.append(self._labs(LINES, "jsonl", **FAST))
        if self.has_meltano:
            self.commands += [self._meltano(MELTANO), self._meltano(ARROW, "arrow")]
        self.commands += [self._duckdb(DUCKDB), self._duckdb(DUCKDB_LARGE, batch_size_rows=500_000)]
        self.commands.append(self._read_by_duckdb())

    def default_of(self, name: str) -> str:
        """The way that another is held against."""
        return DUCKDB if name in (DUCKDB, DUCKDB_LARGE, PARQUET) else DEFAULT

    def _tap(self, root: Path, format_: str | None) -> str:
        top = _files(root, format_) if format_ else {}
        return shlex.join(map(str, tap(self._bench, "zimpler", self._rows, top=top).argv))

    def _pipe(
        self, name: str, clear: list[str], target: list[t.Any], format_: str | None
    ) -> Command:
        root = self._bench.folder / f"files-{len(self._schemas)}"
        emptied = f"rm -rf {root} && mkdir {root} && {shlex.join(clear)}"
        line = f"{emptied} && {self._tap(root, format_)} | {shlex.join(map(str, target))}"
        return Command(name, ["sh", "-c", line])

    def _schema(self) -> tuple[str, list[str]]:
        schema = f"way_{len(self._schemas)}"
        self._schemas.append(schema)
        return schema, self._postgres.psql(f"drop schema if exists {schema} cascade")

    def _labs(self, name: str, format_: str | None = None, **config: t.Any) -> Command:
        schema, clear = self._schema()
        config |= {"sqlalchemy_url": self._postgres.url, "default_target_schema": schema}
        target = [binary("postgres", "target-postgres"), "--config", self._bench.write(config)]
        return self._pipe(name, clear, target, format_)

    def _meltano(self, name: str, format_: str | None = None) -> Command:
        schema, clear = self._schema()
        config = {
            "host": "127.0.0.1",
            "port": self._postgres.port,
            "user": "postgres",
            "password": "-",
            "dbname": "postgres",
            "default_target_schema": schema,
        }
        program = binary("meltano-postgres", "target-postgres")
        return self._pipe(name, clear, [program, "--config", self._bench.write(config)], format_)

    def _database(self) -> tuple[Path, list[str]]:
        database = self._bench.folder / f"way-{len(self._databases)}.duckdb"
        self._databases.append(database)
        return database, ["rm", "-f", str(database)]

    def _duckdb(self, name: str, **config: t.Any) -> Command:
        database, clear = self._database()
        config |= {"filepath": str(database), "default_target_schema": "main"}
        target = [binary("duckdb", "target-duckdb"), "--config", self._bench.write(config)]
        return self._pipe(name, clear, target, None)

    def _read_by_duckdb(self) -> Command:
        """The docs page's query, as a table."""
        database, clear = self._database()
        root = self._bench.folder / "lake"
        page = (HERE.parent / "docs/use/speed.md").read_text()
        query = page.split("```sql\n")[1].split("```")[0].replace("/data/batches", str(root))
        made = f"create table {STREAM} as {query}"
        run = [str(binary("duckdb", "python")), "-c", RUN, str(database), made]
        line = (
            f"rm -rf {root} && mkdir {root} && {shlex.join(clear)} && "
            f"{self._tap(root, 'parquet')} && {shlex.join(run)}"
        )
        return Command(PARQUET, ["sh", "-c", line])

    def check(self) -> None:
        """All have the same rows.

        Raises:
            RuntimeError: some have others.
        """
        # Meltano's own loader keeps the quotes of a record's texts.
        numbers = (
            f"sum(cast(replace(cast({name} as varchar), '\"', '') as decimal(38, 2))) as {name}"
            for name in ("amount", "fee_amount")
        )
        sums = f"select count(*) as n, count(distinct id) as ids, {', '.join(numbers)} from {{}}"  # noqa: S608 - our own names
        sums += f".{STREAM}"
        found = {
            json.dumps(self._postgres.rows(sums.format(schema))[0], default=str)
            for schema in self._schemas
        }
        for database in self._databases:
            call = [binary("duckdb", "python"), "-c", ASK, database, sums.format("main")]
            found.add(subprocess.run(call, check=True, capture_output=True, text=True).stdout)
        if len(found) != 1 or f'"n": {self._rows}' not in next(iter(found)):
            raise RuntimeError(f"not the same {self._rows} rows in all: {found}")


RUN = "import duckdb, sys; duckdb.connect(sys.argv[1]).execute(sys.argv[2])"
ASK = (
    "import duckdb, json, sys; lake = duckdb.connect(sys.argv[1]); "
    "lake.execute('set enable_progress_bar = false'); answer = lake.execute(sys.argv[2]); "
    "row = zip([each[0] for each in answer.description], answer.fetchone()); "
    "print(json.dumps(dict(row), default=str), end='')"
)
