from __future__ import annotations

import typing as t

import hypothesis
import pytest
from clock import Clock
from commands import Commands
from server import Server

if t.TYPE_CHECKING:
    from collections.abc import Iterator

    from tap_payments.core.runtime import Runtime

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


@pytest.fixture(scope="session")
def commands() -> Iterator[Commands]:
    with Commands() as starting:
        yield starting
