from __future__ import annotations

import typing as t

import hypothesis
import pytest

from tap_payments.sandbox import Sandbox
from tests.support.clock import Clock
from tests.support.commands import Commands
from tests.support.server import Server
from tests.support.taps import written

if t.TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tap_payments.runtime import Runtime

# The same examples in every run, however slow the machine is.
hypothesis.settings.register_profile("tap", deadline=None, derandomize=True, database=None)
hypothesis.settings.load_profile("tap")
# `make soak`: bounded by the number of examples, not by the clock of a busy machine.
hypothesis.settings.register_profile("soak", max_examples=3000, deadline=None)


@pytest.fixture
def server() -> Iterator[Server]:
    with Server() as listening:
        yield listening


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def runtime(clock: Clock) -> Runtime:
    return clock.runtime()


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    """Three days of all providers; folders that need another one have their own."""
    with Sandbox(seed=6, days=3, accounts=1) as serving:
        yield serving


@pytest.fixture
def config(sandbox: Sandbox, tmp_path: Path) -> Path:
    """The settings of two of the sandbox's providers, as a file."""
    return written(tmp_path, "config.json", sandbox.config("zimpler", "spacivox"))


@pytest.fixture(scope="session")
def commands() -> Iterator[Commands]:
    with Commands() as starting:
        yield starting
