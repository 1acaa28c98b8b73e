from __future__ import annotations

import typing as t
from pathlib import Path

import pytest
from postgres import serving

from tests.transform.closing import AUDIT, FAILING, open_audit
from tests.transform.postgresql import PostgreSQL
from tests.transform.story import Delivered, Story, delivered_twice, february
from tests.transform.warehouse import MELTANO, DbtCommands, DuckDB, Warehouse

if t.TYPE_CHECKING:
    from collections.abc import Iterator

    from postgres import Postgres

HERE = Path(__file__).parent
ELSEWHERE = "Australia/Sydney"
"""A time zone that a PostgreSQL server may be in."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.e2e)


@pytest.fixture(scope="session")
def delivered() -> Delivered:
    """Ten days of all providers, and 20 hours more in which payments came in and changed."""
    return delivered_twice()


@pytest.fixture(scope="session")
def server() -> Iterator[Postgres]:
    """A PostgreSQL server that is not in UTC."""
    with serving(MELTANO, ELSEWHERE) as running:
        yield running


@pytest.fixture(scope="session")
def commands() -> Iterator[DbtCommands]:
    """dbt, started once."""
    started = DbtCommands()
    yield started
    started.close()


@pytest.fixture(scope="session", params=["duckdb", "postgres"])
def empty(
    request: pytest.FixtureRequest,
    tmp_path_factory: pytest.TempPathFactory,
    commands: DbtCommands,
) -> t.Callable[[], Warehouse]:
    """Makes empty databases of one engine, then of the other."""

    def make() -> Warehouse:
        home = tmp_path_factory.mktemp("warehouse")
        if request.param == "duckdb":
            return DuckDB(home, commands)
        return PostgreSQL.created(home, commands, request.getfixturevalue("server"))

    return make


@pytest.fixture(scope="session")
def warehouse(delivered: Delivered, empty: t.Callable[[], Warehouse]) -> Warehouse:
    """These rows as a loader writes them, and the models on them."""
    made = empty()
    made.load(delivered.lines)
    assert made.dbt("build") == {}
    return made


@pytest.fixture(scope="session")
def story() -> Story:
    """A February whose rows change late at the providers."""
    return february()


@pytest.fixture(scope="session")
def reconciled(story: Story, empty: t.Callable[[], Warehouse]) -> Warehouse:
    """What the ordinary run delivered of it, and the first audit beside it."""
    made = empty()
    made.load(story.ordinary.lines)
    open_audit(made)
    made.load(story.audit.lines, made.audit)
    assert made.dbt("build", **AUDIT) == FAILING
    return made
