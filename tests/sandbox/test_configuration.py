from __future__ import annotations

import json
import re
import stat
import subprocess
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tap_payments.sandbox import Clock, Sandbox
from tap_payments.sandbox.configuration import MARK, to_variables, write_env
from tests.sandbox.client import ask

if TYPE_CHECKING:
    from collections.abc import Iterator

NOW = datetime(2026, 3, 15, 12, tzinfo=UTC)


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(seed=None, clock=Clock(NOW, frozen=True)) as sandbox:
        yield sandbox


def read_by_shell(file: Path) -> dict[str, str]:
    """The variables that a shell finds in the file; it quotes as Meltano's `.env` does."""
    script = 'env -i sh -c \'set -a; . "$1"; env -0\' sh "$1"'
    done = subprocess.run(["sh", "-c", script, "sh", file], capture_output=True, check=True)
    pairs = [line.split("=", 1) for line in done.stdout.decode().split("\0") if line]
    return {name: value for name, value in pairs if name.startswith("TAP_PAYMENTS_")}


def test_the_variables_are_the_configuration(sandbox: Sandbox) -> None:
    variables, config = sandbox.env(), sandbox.config()
    assert variables["TAP_PAYMENTS_START_DATE"] == "2026-02-13"
    assert variables["TAP_PAYMENTS_SPACIVOX_API_URL"] == f"{sandbox.url}/spacivox"
    assert variables["TAP_PAYMENTS_TIKPAY_POLL_INTERVAL"] == "1"
    accounts = json.loads(variables["TAP_PAYMENTS_ZIMPLER_ACCOUNTS"])
    assert accounts == config["zimpler"]["accounts"]
    assert [account["account"] for account in accounts] == ["main", "shop2"]
    assert len(variables) == 1 + sum(
        len(settings) for settings in config.values() if isinstance(settings, dict)
    )
    assert list(sandbox.env("spacivox")) == [
        "TAP_PAYMENTS_START_DATE",
        "TAP_PAYMENTS_SPACIVOX_API_URL",
        "TAP_PAYMENTS_SPACIVOX_ACCESS_TOKEN",
    ]
    assert ask(f"{sandbox.url}/_sandbox/env?providers=spacivox").json == sandbox.env("spacivox")


def test_the_names_are_those_of_the_example(sandbox: Sandbox) -> None:
    example = Path(__file__).parents[2] / ".env.example"
    known = re.findall(r"^#(TAP_PAYMENTS_\w+)=", example.read_text(), re.MULTILINE)
    assert set(sandbox.env()) < set(known)


def test_a_list_an_object_and_a_truth_are_json() -> None:
    config = {"a": {"b": [1, "x"], "c": {"d": None}, "e": True, "f": "it's"}}
    assert to_variables(config) == {
        "TAP_PAYMENTS_A_B": '[1, "x"]',
        "TAP_PAYMENTS_A_C": '{"d": null}',
        "TAP_PAYMENTS_A_E": "true",
        "TAP_PAYMENTS_A_F": "it's",
    }


def test_the_file_says_the_same_to_its_owner_alone(sandbox: Sandbox, tmp_path: Path) -> None:
    file = tmp_path / ".env"
    sandbox.write_env(file)
    assert read_by_shell(file) == sandbox.env()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert [found.name for found in tmp_path.iterdir()] == [".env"]


def test_a_quote_and_a_backslash_are_escaped(tmp_path: Path) -> None:
    write_env(tmp_path / ".env", {"A": "it's \\ $HOME #1", "B": ""})
    assert (tmp_path / ".env").read_text() == f"{MARK}\nA='it\\'s \\\\ $HOME #1'\nB=\n"


def test_it_replaces_its_own_file_and_nobody_elses(sandbox: Sandbox, tmp_path: Path) -> None:
    file = tmp_path / ".env"
    write_env(file, {"A": "1"})
    sandbox.write_env(file)
    assert "A=1" not in file.read_text()
    file.write_text("MINE=1\n")
    with pytest.raises(FileExistsError, match="another file"):
        sandbox.write_env(file)
    assert file.read_text() == "MINE=1\n"


def test_what_cannot_be_replaced_leaves_nothing_behind(sandbox: Sandbox, tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    with pytest.raises(OSError, match="folder"):
        sandbox.write_config(tmp_path / "folder")
    assert [found.name for found in tmp_path.iterdir()] == ["folder"]
