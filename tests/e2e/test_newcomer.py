"""The commands of docs/use/meltano.md, as printed, from an empty folder to the second run.

The repository's address leads to this repository (its last commit), and the loader's definition
comes from a Hub of this test's own: the real ones are not reached from every machine.
"""

from __future__ import annotations

import contextlib
import http.server
import json
import os
import re
import shlex
import signal
import subprocess
import threading
import typing as t

import pytest
import yaml

from tests.e2e.meltano_project import ROOT, TOOLS

if t.TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = pytest.mark.e2e

REPOSITORY = "https://github.com/OWNER/tap-payments.git"
SERVING = "meltano invoke tap-payments:sandbox"
LOADER = "target-jsonl"
PATIENCE = 300


def blocks() -> list[list[str]]:
    """The commands of each block between the page's first two headings."""
    page = (ROOT / "docs/use/meltano.md").read_text(encoding="utf-8")
    part = page[page.index("## From an empty folder") : page.index("## Give it credentials")]
    return [found.strip().splitlines() for found in re.findall(r"```sh\n(.*?)```", part, re.DOTALL)]


class Hub(http.server.BaseHTTPRequestHandler):
    """Meltano Hub, with the one loader that the page adds."""

    def do_GET(self) -> None:
        """Answers with the index, or with the loader's definition."""
        document = yaml.safe_load((ROOT / "meltano.yml").read_text(encoding="utf-8"))
        found = next(each for each in document["plugins"]["loaders"] if each["name"] == LOADER)
        host = self.headers["Host"]
        variant = {"ref": f"http://{host}/{LOADER}"}
        variants = {"default_variant": "andyh1203", "variants": {"andyh1203": variant}}
        index = {LOADER: variants | {"logo_url": None}}
        body = json.dumps(index if self.path.endswith("/index") else found).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Says nothing."""


@contextlib.contextmanager
def hub() -> Iterator[str]:
    """Serves the Hub; its address."""
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Hub) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()


def environment(hub_url: str, home: Path) -> dict[str, str]:
    """A newcomer's, with the two addresses led to this machine."""
    others = ("MELTANO_", "TAP_", "TARGET_", "VIRTUAL_ENV", "PYTHON")
    mine = {name: value for name, value in os.environ.items() if not name.startswith(others)}
    return mine | {
        "PATH": f"{TOOLS}{os.pathsep}{mine['PATH']}",
        "XDG_STATE_HOME": str(home / "logs"),
        "XDG_CACHE_HOME": str(home / "cache"),  # of the Hub's index
        "MELTANO_HUB_URL": hub_url,
        "MELTANO_SEND_ANONYMOUS_USAGE_STATS": "false",
        "GIT_CONFIG_COUNT": "2",
        "GIT_CONFIG_KEY_0": f"url.{ROOT}.insteadOf",
        "GIT_CONFIG_VALUE_0": REPOSITORY,
        "GIT_CONFIG_KEY_1": "safe.directory",
        "GIT_CONFIG_VALUE_1": "*",
    }


class Newcomer:
    """Types one command after another; `cd` stays."""

    def __init__(self, folder: Path, variables: dict[str, str]) -> None:
        self.folder = folder
        self.variables = variables

    def types(self, line: str) -> str:
        """What a command says, which ends well."""
        if line.startswith("cd "):
            self.folder = self.folder / line.removeprefix("cd ")
            return ""
        done = subprocess.run(
            ["sh", "-c", line],
            cwd=self.folder,
            env=self.variables,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=PATIENCE,
            check=False,
        )
        assert done.returncode == 0, f"{line}\n{done.stdout}"
        return done.stdout

    @contextlib.contextmanager
    def leaves_running(self, line: str, until: str) -> Iterator[None]:
        """A command in a terminal of its own, once it has said something."""
        with subprocess.Popen(
            shlex.split(line),
            cwd=self.folder,
            env=self.variables,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            text=True,
            start_new_session=True,
        ) as process:
            try:
                assert any(said.startswith(until) for said in t.cast("t.IO[str]", process.stdout))
                yield
            finally:
                os.killpg(process.pid, signal.SIGTERM)


def rows(folder: Path) -> int:
    """How many rows the loader has written."""
    files = list((folder / "output").glob("zimpler_transactions*.jsonl"))
    return sum(len(each.read_text(encoding="utf-8").splitlines()) for each in files)


def test_the_commands_of_the_page_work_as_printed(tmp_path: Path) -> None:
    adding, serving, syncing, configuring = blocks()
    assert serving == [SERVING]
    with hub() as hub_url:
        newcomer = Newcomer(tmp_path, environment(hub_url, tmp_path))
        for line in adding:
            newcomer.types(line)
        with newcomer.leaves_running(SERVING, "Next:"):
            test, first, second = syncing
            assert "zimpler_transactions (account 'main'): ok" in newcomer.types(test)
            newcomer.types(first)
            delivered = rows(newcomer.folder)
            newcomer.types(second)
            again = rows(newcomer.folder) - delivered
            assert 0 < again < delivered / 2  # from its state: the lookback and what is new
        for line in configuring:
            newcomer.types(line)
