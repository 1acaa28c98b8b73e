"""A machine whose clock is ahead of the provider's: what is committed, and that nothing is lost."""

from __future__ import annotations

import json
import typing as t
from datetime import timedelta

import pytest

from tap_payments.sandbox import Clock, Sandbox
from tests.support.clock import NOW
from tests.support.clock import Clock as Standing
from tests.support.taps import settings, spelled, state_of, sync, watermarks

if t.TYPE_CHECKING:
    from pathlib import Path

    from tests.support.commands import Commands

STREAMS = {
    "zimpler": ("zimpler_transactions", "2026-03-20T00:00:00.000000Z"),
    "spacivox": ("spacivox_payment_transactions", "2026-03-20T11:55:00.000000Z"),
}
each = pytest.mark.parametrize("provider", STREAMS)


def box() -> Sandbox:
    """Days of generated rows, some of which appear late."""
    return Sandbox(seed=4, days=8, accounts=1, clock=Clock(NOW, frozen=True))


def ahead(by: timedelta) -> Standing:
    """This machine's clock."""
    return Standing(NOW + by)


@each
@pytest.mark.parametrize("by", [timedelta(seconds=90), timedelta(hours=5), timedelta(days=2)])
def test_windows_are_committed_by_the_providers_clock(provider: str, by: timedelta) -> None:
    stream, settled = STREAMS[provider]
    with box() as sandbox:
        run = sync(ahead(by), settings(sandbox, provider))
        assert run.failed is None
        assert watermarks(run.state, stream) == {"default": settled}
        (warning,) = run.logged("WARNING", "clock is", "ahead of the provider's")
        assert f"{by} ahead" in warning
        assert spelled(run.rows(stream)) == spelled(sandbox.apis[provider].rows("main"))


@each
@pytest.mark.parametrize("by", [timedelta(0), timedelta(seconds=55), -timedelta(days=2)])
def test_clocks_that_agree_and_one_that_is_behind_change_nothing(
    provider: str, by: timedelta
) -> None:
    with box() as sandbox:
        run = sync(ahead(by), settings(sandbox, provider))
        assert run.failed is None
        assert not run.logged("clock is")


@each
def test_what_comes_until_the_clock_is_set_is_not_lost(provider: str) -> None:
    stream, _ = STREAMS[provider]
    with box() as sandbox:
        first = sync(ahead(timedelta(days=2)), settings(sandbox, provider))
        sandbox.clock.advance(days=1)
        second = sync(sandbox, settings(sandbox, provider), state=first.state)
        assert second.failed is None
        truth = sandbox.apis[provider].rows("main")
        union = {json.dumps(row, sort_keys=True) for run in (first, second)
                 for row in run.rows(stream)}  # fmt: skip
        assert {json.dumps(row, sort_keys=True) for row in truth} <= union


def test_a_window_that_is_not_over_by_the_providers_clock_has_no_row_of_its_own() -> None:
    with box() as sandbox:
        config = settings(sandbox, "spacivox", "2026-03-18") | {"sync_windows": True}
        run = sync(ahead(timedelta(days=2)), config)
        ends = [row["window_until"] for row in run.records("sync_windows")]
        assert max(ends) <= "2026-03-20T11:55:00.000000Z"


def test_the_update_passes_begin_by_the_providers_clock() -> None:
    with box() as sandbox:
        run = sync(ahead(timedelta(days=2)), settings(sandbox, "begateway"))
        assert run.failed is None
        marks = [
            each["replication_key_value"]
            for each in run.state["bookmarks"]["begateway_transactions"]["partitions"]
        ]
        assert len(marks) == 8
        assert max(marks) == "2026-03-20T11:55:00.000000Z"


@each
def test_a_watermark_in_the_future_is_warned_of_and_stays(provider: str) -> None:
    stream, _ = STREAMS[provider]
    future = "2026-03-25T00:00:00.000000Z"
    with box() as sandbox:
        run = sync(sandbox, settings(sandbox, provider), state=state_of(stream, future))
        assert len(run.logged("WARNING", stream, "lies in the future", future)) == 1
        assert watermarks(run.state, stream) == {"default": future}


def test_the_command_says_it_on_the_screen(commands: Commands, tmp_path: Path) -> None:
    with Sandbox(seed=4, days=4, accounts=1, clock=Clock(offset=-timedelta(days=2))) as sandbox:
        path = tmp_path / "config.json"
        path.write_text(json.dumps(sandbox.config("spacivox")))
        done = commands("--config", path)
        assert done.code == 0
        assert done.stderr.count("ahead of the provider's") == 1
        (mark,) = watermarks(done.run.state, STREAMS["spacivox"][0]).values()
        assert mark <= f"{sandbox.clock.now():%Y-%m-%dT%H:%M:%S}"


def test_a_report_job_covers_what_was_before_its_request_by_the_providers_clock() -> None:
    """The state remembers when a job was asked for: later runs go by that."""
    with box() as sandbox:
        config = settings(sandbox, "tikpay", "2026-03-16", max_wait=1)
        run = sync(ahead(timedelta(days=1)), config)
        assert run.failed is None
        jobs = {
            job: made
            for stream in ("tikpay_taps", "tikpay_payments")
            for partition in run.state["bookmarks"][stream]["partitions"]
            for job, made in partition["report_jobs"].items()
        }
        assert len(jobs) >= 2
        assert all(f"{NOW:%Y-%m-%dT%H:%M}" <= made < "2026-03-20T13" for made in jobs.values())
