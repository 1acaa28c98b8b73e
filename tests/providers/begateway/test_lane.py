"""What the passes of one payment method know of one another, and what they do not break."""

from __future__ import annotations

import copy

import pytest

from tests.providers.begateway.box import (
    STREAM,
    box,
    config,
    later,
    put,
    run,
    truth,
    uids,
    upserted,
)
from tests.support.taps import Row, discover, sync, watermarks

PAID = {"status": "successful", "paid_at": "2026-03-20T15:00:00Z"}
PASSES = ("created", "paid", "settled", "corrected")


def marks(state: Row) -> dict[str, str]:
    return {key[2]: mark for key, mark in watermarks(state, STREAM).items()}


def spoiled(state: Row, pass_: str) -> Row:
    """The state with a watermark that is no instant."""
    state = copy.deepcopy(state)
    for partition in state["bookmarks"][STREAM]["partitions"]:
        if partition["context"]["pass"] == pass_:
            partition["replication_key_value"] = "yesterday"
    return state


@pytest.mark.parametrize("pass_", PASSES)
def test_a_malformed_watermark_stops_its_own_series_alone(pass_: str) -> None:
    with box() as sandbox:
        put(sandbox, 1, "2026-01-19 10:00:00", ("2026-03-20 15:00:00", PAID))
        first = run(sandbox)
        put(sandbox, 2, "2026-03-20 14:00:00")
        later(sandbox, days=1)
        one_method = config(sandbox, payment_method_types=["credit_card"])
        done = sync(sandbox, one_method, state=spoiled(first.state, pass_))
        assert done.failed is not None
        assert done.failed.startswith(f"{STREAM} (account 'default', credit_card, {pass_}): ")
        assert "is not an instant" in done.failed
        assert "unexpected" not in "".join(done.log)
        new = marks(done.state)
        assert new.pop(pass_) == "yesterday"
        assert all(mark >= "2026-03-21" for mark in new.values()), new
        missing = {"created": {"uid-2"}, "paid": {"uid-1"}}.get(pass_, set())
        assert set(uids(done)) == {"uid-1", "uid-2"} - missing


def test_a_row_that_was_not_written_is_not_left_out_by_an_update_pass() -> None:
    """A stream map fails on it in `created`; the update pass that finds it must fail, too."""
    with box() as sandbox:
        first = run(sandbox)
        put(sandbox, 1, "2026-03-20 13:00:00", paid_at="2026-03-20T13:01:00Z", amount=0)
        later(sandbox, days=1)
        settings = config(sandbox, payment_method_types=["credit_card"])
        settings["stream_maps"] = {STREAM: {"share": "100 / amount"}}
        failing = sync(sandbox, settings, state=first.state)
        assert failing.failed is not None
        assert "created" in failing.failed
        assert "paid" in failing.failed
        assert failing.records(STREAM) == []
        assert marks(failing.state)["paid"] == marks(first.state)["paid"]
        mended = run(sandbox, failing.state)
        assert upserted(first, mended) == truth(sandbox)


@pytest.mark.parametrize("column", ["paid_at", "settled_at", "manually_corrected_at", "created_at"])
def test_a_row_comes_once_also_where_a_column_that_tells_its_changes_is_deselected(
    column: str,
) -> None:
    with box() as sandbox:
        first = run(sandbox)
        put(
            sandbox,
            1,
            "2026-03-20 13:00:00",
            paid_at="2026-03-20T13:01:00Z",
            settled_at="2026-03-20",
            manually_corrected_at="2026-03-20T14:00:00Z",
        )
        later(sandbox, days=1)
        settings = config(sandbox, payment_method_types=["credit_card"])
        catalog = discover(settings)
        for entry in catalog["streams"][0]["metadata"]:
            if entry["breadcrumb"] == ["properties", column]:
                entry["metadata"] |= {"inclusion": "available", "selected": False}
        second = sync(sandbox, settings, state=first.state, catalog=catalog)
        assert second.failed is None
        assert uids(second) == ["uid-1"]
        assert column not in second.records(STREAM)[0]


def test_a_payment_method_type_that_is_named_twice_is_read_once() -> None:
    with box() as sandbox:
        put(sandbox, 1, "2026-03-19 10:00:00")
        done = run(sandbox, payment_method_types=["credit_card", "credit_card"])
        assert uids(done) == ["uid-1"]
        assert len(done.state["bookmarks"][STREAM]["partitions"]) == len(PASSES)
