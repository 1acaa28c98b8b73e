from __future__ import annotations

import typing as t

import pytest
from clock import Clock
from server import Server

if t.TYPE_CHECKING:
    from collections.abc import Iterator

    from tap_payments.core.runtime import Runtime


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
