"""hadolint has nothing to say about the Dockerfile: no engine builds it here."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
HADOLINT = Path(sys.executable).with_name("hadolint")


def lint(text: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(HADOLINT), "-"], input=text, capture_output=True, text=True, check=False
    )


def test_the_image() -> None:
    done = lint((ROOT / "Dockerfile").read_text(encoding="utf-8"))
    assert done.returncode == 0, done.stdout


def test_that_it_would_say_something() -> None:
    assert "DL3006" in lint("FROM python\n").stdout
