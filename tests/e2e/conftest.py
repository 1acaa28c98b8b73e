from __future__ import annotations

import typing as t
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from meltano_project import Project, variables
from postgres import Postgres, serving

from tap_payments.sandbox import Clock, Sandbox

if t.TYPE_CHECKING:
    from collections.abc import Iterator

HERE = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.e2e)


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    """21 hours behind: `advance(hours=20)` leaves it one hour short of the tap's horizon."""
    with Sandbox(seed=1, days=30, clock=Clock(offset=-timedelta(hours=21))) as serving_apis:
        yield serving_apis


@pytest.fixture
def project(sandbox: Sandbox, tmp_path: Path) -> Project:
    return Project.create(tmp_path, variables(sandbox.config()))


@pytest.fixture
def full_hour(sandbox: Sandbox) -> datetime:
    """The last full hour at the providers."""
    return sandbox.clock.now().replace(minute=0, second=0, microsecond=0)


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    with serving() as server:
        yield server
