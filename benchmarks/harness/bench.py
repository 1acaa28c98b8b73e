"""What every section needs: the server, the contestants' environments, and a folder to work in."""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
import typing as t
import urllib.request
from dataclasses import dataclass, field
from pathlib import Path

from harness.measure import Command, Samples, take_turns

if t.TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

HERE = Path(__file__).parent.parent
ENVIRONMENTS = HERE / ".envs"


def binary(environment: str, name: str) -> Path:
    """A program of one of the environments."""
    return ENVIRONMENTS / environment / "bin" / name


@dataclass
class Bench:
    """A running benchmark; less is read, and once, when it is to be `quick`."""

    url: str
    folder: Path
    quick: bool
    _files: int = field(default=0)

    @property
    def log(self) -> Path:
        """Where the standard error of what runs goes."""
        return self.folder / "stderr.log"

    def rounds(self, usual: int) -> int:
        """How often everybody has a turn."""
        return 1 if self.quick else usual

    def rows(self, usual: int) -> int:
        """How many rows are read."""
        return usual // 10 if self.quick else usual

    def write(self, document: t.Any, name: str = "file.json") -> Path:
        """A new file with a JSON document."""
        self._files += 1
        path = self.folder / f"{self._files}-{name}"
        path.write_text(json.dumps(document))
        return path

    def read(self, path: str | Path) -> t.Any:
        """A file that was written by `write`."""
        return json.loads(Path(path).read_text())

    def api(self, name: str, rows: int, latency: int = 0) -> str:
        """The root of an API with so many rows and so many milliseconds before each answer."""
        late = f"/latency-{latency}" if latency else ""
        return f"{self.url}/rows-{rows}{late}/{name}"

    def first_day(self, name: str, rows: int) -> str:
        """The day of the first row; until it is known, the server has made all of them."""
        url = self.api(f"first-day/{name}", rows)
        with urllib.request.urlopen(url, timeout=600) as answer:  # noqa: S310 - our server
            return t.cast("str", answer.read().decode())

    def take_turns(self, commands: Sequence[Command], rounds: int) -> Samples:
        """Runs commands in turns."""
        return take_turns(commands, rounds, self.log)


@contextlib.contextmanager
def serving() -> Iterator[str]:
    """The server, in a process of its own, and its URL."""
    server = subprocess.Popen(
        [sys.executable, "-m", "harness.server"],
        cwd=HERE,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    with server:
        assert server.stdout is not None  # noqa: S101 - it is a pipe
        try:
            yield server.stdout.readline().strip()
        finally:
            server.terminate()
