"""Which passes a run makes: by its settings, by what the PSP refuses, by its watermarks."""

from __future__ import annotations

from tests.providers.begateway.box import (
    HORIZON,
    STREAM,
    asked,
    box,
    config,
    later,
    put,
    run,
    truth,
    uids,
    upserted,
)
from tests.support.taps import discover, sync, watermarks

PAID = {"status": "successful", "paid_at": "2026-03-20T15:00:00Z"}
SETTLED = {"settled_at": "2026-03-20"}


def test_without_track_updates_only_new_rows_are_read() -> None:
    with box() as sandbox:
        put(sandbox, 1, "2026-01-19 10:00:00", ("2026-03-20 15:00:00", PAID))
        first = run(sandbox, track_updates=False)
        later(sandbox, days=1)
        assert uids(run(sandbox, first.state, track_updates=False)) == []
        assert [key[2] for key in watermarks(first.state, STREAM)] == ["created"]


def test_updates_that_are_tracked_later_start_where_the_rows_were_read() -> None:
    with box() as sandbox:
        put(sandbox, 1, "2026-01-19 10:00:00", ("2026-03-20 15:00:00", PAID))
        first = run(sandbox, track_updates=False)
        later(sandbox, days=1)
        second = run(sandbox, first.state)
        later(sandbox, days=1)
        third = run(sandbox, second.state)
        assert upserted(first, second, third) == truth(sandbox)


def test_a_plain_backfill_and_a_normal_run_days_later_miss_nothing() -> None:
    with box() as sandbox:
        put(sandbox, 1, "2026-01-19 10:00:00", ("2026-03-22 15:00:00", PAID))
        put(sandbox, 2, "2026-03-18 10:00:00", ("2026-03-22 15:00:00", SETTLED))
        settings = config(sandbox, payment_method_types=["credit_card"])
        backfill = sync(sandbox, settings | {"end_date": "2026-03-01"})
        assert uids(backfill) == ["uid-1"]
        marks = {key[2]: mark for key, mark in watermarks(backfill.state, STREAM).items()}
        assert marks["created"] == "2026-03-01T00:00:00.000000Z"
        assert marks["paid"] == HORIZON
        assert {params["date_type"] for params in asked(sandbox)} == {"created_at"}
        later(sandbox, days=5)
        normal = run(sandbox, backfill.state)
        assert upserted(backfill, normal) == truth(sandbox)


def test_a_forced_full_table_reads_new_rows_only_and_sets_no_watermark() -> None:
    with box() as sandbox:
        put(sandbox, 1, "2026-01-19 10:00:00", paid_at="2026-03-19T10:00:00Z")
        catalog = discover(config(sandbox))
        for stream in catalog["streams"]:
            stream["replication_method"] = "FULL_TABLE"
            stream["replication_key"] = None
        settings = config(sandbox, payment_method_types=["credit_card"])
        done = sync(sandbox, settings, catalog=catalog)
        assert uids(done) == ["uid-1"]
        assert done.states == []


def test_a_method_that_the_psp_refuses_is_named_and_the_others_go_on() -> None:
    with box() as sandbox:
        put(sandbox, 1, "2026-03-19 10:00:00")
        sandbox.begateway.payment_method_types = ("credit_card",)
        done = sync(sandbox, config(sandbox, payment_method_types=["erip", "credit_card"]))
        assert uids(done) == ["uid-1"]
        assert done.failed is not None
        assert "erip, created" in done.failed
        assert "422" in done.failed
        assert "payment_method_types" in done.failed
        assert {key[1] for key in watermarks(done.state, STREAM)} == {"credit_card"}
