"""Spacivox's jobs, and what joins them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from tap_payments.sandbox import Clock, Sandbox
from tests.sandbox.client import Reply, ask, bearer

if TYPE_CHECKING:
    from collections.abc import Iterator

NOW = datetime(2026, 3, 15, 12, tzinfo=UTC)
TOKEN = bearer("sandbox-spacivox-token-main-1")


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(seed=1, days=14, clock=Clock(NOW, frozen=True)) as sandbox:
        yield sandbox


def jobs(sandbox: Sandbox, **query: Any) -> Reply:
    return ask(f"{sandbox.url}/spacivox/j/jobs", TOKEN, query=query)


def states(rows: list[Any]) -> dict[int, int]:
    return {row["id"]: row["state"] for row in rows}


def test_a_campaign_has_all_its_jobs(sandbox: Sandbox) -> None:
    truth = sandbox.spacivox.rows("main", kind="jobs")
    for campaign in (1, 2, 3, 4):
        rows = jobs(sandbox, campaign=campaign).json
        assert rows == [row for row in truth if row["campaign"] == campaign]
        assert len(rows) > 50
    assert jobs(sandbox, campaign=5).json == []
    assert set(truth[0]) == set(sandbox.spacivox.example("jobs"))
    assert {row["state"] for row in truth} == {0, 1, 2, 3, 4}


@pytest.mark.parametrize(
    "query", [{}, {"campaign": "x"}, {"modified_since": "yesterday"}, {"modified_since": ""}]
)
def test_a_campaign_or_a_time_is_required(sandbox: Sandbox, query: dict[str, str]) -> None:
    assert jobs(sandbox, **query).status == 400


def test_jobs_are_read_by_their_modification(sandbox: Sandbox) -> None:
    """What is modified since an instant is what differs from then, and nothing else."""
    for hours in (1, 30, 100):
        since = NOW - timedelta(hours=hours)
        before = {row["id"]: row for row in sandbox.spacivox.rows("main", since, kind="jobs")}
        rows = jobs(sandbox, modified_since=f"{since:%Y-%m-%dT%H:%M:%SZ}").json
        truth = sandbox.spacivox.rows("main", kind="jobs")
        assert rows == [row for row in truth if row != before.get(row["id"])]
        assert rows
    some = jobs(sandbox, modified_since="2026-03-14T12:00:00.000Z", campaign=2).json
    assert {row["campaign"] for row in some} == {2}


def test_a_job_is_queued_called_done_and_modified_weeks_later(sandbox: Sandbox) -> None:
    seen: dict[int, list[int]] = {}
    for _ in range(60):
        for number, state in states(sandbox.spacivox.rows("main", kind="jobs")).items():
            if seen.setdefault(number, [state])[-1] != state:
                seen[number].append(state)
        sandbox.clock.advance(hours=2)
    assert [0, 1, 2] in seen.values()
    assert {tuple(each) for each in seen.values() if each[0] == 0 and len(each) == 3} == {
        (0, 1, 2),
        (0, 1, 3),
        (0, 1, 4),
    }
    late = jobs(sandbox, modified_since=f"{sandbox.clock.now():%Y-%m-%dT%H:%M:%SZ}")
    assert late.json == []
    sandbox.clock.advance(days=5)
    recent = jobs(sandbox, modified_since="2026-03-24T00:00:00Z").json
    assert any(row["created_at"] < "2026-03-15" and row["label"] for row in recent)


@pytest.mark.parametrize("kind", ["payment_transactions", "call_records", "text_records"])
def test_every_record_joins_a_job_that_was_created_before(sandbox: Sandbox, kind: str) -> None:
    known = {row["id"]: row for row in sandbox.spacivox.rows("main", kind="jobs")}
    rows = sandbox.spacivox.rows("main", kind=kind)
    for row in rows:
        job = known[row["job"]]
        assert (job["campaign"], job["reference"]) == (row["campaign"], row["reference"])
        assert job["created_at"] < row["timestamp"]
    assert len({row["job"] for row in rows}) > 100


def test_a_job_that_is_put_is_modified_when_it_is_created_and_changed(sandbox: Sandbox) -> None:
    row = sandbox.spacivox.example("jobs", campaign=9, created_at="2026-03-15T10:00:00.000Z")
    change = (NOW + timedelta(hours=1), {"state": 2})
    sandbox.spacivox.put("main", row, changes=[change], kind="jobs")
    assert jobs(sandbox, campaign=9, modified_since="2026-03-15T10:00:00Z").json == [row]
    assert jobs(sandbox, campaign=9, modified_since="2026-03-15T10:00:01Z").json == []
    sandbox.clock.advance(hours=1)
    changed = jobs(sandbox, campaign=9, modified_since="2026-03-15T13:00:00Z").json
    assert changed == [{**row, "state": 2}]
