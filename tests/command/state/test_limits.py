"""State at its limits: watermarks and dates that lie before or behind each other, full tables."""

from __future__ import annotations

import pytest
from singer_sdk.exceptions import ConfigValidationError

from tests.support.state_box import ENDS, STREAMS, asked_from, both, box
from tests.support.taps import discover, settings, spelled, state_of, sync, watermarks


@pytest.mark.parametrize("ahead", ["2026-03-21T00:00:00.000000Z", "2099-01-01T00:00:00.000000Z"])
@both
def test_a_watermark_later_than_the_horizon_stays_and_the_lookback_is_read(
    provider: str, ahead: str
) -> None:
    with box() as sandbox:
        state = state_of(STREAMS[provider], ahead)
        run = sync(sandbox, settings(sandbox, provider, lookback_days=2), state=state)
        assert run.failed is None
        assert run.states == [state]
        assert asked_from(sandbox, provider) == "2026-03-18"
        assert len(run.records(STREAMS[provider])) > 0


@both
def test_a_watermark_later_than_the_end_date_stays(provider: str) -> None:
    with box() as sandbox:
        state = state_of(STREAMS[provider], "2026-03-18T00:00:00.000000Z")
        config = settings(sandbox, provider, lookback_days=1) | {"end_date": "2026-03-16"}
        run = sync(sandbox, config, state=state)
        assert run.failed is None
        assert run.states == [state]
        assert asked_from(sandbox, provider) == "2026-03-15"
        cursor = {"zimpler": "approved_at", "spacivox": "timestamp"}[provider]
        assert max(row[cursor] for row in run.rows(STREAMS[provider])) < "2026-03-16"


@both
def test_a_start_date_later_than_the_watermark_wins_and_the_gap_is_named(provider: str) -> None:
    with box() as sandbox:
        state = state_of(STREAMS[provider], "2026-03-14T00:00:00.000000Z")
        run = sync(sandbox, settings(sandbox, provider, "2026-03-17"), state=state)
        assert run.failed is None
        assert asked_from(sandbox, provider) == "2026-03-17"
        (warning,) = run.logged("WARNING", "start_date")
        for word in (STREAMS[provider], "default", "2026-03-14T", "2026-03-17T"):
            assert word in warning
        assert watermarks(run.state, STREAMS[provider]) == {"default": ENDS[provider]}


@both
def test_a_start_date_before_the_watermark_is_no_reason_to_warn(provider: str) -> None:
    with box() as sandbox:
        state = state_of(STREAMS[provider], "2026-03-19T00:00:00.000000Z")
        run = sync(sandbox, settings(sandbox, provider, "2026-03-19"), state=state)
        assert not run.logged("WARNING")
        assert asked_from(sandbox, provider) == "2026-03-19"


@both
def test_a_start_date_in_the_future_is_refused(provider: str) -> None:
    with box() as sandbox, pytest.raises(ConfigValidationError) as refusal:
        sync(sandbox, settings(sandbox, provider, "2026-04-01"))
    assert refusal.value.errors == ["start_date: lies in the future: there is nothing to read yet"]
    assert list(sandbox.journal) == []


@both
def test_a_catalog_that_forces_a_full_table_reads_everything_and_writes_no_watermark(
    provider: str,
) -> None:
    stream = STREAMS[provider]
    with box() as sandbox:
        config = settings(sandbox, provider)
        catalog = discover(config)
        for entry in catalog["streams"]:
            entry["replication_method"] = "FULL_TABLE"
            for each in entry["metadata"]:
                if not each["breadcrumb"]:
                    each["metadata"]["selected"] = True
        first = sync(sandbox, config, catalog=catalog)
        assert first.failed is None
        assert first.states == []
        state = state_of(stream, "2026-03-18T00:00:00.000000Z")
        second = sync(sandbox, config, catalog=catalog, state=state)
        assert second.states == [state]
        truth = sandbox.apis[provider].rows("main")
        for run in (first, second):
            assert spelled(run.rows(stream)) == spelled(truth)
        assert asked_from(sandbox, provider) == "2026-03-12"
