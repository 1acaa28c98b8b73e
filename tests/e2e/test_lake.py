"""Parquet files in a folder are a lake: the query of the docs page gives what the provider has."""

from __future__ import annotations

import typing as t
from collections import Counter

from tests.e2e.meltano_project import ROOT, duckdb_rows, duckdb_run
from tests.support.batches import batch_config
from tests.support.taps import sync

if t.TYPE_CHECKING:
    from pathlib import Path

    from tap_payments.sandbox import Sandbox


def query(root: Path) -> str:
    """The docs page's SQL, for a folder."""
    page = (ROOT / "docs/use/speed.md").read_text(encoding="utf-8")
    return page.split("```sql\n")[1].split("```")[0].replace("/data/batches", str(root))


def test_the_newest_row_of_each_key_is_what_the_provider_has(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    root, database = tmp_path / "b", tmp_path / "lake.duckdb"
    config = sandbox.config("zimpler") | batch_config(root, "parquet", batch_size=50)
    first = sync(sandbox, config)
    sandbox.clock.advance(hours=20)
    second = sync(sandbox, config, state=first.state)
    assert first.of("BATCH", "zimpler_transactions")
    assert second.of("BATCH", "zimpler_transactions")
    duckdb_run(database)
    names = ("id", "type", "amount", "approved_at")
    found = Counter(
        tuple(row[name] for name in names) for row in duckdb_rows(database, query(root))
    )
    truth = [row for account in sandbox.zimpler.accounts for row in sandbox.zimpler.rows(account)]
    assert found == Counter(tuple(row[name] for name in names) for row in truth)
