"""`meltano run reconcile` and `meltano run repair`, as meltano.yml has them."""

from __future__ import annotations

import json
import os
import re
import subprocess
import typing as t
from datetime import UTC, datetime, timedelta

import pytest
import yaml
from postgres import serving

from tap_payments.sandbox import Clock, Sandbox
from tap_payments.windows.months import month_named
from tests.e2e.meltano_project import (
    ROOT,
    TOOLS,
    Outcome,
    Project,
    Row,
    duckdb_rows,
    duckdb_run,
    variables,
)
from tests.support.taps import discover

if t.TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from postgres import Postgres

LOADER = ROOT / ".meltano/loaders/target-duckdb/venv/bin"
DIFFERENCES = "select provider, key, verdict, columns from reconciliation_rows order by 2"


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    """From before the last month that can be closed to a full hour, with few rows a day."""
    hour = datetime.now(UTC).replace(minute=0, second=0, microsecond=0)
    days = (hour - month_named("last", hour).since) // timedelta(days=1) + 2
    with Sandbox(seed=1, days=days, clock=Clock(hour, frozen=True)) as apis:
        apis.tikpay.job_seconds = 0
        for api in apis.apis.values():
            api.per_day = (4, 6)
        yield apis


@pytest.fixture
def project(sandbox: Sandbox, tmp_path: Path) -> Project:
    """With the dbt project, and what it has to know of the sandbox's rows."""
    made = Project.create(tmp_path, variables(sandbox.config()))
    transform = tmp_path / "transform"
    transform.mkdir()
    for part in (ROOT / "transform").iterdir():
        if part.name not in ("dbt_project.yml", "target", "logs"):
            (transform / part.name).symlink_to(part)
    document = yaml.safe_load((ROOT / "transform/dbt_project.yml").read_text())
    document["vars"] |= yaml.safe_load((ROOT / "transform/sandbox.yml").read_text())
    (transform / "dbt_project.yml").write_text(yaml.safe_dump(document))
    return made


def told(outcome: Outcome) -> str:
    return "\n".join(outcome.events)


def test_a_month_is_closed_damaged_found_and_mended(project: Project, sandbox: Sandbox) -> None:
    database = project.home / "output/payments.duckdb"
    page = project.home / "reconciliation.html"
    first = project.run_blocks("reconcile")
    assert first.code == 0, told(first)
    assert duckdb_rows(database, DIFFERENCES) == []
    assert "The warehouse agrees with the providers on all" in page.read_text()

    month = month_named("last", sandbox.clock.now())
    gone, wrong = (row["uid"] for row in duckdb_rows(database, oldest(month.since)))
    duckdb_run(
        database,
        f"delete from begateway_transactions where uid = '{gone}'",
        f"update begateway_transactions set amount = amount + 1 where uid = '{wrong}'",
    )
    second = project.run_blocks("reconcile")
    assert second.code != 0
    assert "month_agrees" in told(second)
    assert duckdb_rows(database, DIFFERENCES) == sorted(
        (
            {"provider": "begateway", "key": gone, "verdict": "missing", "columns": None},
            {"provider": "begateway", "key": wrong, "verdict": "changed", "columns": "amount"},
        ),
        key=lambda row: str(row["key"]),
    )
    assert "The warehouse differs from the providers in 2 payments" in page.read_text()

    repaired = project.run_blocks("repair")
    assert repaired.code == 0, told(repaired)
    asked = {"RECONCILE_MONTH": f"{month.since:%Y-%m}"}
    again = project.run_blocks("reconciliation:models", "reconciliation:tests", **asked)
    assert again.code == 0, told(again)
    assert duckdb_rows(database, DIFFERENCES) == []


@pytest.fixture
def elsewhere() -> Iterator[Postgres]:
    """A PostgreSQL server that is not in UTC."""
    with serving(TOOLS.parent, "Australia/Sydney") as server:
        yield server


def test_the_same_on_a_postgresql_that_is_not_in_utc(
    project: Project, sandbox: Sandbox, elsewhere: Postgres
) -> None:
    """As docs/close-a-month.md says: the jobs with the other loader, and where dbt finds it."""
    file = project.home / "meltano.yml"
    before, jobs = file.read_text().split("\njobs:", 1)
    file.write_text(f"{before}\njobs:{jobs.replace('target-duckdb', 'target-postgres')}")
    project.settings.update({
        "TARGET_POSTGRES_SQLALCHEMY_URL": elsewhere.url,
        "PAYMENTS_TARGET": "postgres",
        "PGHOST": str(elsewhere.socket_folder),
        "PGUSER": "postgres",
        "PGDATABASE": "postgres",
    })  # fmt: skip
    month = month_named("last", sandbox.clock.now())
    asked = {"RECONCILE_MONTH": f"{month.since:%Y-%m}"}

    def ask(sql: str) -> list[Row]:
        return elsewhere.rows(sql, schema="tap_payments")

    first = project.run_blocks("reconcile")
    assert first.code == 0, told(first)
    page = (project.home / "reconciliation.html").read_text()
    assert "The warehouse agrees with the providers on all" in page
    gone, wrong = (row["uid"] for row in ask(oldest(month.since)))
    change = elsewhere.psql(
        f"delete from tap_payments.begateway_transactions where uid = '{gone}'",
        f"update tap_payments.begateway_transactions set amount = amount + 1 where uid = '{wrong}'",
    )
    subprocess.run(change, check=True)
    second = project.run_blocks("reconciliation:models", "reconciliation:tests", **asked)
    assert second.code != 0
    assert {row["key"]: row["verdict"] for row in ask(DIFFERENCES)} == {
        gone: "missing",
        wrong: "changed",
    }
    repaired = project.run_blocks("repair", "reconciliation:tests", **asked)
    assert repaired.code == 0, told(repaired)
    assert ask(DIFFERENCES) == []


def oldest(since: datetime) -> str:
    """Two rows of the month that no lookback reaches."""
    return (
        "select uid from begateway_transactions "
        f"where created_at >= '{since:%Y-%m-%d}' order by created_at, uid limit 2"
    )


def test_the_same_without_meltano_as_the_page_says(project: Project, sandbox: Sandbox) -> None:
    home, transform = project.home, project.home / "transform"
    page = (ROOT / "docs/close-a-month.md").read_text()
    (script,) = re.findall(r"```sh\n(export RECONCILE_MONTH=.*?)```", page, re.DOTALL)
    month = f"{month_named('last', sandbox.clock.now()).since:%Y-%m}"
    assert "RECONCILE_MONTH=2026-10" in script
    config = sandbox.config()
    audit = config | {"audit_month": month, "sync_windows": True}
    target = {"filepath": str(home / "output/payments.duckdb")}
    write(home, "config.json", config)
    write(home, "audit.json", audit)
    write(home, "state.json", {})
    write(home, "target.json", target | {"default_target_schema": "main"})
    write(home, "target-audit.json", target | {"default_target_schema": "main_audit"})
    write(home, "audit-catalog.json", payments_of(discover(audit)))
    tools = (ROOT / ".venv/bin", ROOT / ".tools/dbt/bin", LOADER)
    finished = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", script.replace("2026-10", month)],
        cwd=home,
        env=os.environ
        | {
            "PATH": ":".join([*map(str, tools), os.environ["PATH"]]),
            "DBT_PROJECT_DIR": str(transform),
            "DBT_PROFILES_DIR": str(transform),
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert finished.returncode == 0, finished.stdout + finished.stderr
    assert duckdb_rows(home / "output/payments.duckdb", DIFFERENCES) == []
    assert "The warehouse agrees with the providers" in (home / "reconciliation.html").read_text()


def write(home: Path, name: str, value: t.Any) -> None:
    (home / name).write_text(json.dumps(value))


def payments_of(catalog: Row) -> Row:
    """A catalog in which the payments are selected, and the windows."""
    chosen = ("transactions", "payments", "sync_windows")
    for entry in catalog["streams"]:
        (root,) = [each for each in entry["metadata"] if each["breadcrumb"] == []]
        root["metadata"]["selected"] = entry["stream"].endswith(chosen)
    return catalog


def test_a_month_that_is_not_over_is_refused_before_anything_is_asked(
    project: Project, sandbox: Sandbox
) -> None:
    refused = project.run_blocks("reconcile", RECONCILE_MONTH=f"{sandbox.clock.now():%Y-%m}")
    assert refused.code != 0
    assert "cannot be closed before" in told(refused)
    assert not sandbox.journal
