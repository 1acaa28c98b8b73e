"""A loader of PyPI at its best: its settings, and files instead of records."""

from __future__ import annotations

import json
import typing as t

import pytest

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
        "validate_records": False,
    }
    assert load("target-postgres", files, tmp_path, loader) == files.state
    assert not any(each["type"] == "RECORD" for each in files.messages)
    assert_same(
        [records], lambda stream: postgres.rows(f"table from_files.{stream}"), appends=False
    )
    named = [url for each in files.messages for url in each.get("manifest", ())]
    assert all(path_of(url).exists() for url in named), "this loader deletes nothing"


LONG = "12345678901234567890.1234567890"


@pytest.mark.parametrize(
    ("copies", "found"),
    [(False, [LONG, "421.80"]), (True, ["12345678901234567000", "421.8"])],
    ids=["as recommended", "copy"],
)
def test_postgres_keeps_every_digit_unless_it_copies(
    postgres: Postgres, tmp_path: Path, *, copies: bool, found: list[str]
) -> None:
    """Docs/use/speed.md says so; where `use_copy` has become exact, it can be recommended."""
    amount = {"type": "string", "format": "x-singer.decimal"}
    schema = {"properties": {"id": {"type": "string"}, "amount": amount}}
    messages: list[Row] = [
        {"type": "SCHEMA", "stream": "rows", "schema": schema, "key_properties": ["id"]},
        {"type": "RECORD", "stream": "rows", "record": {"id": "a", "amount": LONG}},
        {"type": "RECORD", "stream": "rows", "record": {"id": "b", "amount": "421.80"}},
        {"type": "STATE", "value": {"at": 1}},
    ]
    lines = "\n".join(map(json.dumps, messages)).encode()
    name = f"digits_{copies}".lower()
    loader = {
        "sqlalchemy_url": postgres.url,
        "default_target_schema": name,
        "use_copy": copies,
        "validate_records": False,
    }
    load("target-postgres", Feed(lines), tmp_path, loader)
    rows = postgres.rows(f"select amount::text as it from {name}.rows order by id")
    assert [row["it"] for row in rows] == found
