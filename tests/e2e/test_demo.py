"""`make demo`, as far as the script: what it shows, and that it leaves nothing running."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import time
import typing as t

import pytest

from tests.e2e.meltano_project import ROOT, TOOLS, duckdb_rows

if t.TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

Demo = subprocess.Popen[str]

ROW = re.compile(r"^(\w+) +([\d,]+) +([\d,]+) +([\d,]+) +([\d,]+) +([\d,]+)$", re.MULTILINE)


@pytest.fixture
def demos(tmp_path: Path) -> Iterator[t.Callable[[], Demo]]:
    """Starts demos whose folders are in `tmp_path`."""
    started: list[Demo] = []

    def start() -> Demo:
        demo = subprocess.Popen(
            [str(TOOLS / "python"), str(ROOT / "tools/demo.py"), str(tmp_path)],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        started.append(demo)
        return demo

    yield start
    for demo in started:
        demo.kill()
        demo.wait()
        t.cast("t.IO[str]", demo.stdout).close()


def left_running(folder: Path) -> list[tuple[int, str]]:
    """What runs with a folder in its command line."""
    command = ["ps", "-A", "-o", "pid=,command=", "-ww"]
    listed = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    pairs = (line.split(maxsplit=1) for line in listed.splitlines())
    return [(int(pid), command) for pid, command in pairs if str(folder) in command]


def tap_of(folder: Path) -> int:
    """The tap of a demo's run, once it is there."""
    for _ in range(600):
        for pid, command in left_running(folder):
            if "/run/tap-payments/" in command and "--discover" not in command:
                return pid
        time.sleep(0.05)
    raise TimeoutError("the demo starts no tap")


def test_two_demos_side_by_side(demos: t.Callable[[], Demo], tmp_path: Path) -> None:
    both = [demos(), demos()]
    shown = [demo.communicate(timeout=180)[0] for demo in both]
    assert [demo.returncode for demo in both] == [0, 0], "\n".join(shown)
    for text in shown:
        rows = {
            name: [int(cell.replace(",", "")) for cell in cells]
            for name, *cells in ROW.findall(text)
        }
        assert {name.partition("_")[0] for name in rows} == {
            "begateway", "spacivox", "tikpay", "zimpler",
        }  # fmt: skip
        first, second, new, changed, held = rows["spacivox_payment_transactions"]
        assert 0 < new + changed <= second < first
        assert held == first + new
        assert re.search(
            r"^One change .*: state started -> (succeeded|failed)$", text, re.MULTILINE
        )
        database = re.search(r"^The database +(.*)$", text, re.MULTILINE)
        sql = re.search(r'^Ask it +make query SQL="(.*)"$', text, re.MULTILINE)
        assert database
        assert sql
        folder = tmp_path / database[1]
        assert duckdb_rows(folder, sql[1])
        assert sorted(file.name for file in folder.parent.iterdir()) == [
            "meltano.log",
            "payments.duckdb",
            "reconciliation.html",
        ]
    assert left_running(tmp_path) == []


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_stopped_demo_leaves_nothing_running(
    demos: t.Callable[[], Demo], tmp_path: Path, number: int, code: int
) -> None:
    demo = demos()
    tap_of(tmp_path)
    os.kill(demo.pid, number)
    shown, _ = demo.communicate(timeout=30)
    assert demo.returncode == code
    assert "Traceback" not in shown
    assert left_running(tmp_path) == []


def test_a_demo_that_fails_names_the_log(demos: t.Callable[[], Demo], tmp_path: Path) -> None:
    demo = demos()
    os.kill(tap_of(tmp_path), signal.SIGKILL)
    shown, _ = demo.communicate(timeout=60)
    assert demo.returncode == 1
    assert "Traceback" not in shown
    log = re.search(r"The end of (.*):$", shown, re.MULTILINE)
    assert log
    assert "Extractor failed" in (tmp_path / log[1]).read_text()
    assert left_running(tmp_path) == []
