"""Which month is closed: said by name, refused by name, before anything is dropped."""

from __future__ import annotations

import typing as t

import pytest

from tests.transform.closing import AUDIT

if t.TYPE_CHECKING:
    from pathlib import Path

    from tests.transform.warehouse import Warehouse


@pytest.mark.parametrize(
    ("month", "reason"),
    [
        ("3000-01", "the month 3000-01 cannot be closed before 3000-02-03 (UTC)"),
        ("2026-13", "the month '2026-13' is none: write it as YYYY-MM"),
        ("october", "the month 'october' is none: write it as YYYY-MM"),
    ],
)
def test_a_month_that_cannot_be_closed_is_refused(
    reconciled: Warehouse, month: str, reason: str
) -> None:
    for command in (("run-operation", "open_audit"), ("build", "--select", "reconciliation_pairs")):
        finished = reconciled.run(*command, reconcile_month=month)
        assert finished.code == 1
        assert reason in finished.output
    assert count(reconciled) > 0


def test_nothing_else_than_an_audit_is_emptied(reconciled: Warehouse, tmp_path: Path) -> None:
    made = reconciled.copied(tmp_path)
    own = made.run("run-operation", "open_audit", **AUDIT, payments_audit_schema=made.schema)
    assert own.code == 1
    assert "is the schema of your tables" in own.output
    made.change(f"create table {made.audit}.ledger as select 1 as entry")
    foreign = made.run("run-operation", "open_audit", **AUDIT)
    assert foreign.code == 1
    assert "holds ledger, which is no table of the tap's" in foreign.output
    assert count(made) > 0


def count(warehouse: Warehouse) -> int:
    found = warehouse.ask(f"select count(*) as n from {warehouse.audit}.zimpler_transactions")
    return int(found[0]["n"])


def test_what_was_not_reconciled_is_neither_shown_nor_repaired(
    warehouse: Warehouse, reconciled: Warehouse
) -> None:
    for operation in ("page", "repair"):
        never = warehouse.run("run-operation", operation)
        assert never.code == 1
        assert "nothing was reconciled yet" in never.output
        other = reconciled.run("run-operation", operation, reconcile_month="2026-01")
        assert other.code == 1
        assert "the month 2026-01 was not reconciled, but 2026-02" in other.output


def test_the_last_month_is_taken_where_none_is_named(warehouse: Warehouse, tmp_path: Path) -> None:
    made = warehouse.copied(tmp_path)
    assert made.run("run-operation", "open_audit").code == 0
    found = made.ask(f"select period, opened_at from {made.audit}.reconciliation_opened")
    assert len(found) == 1
    assert found[0]["period"] < found[0]["opened_at"][:7]
