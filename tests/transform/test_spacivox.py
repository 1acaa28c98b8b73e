"""Spacivox's payments with their jobs and agents, whether or not those streams were loaded."""

from __future__ import annotations

import json
import typing as t
from datetime import datetime

if t.TYPE_CHECKING:
    from pathlib import Path

    from tests.support.taps import Row
    from tests.transform.story import Delivered
    from tests.transform.warehouse import Warehouse

MODEL = "spacivox_payment_jobs"


def latest(delivered: Delivered, stream: str) -> dict[t.Any, Row]:
    """The last version of each row of a stream."""
    messages = (json.loads(line) for line in delivered.lines if stream.encode() in line)
    return {
        each["record"]["id"]: each["record"]
        for each in messages
        if each["type"] == "RECORD" and each["stream"] == stream
    }


def agent_of(payment: Row, calls: list[Row]) -> int | None:
    """The agent of the job's last call that began before the payment."""
    before = [
        (datetime.fromisoformat(call["timestamp"]), call["id"], call["agent"])
        for call in calls
        if call["job"] == payment["job"]
        and call["agent"] is not None
        and datetime.fromisoformat(call["timestamp"])
        <= datetime.fromisoformat(payment["timestamp"])
    ]
    return t.cast("int", max(before)[2]) if before else None


def test_each_payment_has_its_job_and_its_agent(warehouse: Warehouse, delivered: Delivered) -> None:
    payments = delivered.payments["spacivox_payment_transactions"]
    jobs = latest(delivered, "spacivox_jobs")
    calls = list(latest(delivered, "spacivox_call_records").values())
    found = {row["id"]: row for row in warehouse.ask(f"select * from {MODEL}")}
    assert found.keys() == {row["id"] for row in payments}
    agents = {row["id"]: agent_of(row, calls) for row in payments}
    assert {name: whole(row["agent"]) for name, row in found.items()} == agents
    assert 0 < sum(agent is not None for agent in agents.values()) < len(agents)
    for row in payments:
        modeled, job = found[row["id"]], jobs.get(row["job"])
        assert whole(modeled["job"]) == row["job"]
        assert modeled["reference"] == row["reference"]
        assert modeled["job_label"] == (job["label"] if job else None)
        assert (modeled["job_status"] is None) is (job is None)


def whole(value: t.Any) -> int | None:
    """A whole number, however the engine spells it."""
    return None if value is None else int(value)


def test_what_is_personal_in_a_job_is_in_no_model(warehouse: Warehouse) -> None:
    personal = {"number", "name", "email", "numbers", "address_lines", "city", "postal_code"}
    for model in (MODEL, "spacivox_contacts", "spacivox_calls"):
        assert not personal & set(warehouse.columns(model))


def test_without_jobs_and_calls_the_payments_are_there(
    warehouse: Warehouse, delivered: Delivered, tmp_path: Path
) -> None:
    made = warehouse.copied(tmp_path)
    made.change(
        *(f"drop view {view} cascade" for view in ("spacivox_contacts", "spacivox_calls")),
        *(f"drop table {table}" for table in ("spacivox_jobs", "spacivox_call_records")),
    )
    assert made.dbt("build", "--select", "+spacivox_payment_jobs") == {}
    found = made.ask(f"select * from {MODEL}")
    assert len(found) == len(delivered.payments["spacivox_payment_transactions"])
    assert all(row["reference"] for row in found)
    for column in ("job_status", "job_label", "agent", "call", "during_call"):
        assert {row[column] for row in found} == {None}
