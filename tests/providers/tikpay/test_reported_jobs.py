"""What becomes of report jobs: expired links, no data, failures, jobs of an earlier run."""

from __future__ import annotations

import pytest

from tap_payments.reports.planning import REMEMBERED
from tap_payments.sandbox import Fault
from tests.providers.tikpay.box import (
    HORIZON,
    STREAMS,
    asked,
    box,
    config,
    later,
    started,
)
from tests.providers.tikpay.reports_box import read
from tests.support.taps import state_of, sync, watermarks


def test_a_link_that_has_expired_is_refreshed_once() -> None:
    with box() as sandbox:
        sandbox.faults.add(Fault.parse("tikpay-downloads:403"))
        done = read(sandbox, b"tapId\n1\n")
        assert done.failed is None
        assert asked(sandbox)[-1] == "GET /v1/report-jobs-list"
    with box() as sandbox:
        sandbox.faults.add(Fault.parse("tikpay-downloads:403:times=2"))
        done = read(sandbox, b"tapId\n1\n")
        assert done.failed is not None
        assert "X-Signature" not in done.failed + "".join(done.log)


def test_no_data_moves_the_watermark() -> None:
    with box() as sandbox:
        sandbox.tikpay.outcomes = ["NO_DATA"]
        done = read(sandbox, None)
        assert done.failed is None
        assert watermarks(done.state, "tikpay_taps") == {"default": HORIZON}


def test_a_failed_job_is_started_once_more_and_then_fails_its_stream() -> None:
    with box() as sandbox:
        sandbox.tikpay.outcomes = ["FAILED"]
        assert read(sandbox, b"tapId\n1\n").failed is None
        assert len(started(sandbox)) == 2
    with box() as sandbox:
        sandbox.tikpay.outcomes = ["FAILED", "FAILED"]
        done = read(sandbox, b"tapId\n1\n")
        assert done.failed is not None
        assert watermarks(done.state, "tikpay_taps") == {}


@pytest.mark.parametrize("outcome", ["NO_URL", "WEIRD"])
def test_a_job_that_nobody_understands_fails_its_stream_alone(outcome: str) -> None:
    with box() as sandbox:
        sandbox.tikpay.outcomes = [outcome]
        done = sync(sandbox, config(sandbox))
        assert done.failed is not None
        job = next(job for job in sandbox.tikpay.jobs if job.outcome == outcome)
        assert job.id in done.failed
        assert sum(bool(done.records(stream)) for stream in STREAMS) == 3


def test_a_job_of_an_earlier_run_covers_to_its_creation_only() -> None:
    with box() as sandbox:
        created = sandbox.clock.now()
        sandbox.tikpay.start_job(
            "main", "TAPS", "2026-03-01T00:00:00", "2027-01-01T00:00:00", at=created
        )
        later(sandbox, hours=30)
        done = read(sandbox, b"tapId\n1\n")
        # `createdAt` may be local or UTC: the earlier reading counts. The rest is asked for, with
        # the two days of lookback before it.
        assert [job["startTime"] for job in started(sandbox)] == ["2026-03-18T12:00:00"]
        ends = {row["_window_until"] for row in done.records("tikpay_taps")}
        assert ends == {"2026-03-20T01:30:00.000000Z", "2026-03-21T07:00:00.000000Z"}
        assert watermarks(done.state, "tikpay_taps") == {"default": max(ends)}


@pytest.mark.parametrize("fault", ["429", "500:times=9"])
def test_what_was_started_is_remembered_however_the_reading_ends(fault: str) -> None:
    with box() as sandbox:
        sandbox.tikpay.outcomes = ["FAILED"]
        sandbox.faults.add(Fault.parse(f"tikpay:{fault}:path=/v1/report-jobs-list:after=2"))
        done = read(sandbox, None)
        assert done.records("tikpay_taps") == []
        first, again = (job.id for job in sandbox.tikpay.jobs)
        [bookmark] = done.state["bookmarks"]["tikpay_taps"]["partitions"]
        assert set(bookmark[REMEMBERED]) == {first, again}


@pytest.mark.parametrize("made", ["9999-12-31T23:59:59Z", "0001-01-01T00:00:00+14:00", "soon", 5])
def test_what_a_state_remembers_wrongly_is_no_job(made: object) -> None:
    with box() as sandbox:
        state = state_of("tikpay_taps", "2026-03-19T01:00:00Z")
        state["bookmarks"]["tikpay_taps"]["partitions"][0][REMEMBERED] = {"JOB": made}
        done = read(sandbox, b"tapId\n1\n", state)
        assert done.failed is None
        assert watermarks(done.state, "tikpay_taps") == {"default": HORIZON}


def test_a_start_that_is_forbidden_is_asked_for_once() -> None:
    with box() as sandbox:
        sandbox.faults.add(Fault.parse("tikpay:403:path=/v1/generate-report:times=9"))
        done = sync(sandbox, config(sandbox))
        assert done.failed is not None
        assert all(stream in done.failed for stream in STREAMS)
        assert done.failed.count("answered 403") == 1
        assert len(asked(sandbox)) == 2
