"""The image is small, runs as nobody in particular, and starts what Airbyte expects.

No engine builds it here: these are the rules that can be read off. hadolint's are held by
`make airbyte`.
"""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[2]
DOCKERFILE = (ROOT / "Dockerfile").read_text(encoding="utf-8")
STATEMENTS = [
    " ".join(statement.split())
    for statement in re.sub(r"\\\n", " ", re.sub(r"(?m)^#.*\n", "", DOCKERFILE)).splitlines()
    if statement.strip()
]
SETTINGS = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
PROJECT = SETTINGS["project"]
LAST_STAGE = STATEMENTS[max(n for n, each in enumerate(STATEMENTS) if each.startswith("FROM ")) :]


def said(word: str, statements: list[str] = STATEMENTS) -> list[str]:
    return [each.removeprefix(f"{word} ") for each in statements if each.startswith(f"{word} ")]


def test_the_entry_point_is_the_one_that_airbyte_is_told() -> None:
    (entry_point,) = said("ENTRYPOINT")
    command = re.findall(r'"([^"]+)"', entry_point)
    told = re.search(r"AIRBYTE_ENTRYPOINT=(\S+(?: \S+)*?)(?: \w+=|$)", " ".join(said("ENV")))
    assert told
    assert told[1] == " ".join(command)
    assert command == ["/opt/payments/bin/source-payments"]
    assert "source-payments" in PROJECT["scripts"]
    assert not said("CMD")


def test_it_does_not_run_as_root() -> None:
    *_, user = said("USER", LAST_STAGE)
    assert user.isdecimal()
    assert int(user) > 0
    assert LAST_STAGE.index(f"USER {user}") < LAST_STAGE.index(
        f"ENTRYPOINT {said('ENTRYPOINT')[0]}"
    )


def test_what_it_is_made_of_is_pinned() -> None:
    base, *_ = said("ARG")
    assert re.fullmatch(r"BASE=python:3\.\d+(\.\d+)?-slim-\w+(@sha256:[0-9a-f]{64})?", base)
    assert all(each.split()[0] == "${BASE}" for each in said("FROM"))
    assert all("--locked" in each for each in said("RUN") if "uv sync" in each)
    assert all(re.search(r"==\d", each) for each in said("RUN") if "pip install" in each)
    minor = re.search(r"python:3\.(\d+)", base)
    assert minor
    assert f"Programming Language :: Python :: 3.{minor[1]}" in PROJECT["classifiers"]


def test_nothing_of_the_build_or_of_the_tests_is_in_it() -> None:
    assert said("COPY", LAST_STAGE) == ["--from=build /opt/payments /opt/payments"]
    assert not said("ADD")
    assert all("--no-dev" in each for each in said("RUN") if "uv sync" in each)
    ignored = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    assert "*" in ignored
    kept = {line[1:] for line in ignored if line.startswith("!")}
    copied = {name.removeprefix("./") for each in said("COPY")[:2] for name in each.split()[:-1]}
    assert copied <= kept


def test_its_version_is_the_packages() -> None:
    """Whoever builds it says which; else it is that of a package without git's tags."""
    assert f"VERSION={SETTINGS['tool']['hatch']['version']['fallback-version']}" in said("ARG")
    assert said("ARG").count("VERSION") == len(said("FROM")) == 2
    assert 'io.airbyte.version="${VERSION}"' in " ".join(said("LABEL"))
    assert 'io.airbyte.name="source-payments"' in " ".join(said("LABEL"))
    installed = [each for each in said("RUN") if "uv sync" in each][-1]
    assert installed.startswith("SETUPTOOLS_SCM_PRETEND_VERSION=${VERSION} uv sync")
