from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tap_payments.sandbox import Clock, Sandbox
from tests.sandbox.zimpler.box import NOW

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def seeded() -> Iterator[Sandbox]:
    with Sandbox(seed=1, days=30, clock=Clock(NOW, frozen=True)) as sandbox:
        yield sandbox


@pytest.fixture
def empty() -> Iterator[Sandbox]:
    with Sandbox(seed=None, clock=Clock(NOW, frozen=True)) as sandbox:
        yield sandbox
