"""Reports whose key the settings name: one row for each key in a real database, in both runs."""

from __future__ import annotations

import typing as t

from tests.e2e.feeds import Feed, assert_same, load
from tests.e2e.same_values import folded
from tests.support.taps import command, written

if t.TYPE_CHECKING:
    from pathlib import Path

    from postgres import Postgres

    from tap_payments.sandbox import Sandbox

SCHEMA = "report_keys"
STREAM = "tikpay_payments"
KEY = "paymentId"


def test_postgres_holds_one_row_for_each_key(
    sandbox: Sandbox, postgres: Postgres, tmp_path: Path
) -> None:
    config = sandbox.config("tikpay")
    config["tikpay"]["key_properties"] = {"PAYMENTS": [KEY]}
    loader = {"sqlalchemy_url": postgres.url, "default_target_schema": SCHEMA}
    feeds: list[Feed] = []
    options: list[str | Path] = []
    for hours in (0, 20):
        sandbox.clock.advance(hours=hours)
        done = command("--config", written(tmp_path, "config.json", config), *options)
        assert done.code == 0, done.stderr
        feed = Feed(done.stdout)
        assert feed.schemas[STREAM]["key_properties"] == ["_account", KEY]
        assert feed.records(STREAM)
        assert load("target-postgres", feed, tmp_path, loader) == feed.state
        feeds.append(feed)
        options = ["--state", written(tmp_path, "state.json", feed.state)]
    assert_same(feeds, lambda stream: postgres.rows(f"table {SCHEMA}.{stream}"), appends=False)
    keys = postgres.rows(
        "select column_name as name from information_schema.key_column_usage "
        f"where table_schema = '{SCHEMA}' and table_name = '{STREAM}'"
    )
    assert {folded(row["name"]) for row in keys} == {"account", folded(KEY)}
