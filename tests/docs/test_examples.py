"""What the pages print can be copied: settings, variables, flags, verbs, and the first walk."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import typing as t
from pathlib import Path

import pytest
import yaml

from tap_payments.providers import PROVIDERS
from tap_payments.tap import TapPayments
from tests.support.in_process import signals_kept
from tests.support.site_pages import PAGES, ROOT, blocks, commands

MODULES = {
    "source-payments": "tap_payments.airbyte",
    "tap-payments": "tap_payments",
    "tap-payments-backfill": "tap_payments.backfill",
    "tap-payments-sandbox": "tap_payments.sandbox",
}
NAMES = {provider.name for provider in PROVIDERS}


def configurations() -> list[tuple[str, dict[str, t.Any]]]:
    """The JSON objects on the pages that configure a provider."""
    found = [(block.page, block.text) for block in blocks("json")]
    parsed = [(page, json.loads(text)) for page, text in found if text.count("\n{") == 0]
    return [(page, value) for page, value in parsed if NAMES & set(value)]


def test_the_configurations_are_accepted() -> None:
    assert len(configurations()) >= 6
    for _, config in configurations():
        with signals_kept():
            assert TapPayments(config=config).streams


def test_every_variable_exists() -> None:
    known = (ROOT / ".env.example").read_text(encoding="utf-8")
    for page in PAGES:
        for name in re.findall(r"\bTAP_PAYMENTS_[A-Z_]+\b", page.read_text(encoding="utf-8")):
            assert f"#{name}=" in known, f"{page.name}: {name}"


def help_of(words: list[str]) -> str:
    """What a command says of its flags, with those of its verbs."""
    module = [sys.executable, "-m", MODULES[words[0]]]
    verbs = [word for word in words[1:2] if re.fullmatch(r"[a-z][a-z-]*", word)]
    said = subprocess.run([*module, *verbs, "--help"], capture_output=True, text=True, check=True)
    return said.stdout


def own_commands() -> list[tuple[str, list[str]]]:
    """The tap's commands on the pages, in words, where pipes and redirections end them."""
    found = []
    for page, line in commands():
        for part in re.split(r"[|;&]+", line):
            words = re.sub(r"[<>].*", "", part).split()
            if words and words[0] in MODULES:
                found.append((page, words))
    return found


@pytest.mark.parametrize("command", sorted({tuple(words) for _, words in own_commands()}))
def test_every_flag_exists(command: tuple[str, ...]) -> None:
    said = help_of(list(command))
    for word in command:
        if word.startswith("--"):
            assert re.search(rf"{word.partition('=')[0]}\b", said), command


def test_every_verb_of_make_exists() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    used = {line.split()[1] for _, line in commands() if line.startswith("make ")}
    text = "".join(page.read_text(encoding="utf-8") for page in PAGES)
    used |= set(re.findall(r"`make ([a-z]+)`", text))
    for verb in used:
        assert re.search(rf"^{verb}:", makefile, re.MULTILINE), verb


def test_the_yaml_can_be_read() -> None:
    for block in blocks("yaml"):
        assert yaml.safe_load(block.text), block.page


def test_the_first_walk(tmp_path: Path) -> None:
    """`index.md`: the sandbox in one terminal, three lines in another."""
    page = [line for name, line in commands() if name == "docs/index.md"]
    (serving,) = [line for line in page if line.startswith("tap-payments-sandbox")]
    lines = page[page.index(serving) + 1 :][:3]
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    with subprocess.Popen(
        serving.replace("--port 8765", "--port 0").split(),
        cwd=tmp_path,
        env=os.environ | {"PATH": path},
        stdout=subprocess.PIPE,
        text=True,
    ) as sandbox:
        try:
            for line in t.cast("t.IO[str]", sandbox.stdout):
                if line.startswith("Next:"):
                    break
            done = [
                subprocess.run(
                    ["sh", "-c", line],
                    cwd=tmp_path,
                    env=os.environ | {"PATH": path},
                    capture_output=True,
                    text=True,
                    check=False,
                )
                for line in lines
            ]
        finally:
            sandbox.send_signal(signal.SIGTERM)
    assert [each.returncode for each in done] == [0, 0, 0], done
    assert "zimpler_transactions (account 'main'): ok" in done[0].stderr
    assert json.loads(done[2].stdout)["type"] == "STATE"


def test_the_readmes_commands_for_meltano_are_those_that_are_executed() -> None:
    """`tests/e2e/test_newcomer.py` types those of the page, from an empty folder."""
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    part = readme[readme.index("### In your Meltano project") : readme.index("### By itself")]
    lines = re.findall(r"^(?:git|cd|meltano) [^\n#`]+", part, re.MULTILINE)
    inline = re.findall(r"`(meltano (?:run|invoke) [^`]+)`", part)
    executed = {line for page, line in commands() if page == "docs/use/meltano.md"}
    asked = {each.strip() for each in [*lines, *inline]}
    assert len(asked) >= 6
    assert asked <= executed
