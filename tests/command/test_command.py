"""The command: its flags, its exit codes, and what it says to people where something is wrong."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import typing as t
from pathlib import Path

from tap_payments.sandbox import Fault, Sandbox
from tests.support.taps import settings, watermarks, written

if t.TYPE_CHECKING:
    from tests.support.commands import Commands

STREAMS = [
    "spacivox_payment_transactions",
    "spacivox_teams",
    "zimpler_current_balance",
    "zimpler_transactions",
]
NO_NETWORK = """
import sys
def refuse(event, arguments):
    if event in ("socket.connect", "socket.getaddrinfo", "socket.sendto"):
        sys.stderr.write("asked the network")
        sys.stderr.flush()
        import os
        os._exit(99)
sys.addaudithook(refuse)
from tap_payments.command import run as main
sys.argv = ["tap-payments", "--discover"]
main()
"""


# Before anything else


def test_an_interruption_while_the_tap_is_being_loaded_is_no_traceback() -> None:
    loading = [sys.executable, "-X", "importtime", "-m", "tap_payments", "--version"]
    with subprocess.Popen(loading, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stderr
        for line in process.stderr:
            if line.rstrip().endswith(b" click"):
                break
        process.send_signal(signal.SIGINT)
        rest = process.stderr.read()
        assert process.wait() == -signal.SIGINT
        assert b"Traceback" not in rest


# Discovery, version


def test_discovery_needs_neither_a_configuration_nor_the_network(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", NO_NETWORK], capture_output=True, check=False, cwd=tmp_path
    )
    assert done.returncode == 0, done.stderr
    listed = {each["tap_stream_id"]: each for each in json.loads(done.stdout)["streams"]}
    assert {*STREAMS} <= {*listed}
    assert "sync_windows" not in listed
    entry = listed["zimpler_transactions"]
    assert entry["key_properties"] == ["_account", "id", "type"]
    assert entry["replication_key"] == "approved_at"
    assert entry["replication_method"] == "INCREMENTAL"
    amount = entry["schema"]["properties"]["amount"]
    assert (amount["type"], amount["format"]) == (["string", "null"], "x-singer.decimal")


def test_the_installed_script_says_its_version() -> None:
    script = Path(sys.executable).with_name("tap-payments")
    done = subprocess.run([script, "--version"], capture_output=True, check=False, text=True)
    assert done.returncode == 0
    assert done.stdout.startswith("tap-payments v")
    assert done.stderr == ""


def test_discovery_lists_what_is_configured_whatever_else_is_wrong(
    commands: Commands, tmp_path: Path
) -> None:
    wrong = {"spacivox": {"nope": 1}, "start_date": "never", "sync_windows": True}
    done = commands("--discover", "--config", written(tmp_path, "c.json", wrong))
    assert done.code == 0
    assert [each["stream"] for each in json.loads(done.stdout)["streams"]] == [
        *("spacivox_call_records", "spacivox_jobs", "spacivox_payment_transactions"),
        *("spacivox_teams", "spacivox_text_records", "sync_windows"),
    ]


# A run


def test_a_run_writes_messages_to_stdout_and_everything_else_to_stderr(
    commands: Commands, config: Path, sandbox: Sandbox
) -> None:
    before = len(sandbox.zimpler.rows("main"))
    done = commands("--config", config)
    assert done.code == 0
    run = done.run
    assert {each["type"] for each in run.messages} == {"SCHEMA", "RECORD", "STATE"}
    assert {each["stream"] for each in run.of("SCHEMA")} == {*STREAMS}
    after = len(sandbox.zimpler.rows("main"))  # its clock runs
    assert before <= len(run.records("zimpler_transactions")) <= after
    assert done.stdout.endswith(b"}\n")
    assert done.is_quiet


def test_state_goes_around(commands: Commands, config: Path, tmp_path: Path) -> None:
    first = commands("--config", config)
    state = written(tmp_path, "state.json", first.run.state)
    second = commands("--config", config, "--state", state)
    assert second.code == 0
    assert second.run.states[0] == first.run.state
    assert len(second.stdout) < len(first.stdout)


def test_a_catalog_chooses(commands: Commands, config: Path, tmp_path: Path) -> None:
    catalog = json.loads(commands("--config", config, "--discover").stdout)
    for entry in catalog["streams"]:
        root = next(each for each in entry["metadata"] if not each["breadcrumb"])
        root["metadata"]["selected"] = entry["stream"] == "spacivox_teams"
    done = commands("--config", config, "--catalog", written(tmp_path, "catalog.json", catalog))
    assert done.code == 0
    *messages, last = done.run.messages
    assert {each["stream"] for each in messages} == {"spacivox_teams"}
    assert last == {"type": "STATE", "value": {"bookmarks": {}}}


def test_failures_exit_1_and_the_last_line_names_each_of_them(
    commands: Commands, config: Path, sandbox: Sandbox
) -> None:
    sandbox.faults.add(Fault("spacivox", 403, times=None))
    sandbox.faults.add(Fault("zimpler", 400, path="/v4/current_balance", times=None))
    done = commands("--config", config)
    assert done.code == 1
    for stream, status in (
        ("spacivox_payment_transactions", 403),
        ("spacivox_teams", 403),
        ("zimpler_current_balance", 400),
    ):
        assert f"{stream} (account 'default'): " in done.last_line
        assert f"answered {status}" in done.last_line
    assert "zimpler_transactions" not in done.last_line
    assert "spacivox.access_token" in done.last_line
    assert list(watermarks(done.run.state, "zimpler_transactions")) == ["default"]
    assert done.is_quiet


def test_settings_from_several_files_and_from_the_environment(
    commands: Commands, sandbox: Sandbox, tmp_path: Path
) -> None:
    config = sandbox.config("spacivox")
    own = written(tmp_path, "own.json", {"spacivox": config["spacivox"]})
    dates = written(tmp_path, "dates.json", {"start_date": config["start_date"]})
    assert commands("--config", own, "--config", dates).code == 0
    variables = {
        "TAP_PAYMENTS_START_DATE": config["start_date"],
        "TAP_PAYMENTS_SPACIVOX": json.dumps(config["spacivox"]),
    }
    done = commands("--config=ENV", **variables)
    assert done.code == 0
    assert len(done.run.records("spacivox_teams")) == 3


# A reader that goes away


def test_a_reader_that_closes_the_pipe_ends_the_tap_with_one_line(
    commands: Commands, sandbox: Sandbox, tmp_path: Path
) -> None:
    config = written(tmp_path, "c.json", settings(sandbox, "zimpler", page_size=1))
    with commands.started("--config", config) as process:
        assert process.stdout.readline()
        process.stdout.close()
        assert process.wait() == 141
        assert process.stderr.rstrip("\n").endswith(
            "stdout was closed: what reads it has ended, and says itself why; "
            "the next run resumes at the last STATE that it took"
        )
        # Besides the SDK's own one, that this Python has reached its end of life.
        assert process.stderr.count("WARNING  | tap-payments ") == 1
        for word in ("Traceback", "BrokenPipe", "Exception ignored", "Ended by", "ERROR"):
            assert word not in process.stderr


def test_a_catalog_of_another_version_is_called_that(
    commands: Commands, config: Path, tmp_path: Path
) -> None:
    catalog = json.loads(commands("--config", config, "--discover").stdout)
    for entry in catalog["streams"]:
        if entry["stream"] == "zimpler_transactions":
            del entry["schema"]["properties"]["fee_amount"]
    done = commands("--config", config, "--catalog", written(tmp_path, "catalog.json", catalog))
    assert done.code == 0
    words = "zimpler_transactions: the catalog lacks fee_amount: it is of another version"
    assert done.stderr.count(words) == 1
    record = done.run.records("zimpler_transactions")[0]
    assert "fee_amount" not in record
    assert "fee_amount" in json.loads(record["_extra"])
