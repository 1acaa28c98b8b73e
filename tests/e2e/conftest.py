from __future__ import annotations

import typing as t
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from postgres import serving

from tap_payments.sandbox import Clock, Sandbox
from tests.e2e.meltano_project import TOOLS, Project, variables

if t.TYPE_CHECKING:
    from collections.abc import Iterator

    from postgres import Postgres

HERE = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.e2e)


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    """Stands still 20 hours and more ago: `advance(hours=20)` brings it close to the tap's now.

    Close, and at a full hour: by then the tap asks every provider for all that has happened there.
    """
    hour = datetime.now(UTC).replace(minute=0, second=0, microsecond=0)
    with Sandbox(seed=1, clock=Clock(hour - timedelta(hours=21), frozen=True)) as apis:
        apis.tikpay.job_seconds = 0
        yield apis


@pytest.fixture
def project(sandbox: Sandbox, tmp_path: Path) -> Project:
    return Project.create(tmp_path, variables(sandbox.config()))


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    with serving(TOOLS.parent) as server:
        yield server
