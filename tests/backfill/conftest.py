from __future__ import annotations

import typing as t

import pytest

from tests.backfill.box import Box, frozen_sandbox

if t.TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tap_payments.sandbox import Sandbox


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with frozen_sandbox(days=12) as serving:
        yield serving


@pytest.fixture
def box(sandbox: Sandbox, tmp_path: Path) -> Box:
    """The sandbox's providers without Tikpay, whose reports take seconds."""
    return Box(sandbox, tmp_path, sandbox.config("zimpler", "begateway", "spacivox"))
