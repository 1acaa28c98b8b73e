"""A sandbox whose time stands still, and a platform that reads it."""

from __future__ import annotations

import typing as t

import pytest

from tap_payments.sandbox import Clock, Sandbox
from tests.airbyte.runs import Platform, Warm

if t.TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def box() -> Iterator[Sandbox]:
    """The APIs with six days of history; two runs see the same instants."""
    with Sandbox(days=6, clock=Clock(frozen=True)) as sandbox:
        sandbox.tikpay.job_seconds = 0
        yield sandbox


@pytest.fixture(scope="session")
def warm(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Warm]:
    """The command, imported once."""
    process = Warm(tmp_path_factory.mktemp("warm"))
    yield process
    process.stop()


@pytest.fixture
def platform(box: Sandbox, tmp_path: Path, warm: Warm) -> Platform:
    """A platform with the settings of Zimpler and Spacivox, quick to give up."""
    return Platform(tmp_path, {**box.config("zimpler", "spacivox"), "max_retries": 0}, warm)
