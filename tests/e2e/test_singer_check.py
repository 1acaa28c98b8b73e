"""Singer's own checker finds nothing wrong with what the tap writes for all providers."""

from __future__ import annotations

import subprocess
import typing as t

import pytest

from tap_payments.sandbox import Sandbox
from tests.e2e.meltano_project import ROOT
from tests.support.taps import command, written

if t.TYPE_CHECKING:
    from pathlib import Path

CHECK = ROOT / ".tools/singer/bin/singer-check-tap"


@pytest.mark.e2e
def test_singer_check_tap_finds_the_output_valid(tmp_path: Path) -> None:
    with Sandbox(days=5) as sandbox:
        done = command("--config", written(tmp_path, "config.json", sandbox.config()))
        assert done.code == 0, done.stderr
        checked = subprocess.run([CHECK], input=done.stdout, capture_output=True, check=False)
        said = (checked.stdout + checked.stderr).decode()
        assert checked.returncode == 0, said
        assert "The output is valid" in said
        assert "10 streams" in said


@pytest.mark.e2e
def test_singer_check_tap_finds_a_record_that_does_not_fit() -> None:
    """The check can fail."""
    lines = (
        b'{"type":"SCHEMA","stream":"s","schema":{"type":"object","properties":{"id":{"type":'
        b'"integer"}}},"key_properties":["id"]}\n'
        b'{"type":"RECORD","stream":"s","record":{"id":"one"}}\n'
    )
    checked = subprocess.run([CHECK], input=lines, capture_output=True, check=False)
    assert checked.returncode != 0
