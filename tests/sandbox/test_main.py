from __future__ import annotations

import json
import os
import signal
import socket
import stat
import subprocess
import sys
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from tap_payments.sandbox import Clock, Sandbox
from tests.sandbox.client import ask, bearer
from tests.sandbox.replay.recorder import Recorder

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

RECORDED = datetime(2026, 1, 15, 12, tzinfo=UTC)
FROM = ("--now", "2026-03-01T02:00:00Z")
COMMAND = [sys.executable, "-m", "tap_payments.sandbox"]


@contextmanager
def running(*arguments: str, **environment: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """The command, and what it printed up to its last line of introduction."""
    with subprocess.Popen(
        [*COMMAND, *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=os.environ | environment,
    ) as process:
        try:
            lines: list[str] = []
            assert process.stdout
            while not (lines and lines[-1].startswith("Next:")):
                lines.append(process.stdout.readline())
                assert lines[-1], process.stderr and process.stderr.read()
            yield process, "".join(lines)
        finally:
            process.kill()


def failing(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*COMMAND, *arguments], capture_output=True, text=True, timeout=60, check=False
    )


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_prints_a_configuration_that_works_and_ends_quietly(number: signal.Signals) -> None:
    with running("--days", "3", "--fault", "spacivox:503") as (process, printed):
        config = json.loads(printed[printed.index("{") : printed.rindex("}") + 1])
        url, token = config["spacivox"]["api_url"], config["spacivox"]["access_token"]
        replies = [ask(f"{url}/j/teams", bearer(token)).status for _ in range(2)]
        process.send_signal(number)
        out, err = process.communicate(timeout=60)
    assert replies == [503, 200]
    assert "tap-payments --config" in printed
    assert (process.returncode, out, err) == (0, "", "")


def test_it_writes_the_configuration_for_its_owner_only(tmp_path: Path) -> None:
    file = tmp_path / "config.json"
    with running("--write-config", str(file), *FROM, "--clock-behind", "26") as (_, printed):
        config = json.loads(file.read_text())
        now = ask(config["spacivox"]["api_url"].replace("spacivox", "_sandbox")).json["now"]
    assert json.dumps(config, indent=2) in printed
    assert f"tap-payments --config {file}" in printed
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert [found.name for found in tmp_path.iterdir()] == ["config.json"]
    assert now.startswith("2026-02-28T00:")
    assert config["start_date"] == "2026-01-29"


def test_it_writes_the_variables_for_meltano(tmp_path: Path) -> None:
    file = tmp_path / ".env"
    with running("--write-env", str(file), *FROM) as (_, printed):
        lines = file.read_text().splitlines()
    assert f"Meltano finds it in {file}" in printed
    assert "TAP_PAYMENTS_START_DATE=2026-01-30" in lines
    assert "TAP_PAYMENTS_BEGATEWAY_SECRET_KEY=sandbox-begateway-secret-main" in lines


def test_its_data_are_the_same_in_every_process_and_zone() -> None:
    bodies = []
    for number, zone in (("1", "Pacific/Apia"), ("2", "America/Anchorage")):
        with running(*FROM, "--days", "3", PYTHONHASHSEED=number, TZ=zone) as (_, printed):
            config = json.loads(printed[printed.index("{") : printed.rindex("}") + 1])
            rows = config["spacivox"]["api_url"].replace("spacivox", "_sandbox/rows")
            at = "at=2026-03-01T01:00:00Z"
            zimpler, taps = f"provider=zimpler&{at}", f"provider=tikpay&kind=TAPS&{at}"
            bodies.append([ask(f"{rows}?{query}").body for query in (zimpler, taps)])
    assert bodies[0] == bodies[1]
    assert all(len(body) > 1000 for body in bodies[0])


def test_a_taken_port_is_one_line() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = failing("--port", str(port))
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.count("\n") == 1
    assert f"port {port}" in done.stderr


def test_a_mood_is_set_and_the_configuration_is_not() -> None:
    moods = ("--mood", "zimpler.auth_method=bearer", "--mood", "any.clock_skew_seconds=3600")
    with running(*FROM, *moods) as (_, printed):
        config = json.loads(printed[printed.index("{") : printed.rindex("}") + 1])["zimpler"]
        url = f"{config['api_url']}/v4/transactions"
        reply = ask(url, bearer(config["accounts"][0]["api_key"]))
    assert "auth_method" not in config
    assert reply.status == 200
    assert reply.headers["date"].startswith("Sun, 01 Mar 2026 03:00:")


def test_a_recording_is_replayed(tmp_path: Path) -> None:
    with Sandbox(seed=None, accounts=1, clock=Clock(RECORDED, frozen=True)) as sandbox:
        sandbox.spacivox.teams = [{"id": 5, "name": "Recorded"}]
        Recorder(sandbox, tmp_path, "spacivox").ask("/j/teams", auth="bearer")
    with running("--replay", str(tmp_path), *FROM) as (_, printed):
        config = json.loads(printed[printed.index("{") : printed.rindex("}") + 1])
        url, token = config["spacivox"]["api_url"], config["spacivox"]["access_token"]
        assert ask(f"{url}/j/teams", bearer(token)).json == [{"id": 5, "name": "Recorded"}]
    assert list(config) == ["start_date", "spacivox"]
    assert "It replays spacivox.main." in printed
    assert "invented" not in printed


def test_a_recording_that_there_is_not_is_one_line(tmp_path: Path) -> None:
    done = failing("--replay", str(tmp_path))
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1)
    assert f"cannot replay {tmp_path}" in done.stderr


def test_a_mood_that_there_is_not_is_one_line() -> None:
    done = failing("--mood", "zimpler.auth_methd=bearer")
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1)
    assert "did you mean auth_method?" in done.stderr


def test_help_names_every_mood_once() -> None:
    help_ = failing("--help").stdout
    assert help_.count("zimpler.auth_method=basic or bearer or header") == 1
    assert help_.count("unknown_fields=") == help_.count("any.unknown_fields=") == 1


def test_a_bad_fault_is_one_line_with_the_grammar() -> None:
    done = failing("--fault", "zimpler:explode")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.count("\n") == 1
    assert "PROVIDER:EFFECT" in done.stderr


@pytest.mark.parametrize("flag", ["--write-config", "--write-env"])
@pytest.mark.parametrize("name", ["nowhere/file", "folder"])
def test_a_file_that_cannot_be_written_is_one_line(tmp_path: Path, flag: str, name: str) -> None:
    (tmp_path / "folder").mkdir()
    done = failing(flag, str(tmp_path / name))
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.count("\n") == 1
    assert f"cannot write {tmp_path / name}" in done.stderr


def test_another_ones_env_stays(tmp_path: Path) -> None:
    file = tmp_path / ".env"
    file.write_text("MINE=1\n")
    done = failing("--write-env", str(file))
    assert (done.returncode, done.stderr.count("\n")) == (1, 1)
    assert "name another file" in done.stderr
    assert file.read_text() == "MINE=1\n"


@pytest.mark.parametrize(
    "arguments",
    [
        ["--port", "70000"],
        ["--days", "0"],
        ["--now", "noon"],
        ["--now", "0001-01-01"],
        ["--nonsense"],
    ],
)
def test_a_wrong_call_is_refused(arguments: list[str]) -> None:
    assert failing(*arguments).returncode == 2


def test_a_host_that_others_can_reach_is_warned_of() -> None:
    with running("--host", "0.0.0.0") as (process, printed):  # noqa: S104 - what is warned of
        process.terminate()
        _, err = process.communicate(timeout=60)
    assert "warning: 0.0.0.0 is not loopback" in err
    assert "http://127.0.0.1:" in printed
