"""The names of shards: fit for files, and one for each."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tap_payments.backfill.shards import shard_id
from tap_payments.windows.instants import DAY

START = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize("account", ["main", "Größe", "a/b", "../../etc", "a b", "a.b", "a-b", ""])
def test_ids_are_fit_for_file_names(account: str) -> None:
    name = shard_id("zimpler_transactions", account, START, START + DAY)
    assert name.startswith("zimpler_transactions.")
    assert name.endswith(".20260101T000000Z-20260102T000000Z")
    assert set(name) <= set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-")
    assert "/" not in name
    assert ".." not in name.replace("..", "", account == "")


@given(st.text("a-/ä.", max_size=2), st.text("a-/ä.", max_size=2))
def test_ids_tell_accounts_apart(one: str, two: str) -> None:
    names = [shard_id("s", account, START, START + DAY) for account in (one, two)]
    assert (names[0] == names[1]) is (one == two)
