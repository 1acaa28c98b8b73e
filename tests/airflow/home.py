"""An Airflow of a test's own: its home, its database, the example DAG, and who reads its shards."""

from __future__ import annotations

import contextlib
import json
import os
import shlex
import signal
import socket
import subprocess
import sys
import time
import typing as t
from dataclasses import dataclass

from tests.e2e.meltano_project import PLUGINS, ROOT, TOOLS

if t.TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from postgres import Postgres


AIRFLOW = ROOT / ".tools/airflow/bin/airflow"
LOADER = PLUGINS / "loaders/target-postgres/venv/bin/target-postgres"
DAG = "tap_payments_backfill"
STATE_ID = "prod:payments"
SCHEMA = "payments"

SHIM = """#!{python}
# The command `tap-payments-backfill`; a shard that is doomed dies in the middle of its rows.
import os, pathlib, subprocess, sys
call = [sys.executable, "-m", "tap_payments.backfill", *sys.argv[1:]]
shard = sys.argv[sys.argv.index("--shard") + 1] if "--shard" in sys.argv else "none"
lives = pathlib.Path({doomed!r}, shard)
if not lives.exists() or lives.read_text() == "0":
    os.execv(call[0], call)
lives.write_text(str(int(lives.read_text()) - 1))
process = subprocess.Popen(call, stdout=subprocess.PIPE)
for _ in range(8):
    sys.stdout.buffer.write(process.stdout.readline())
process.kill()
process.wait()
sys.exit(137)
"""


@dataclass(frozen=True)
class Airflow:
    """Runs the example DAG; `folder` has all that it reads and writes."""

    folder: Path
    postgres: Postgres
    variables: dict[str, str]

    @classmethod
    def create(cls, folder: Path, postgres: Postgres, config: t.Mapping[str, t.Any]) -> Airflow:
        """Makes one for the tap's settings; the server is its own and the loader's."""
        if not AIRFLOW.exists():
            raise FileNotFoundError("Airflow is not installed here: run `make airflow`")
        bin_, project = folder / "bin", folder / "project"
        for each in (bin_, folder / "doomed", project / ".meltano"):
            each.mkdir(parents=True)
        command = bin_ / "tap-payments-backfill"
        command.write_text(SHIM.format(python=sys.executable, doomed=str(folder / "doomed")))
        command.chmod(0o755)
        (bin_ / "meltano").symlink_to(TOOLS / "meltano")
        (project / "meltano.yml").write_text((ROOT / "meltano.yml").read_text())
        (project / ".meltano/loaders").symlink_to(PLUGINS / "loaders")
        settings = folder / "config.json"
        settings.write_text(json.dumps(config))
        loader = folder / "loader.json"
        loader.write_text(
            json.dumps({"sqlalchemy_url": postgres.url, "default_target_schema": SCHEMA})
        )
        port = str(free_port())
        made = cls(
            folder,
            postgres,
            {
                "AIRFLOW_HOME": str(folder / "home"),
                "AIRFLOW__API__PORT": port,
                "AIRFLOW__API__WORKERS": "1",
                "AIRFLOW__API_AUTH__JWT_SECRET": "a secret of this test alone, which ends with it",
                "AIRFLOW__CORE__EXECUTION_API_SERVER_URL": f"http://127.0.0.1:{port}/execution/",
                "AIRFLOW__CORE__PARALLELISM": "6",
                "AIRFLOW__LOGGING__WORKER_LOG_SERVER_PORT": str(free_port()),
                "AIRFLOW__SCHEDULER__ENABLE_HEALTH_CHECK": "False",
                "AIRFLOW__CORE__DAGS_FOLDER": str(ROOT / "examples/airflow"),
                "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
                "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": postgres.url.replace(
                    "psycopg://", "psycopg2://"
                ),
                "MELTANO_SEND_ANONYMOUS_USAGE_STATS": "false",
                "PATH": f"{bin_}:{os.environ['PATH']}",
                "TAP_PAYMENTS_BACKFILLS": str(folder / "work"),
                "TAP_PAYMENTS_CONFIG": str(settings),
                "TAP_PAYMENTS_LOADER": shlex.join([str(LOADER), "--config", str(loader)]),
                "TAP_PAYMENTS_PROJECT": str(project),
                "TAP_PAYMENTS_RETRY_SECONDS": "1",
                "TAP_PAYMENTS_STATE_ID": STATE_ID,
                # For `meltano invoke target-postgres`.
                "TARGET_POSTGRES_DEFAULT_TARGET_SCHEMA": SCHEMA,
                "TARGET_POSTGRES_SQLALCHEMY_URL": postgres.url,
            },
        )
        made.call("db", "migrate")
        pools = {
            f"zimpler.{account['account']}": {
                "slots": 2, "description": "", "include_deferred": False,
            }
            for account in config["zimpler"]["accounts"]
        }  # fmt: skip
        file = folder / "pools.json"
        file.write_text(json.dumps(pools))
        made.call("pools", "import", str(file))
        return made

    @property
    def environment(self) -> dict[str, str]:
        """This process's variables without anybody's settings, and this Airflow's."""
        others = ("AIRFLOW", "MELTANO_", "TAP_", "TARGET_", "PYTHON", "VIRTUAL_ENV")
        mine = {name: value for name, value in os.environ.items() if not name.startswith(others)}
        return mine | self.variables

    def call(self, *arguments: str, succeeds: bool = True) -> None:
        """One call of the command `airflow`."""
        done = subprocess.run(
            [str(AIRFLOW), *arguments],
            env=self.environment,
            cwd=self.folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
            timeout=900,
        )
        (self.folder / "airflow.log").write_text(done.stdout)
        assert done.returncode == 0 or not succeeds, done.stdout[-4000:]

    def test_dag(self, **choice: t.Any) -> str:
        """Runs the DAG in one process, task by task, to its end; the state that it reached."""
        self.call("dags", "test", DAG, "--conf", json.dumps(choice), succeeds=False)
        (run,) = self.postgres.rows("select state from dag_run order by id desc limit 1")
        return t.cast("str", run["state"])

    def tasks(self, name: str) -> list[dict[str, t.Any]]:
        """The newest run's instances of a task, or of the tasks whose names begin so."""
        found = self.postgres.rows(
            "select task_id, state, try_number, rendered_map_index, start_date, end_date, pool "
            "from task_instance where run_id = "
            "(select run_id from dag_run order by id desc limit 1)"
        )
        return [each for each in found if each["task_id"].startswith(name)]

    @contextlib.contextmanager
    def scheduling(self) -> Iterator[None]:
        """A scheduler with all that belongs to it, which are ended with all that they started."""
        with contextlib.ExitStack() as stack:
            for name in ("api-server", "dag-processor", "scheduler"):
                log = stack.enter_context((self.folder / f"{name}.log").open("wb"))
                process = subprocess.Popen(
                    [str(AIRFLOW), name],
                    env=self.environment,
                    cwd=self.folder,
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=subprocess.STDOUT,
                    start_new_session=True,
                )
                stack.callback(end, process)
            yield

    def run_dag(self, *, seconds: float, **choice: t.Any) -> str:
        """Lets the scheduler run the DAG to its end; the state that it reached."""
        deadline = time.monotonic() + seconds
        while not self.postgres.rows("select dag_id from dag"):
            assert time.monotonic() < deadline, "the DAG was not found"
            time.sleep(1)
        self.call("dags", "unpause", DAG)
        self.call("dags", "trigger", DAG, "--conf", json.dumps(choice))
        while time.monotonic() < deadline:
            (run,) = self.postgres.rows("select state from dag_run order by id desc limit 1")
            if run["state"] in ("success", "failed"):
                return t.cast("str", run["state"])
            time.sleep(1)
        raise TimeoutError((self.folder / "scheduler.log").read_text()[-4000:])

    def doom(self, shard: str, lives: int) -> None:
        """Lets the next so many runs of a shard be killed."""
        (self.folder / "doomed" / shard).write_text(str(lives))

    def state(self) -> dict[str, t.Any]:
        """What Meltano has of the tap's state."""
        project = str(self.folder / "project")
        done = subprocess.run(
            [str(TOOLS / "meltano"), "--cwd", project, "state", "get", STATE_ID],
            env=self.environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=True,
        )
        return t.cast("dict[str, t.Any]", json.loads(done.stdout)["singer_state"])


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        return t.cast("int", server.getsockname()[1])


def end(process: subprocess.Popen[bytes]) -> None:
    """Ends a process and all that it started."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGTERM)
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(20)
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
