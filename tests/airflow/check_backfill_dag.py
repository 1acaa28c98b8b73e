"""The example DAG on a real Airflow, with PostgreSQL as its database and as the warehouse.

Not found by pytest on its own, since it needs the environment that `make airflow` makes.
"""

from __future__ import annotations

import typing as t
from datetime import datetime, timedelta

import pytest
from postgres import serving

from tap_payments.sandbox import Clock, Sandbox
from tests.airflow.home import SCHEMA, Airflow
from tests.e2e.meltano_project import TOOLS
from tests.e2e.truth import rows_of, select, truth
from tests.support import taps

if t.TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.e2e.truth import Rows

STREAM = "zimpler_transactions"
DAYS = 10
DAY = timedelta(days=1)


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(days=DAYS + 2, clock=Clock(frozen=True)) as serving_:
        yield serving_


@pytest.fixture
def airflow(sandbox: Sandbox, tmp_path: Path) -> Iterator[Airflow]:
    with serving(TOOLS.parent) as postgres:
        yield Airflow.create(tmp_path, postgres, sandbox.config("zimpler"))


@pytest.fixture
def until(sandbox: Sandbox) -> datetime:
    now = sandbox.clock.now() - timedelta(minutes=5)
    return now.replace(hour=0, minute=0, second=0, microsecond=0)


def shard(account: str, since: datetime) -> str:
    return f"{STREAM}.{account}.{since:%Y%m%dT%H%M%SZ}-{since + DAY:%Y%m%dT%H%M%SZ}"


def choice(until: datetime, **more: t.Any) -> dict[str, t.Any]:
    bounds = {"since": f"{until - DAYS * DAY:%Y-%m-%d}", "until": f"{until:%Y-%m-%d}"}
    return {**bounds, "shard_days": 1, **more}


def loaded(airflow: Airflow) -> Rows:
    return rows_of(airflow.postgres.rows(select(STREAM, SCHEMA)), STREAM)


def days_read(sandbox: Sandbox, state: dict[str, t.Any], since: datetime) -> dict[str, set[str]]:
    """The days of the rows that a run of the tap from a state delivers, by account."""
    config = sandbox.config("zimpler") | {"start_date": f"{since:%Y-%m-%d}"}
    run = taps.sync(sandbox, config, state=state)
    assert run.failed is None
    found: dict[str, set[str]] = {"main": set(), "shop2": set()}
    for record in run.records(STREAM):
        found[record["_account"]].add(record["approved_at"][:10])
    return found


def most_at_once(tasks: list[dict[str, t.Any]]) -> int:
    """How many of these tasks ran at the same time."""
    spans = [(each["start_date"], each["end_date"]) for each in tasks]
    most: int = max(sum(low <= start < high for low, high in spans) for start, _ in spans)
    return most


def watermark(instant: datetime) -> str:
    return f"{instant:%Y-%m-%dT%H:%M:%S.000000Z}"


def test_a_backfill_of_two_accounts_in_twenty_shards(
    airflow: Airflow, sandbox: Sandbox, until: datetime
) -> None:
    since = until - DAYS * DAY
    killed, lost = since + 2 * DAY, since + 5 * DAY
    airflow.doom(shard("shop2", killed), 1)
    airflow.doom(shard("main", lost), 99)

    assert airflow.test_dag(**choice(until)) == "failed"
    tasks = {each["rendered_map_index"]: each for each in airflow.tasks("run.")}
    assert len(tasks) == 2 * DAYS
    others = dict(tasks)
    retried = others.pop(shard("shop2", killed))
    assert (retried["state"], retried["try_number"]) == ("success", 2)
    left = others.pop(shard("main", lost))
    assert (left["state"], left["try_number"]) == ("failed", 4)
    assert {(each["state"], each["try_number"]) for each in others.values()} == {("success", 1)}
    assert [each["state"] for each in airflow.tasks("merge_state")] == ["success"]
    assert [each["state"] for each in airflow.tasks("complete")] == ["failed"]

    everything = truth(sandbox, STREAM, since, until)
    missing = everything - loaded(airflow)
    assert loaded(airflow) <= everything
    assert missing
    assert missing <= truth(sandbox, STREAM, lost, lost + DAY)
    assert {row[0] for row in missing} == {"main"}

    state = airflow.state()
    assert taps.watermarks(state, STREAM) == {"main": watermark(lost), "shop2": watermark(until)}
    days = days_read(sandbox, state, since)
    assert min(days["main"]) == f"{lost - DAY:%Y-%m-%d}", "resumes at the gap, less the lookback"
    assert min(days["shop2"]) >= f"{until - DAY:%Y-%m-%d}"

    airflow.doom(shard("main", lost), 0)
    assert airflow.test_dag(**choice(until)) == "success"
    ran = [each for each in airflow.tasks("run.") if each["state"] == "success"]
    assert [each["rendered_map_index"] for each in ran] == [shard("main", lost)]
    assert loaded(airflow) == everything
    state = airflow.state()
    assert taps.watermarks(state, STREAM) == {"main": watermark(until), "shop2": watermark(until)}
    for found in days_read(sandbox, state, since).values():
        assert min(found) >= f"{until - DAY:%Y-%m-%d}", "only the lookback and today"


def test_a_scheduler_runs_shards_side_by_side_through_meltano(
    airflow: Airflow, sandbox: Sandbox, until: datetime
) -> None:
    del airflow.variables["TAP_PAYMENTS_LOADER"]
    since = until - DAYS * DAY
    killed = f"{STREAM}.main.{since:%Y%m%dT%H%M%SZ}-{since + 2 * DAY:%Y%m%dT%H%M%SZ}"
    airflow.doom(killed, 1)
    with airflow.scheduling():
        assert airflow.run_dag(seconds=900, **choice(until, shard_days=2)) == "success"
    tasks = airflow.tasks("run.")
    tries = {each["rendered_map_index"]: each["try_number"] for each in tasks}
    assert tries.pop(killed) == 2
    assert set(tries.values()) == {1}
    assert len(tries) == 9
    assert 2 < most_at_once(tasks) <= 4
    for account in ("main", "shop2"):
        mine = [each for each in tasks if each["pool"] == f"zimpler.{account}"]
        assert most_at_once(mine) == 2, "the account's pool"
    assert loaded(airflow) == truth(sandbox, STREAM, since, until)
    found = taps.watermarks(airflow.state(), STREAM)
    assert found == {"main": watermark(until), "shop2": watermark(until)}
