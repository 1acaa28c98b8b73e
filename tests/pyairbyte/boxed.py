"""The sandbox as a process of its own: this environment has nothing of the tap in it."""

from __future__ import annotations

import contextlib
import json
import shutil
import subprocess
import typing as t
import urllib.parse
import urllib.request

if t.TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

Row = dict[str, t.Any]


def command(name: str) -> str:
    """Where one of the project's commands is: `make airbyte` puts them on the PATH."""
    found = shutil.which(name)
    assert found, f"{name} is not on the PATH: run these tests with 'make airbyte'"
    return found


class Box:
    """A sandbox that runs."""

    def __init__(self, config: Row) -> None:
        self.config = config
        self._url = config["zimpler"]["api_url"].removesuffix("/zimpler")

    def rows(self, provider: str, account: str = "main", kind: str = "") -> list[Row]:
        """What the provider has of an account now."""
        query = {"provider": provider, "account": account} | ({"kind": kind} if kind else {})
        return t.cast("list[Row]", self._ask(f"/rows?{urllib.parse.urlencode(query)}"))

    def advance(self, hours: int) -> None:
        """Moves its time on."""
        self._ask("/clock", {"advance_seconds": hours * 3600})

    def _ask(self, path: str, body: t.Any = None) -> t.Any:
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(f"{self._url}/_sandbox{path}", data)  # noqa: S310 - loopback
        with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310
            return json.load(answer)


@contextlib.contextmanager
def running(folder: Path, *, days: int = 6, hours_behind: int = 0) -> Iterator[Box]:
    """A sandbox until the end of the block, and its settings for the tap."""
    config = folder / "config.json"
    process = subprocess.Popen(
        [
            command("tap-payments-sandbox"),
            *("--days", str(days), "--clock-behind", str(hours_behind)),
            *("--write-config", str(config)),
        ],
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout
        for line in process.stdout:
            if line.startswith("Next:"):
                break
        yield Box(json.loads(config.read_text(encoding="utf-8")))
    finally:
        process.terminate()
        process.communicate(timeout=10)
