"""A month is closed: the audit's schema opened, the comparison built, its verdicts read."""

from __future__ import annotations

import typing as t

from tests.transform.story import MONTH

if t.TYPE_CHECKING:
    from tests.transform.damage import Verdicts
    from tests.transform.warehouse import Warehouse

AUDIT = {"reconcile_month": MONTH}
FAILING = {"month_agrees": "fail"}
RECONCILE = (
    "build",
    *("--select", "+payments", "reconciliation_pairs+"),
    *("--exclude-resource-types", "unit_test"),
)


def open_audit(warehouse: Warehouse) -> None:
    """Empties the audit's schema."""
    finished = warehouse.run("run-operation", "open_audit", **AUDIT)
    assert finished.code == 0, finished.output


def verdicts(warehouse: Warehouse) -> Verdicts:
    """What the last reconciliation says."""
    found = warehouse.ask("select provider, key, verdict, columns from reconciliation_rows")
    assert len(found) == len({(row["provider"], row["key"]) for row in found})
    return {(row["provider"], row["key"]): (row["verdict"], row["columns"]) for row in found}
