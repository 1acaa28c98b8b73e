"""A loader of PyPI that takes files: what it holds is what the records would have given it."""

from __future__ import annotations

import typing as t

from tests.e2e.feeds import Feed, assert_same, load
from tests.support.batches import batch_config, path_of
from tests.support.taps import Row, command, written

if t.TYPE_CHECKING:
    from pathlib import Path

    from postgres import Postgres

    from tap_payments.sandbox import Sandbox

BALANCE = "zimpler_current_balance"
"""Is another in each run: it says when it was seen."""


def feed(folder: Path, config: Row) -> Feed:
    """A run of the tap that ends well."""
    done = command("--config", written(folder, "config.json", config))
    assert done.code == 0, done.stderr
    return Feed(done.stdout).without(BALANCE)


def test_postgres_from_json_lines(sandbox: Sandbox, postgres: Postgres, tmp_path: Path) -> None:
    config = sandbox.config("begateway", "spacivox", "zimpler")
    config |= {"end_date": sandbox.clock.now().isoformat()}
    records = feed(tmp_path, config)
    files = feed(tmp_path, config | batch_config(tmp_path / "b", "jsonl"))
    loader = {
        "sqlalchemy_url": postgres.url,
        "default_target_schema": "from_files",
        "use_copy": True,
        "validate_records": False,
    }
    assert load("target-postgres", files, tmp_path, loader) == files.state
    assert not any(each["type"] == "RECORD" for each in files.messages)
    assert_same(
        [records], lambda stream: postgres.rows(f"table from_files.{stream}"), appends=False
    )
    named = [url for each in files.messages for url in each.get("manifest", ())]
    assert all(path_of(url).exists() for url in named), "this loader deletes nothing"
