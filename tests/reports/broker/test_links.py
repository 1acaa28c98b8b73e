"""Links to files that are gone: one look at the list has fresh ones, and says more than that."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tap_payments.errors import StreamFailed
from tests.reports.api import Clock, ReportApi
from tests.reports.runs import HOUR, Run, daily


@pytest.fixture
def api() -> ReportApi:
    return ReportApi(Clock())


def test_a_link_that_is_gone_takes_one_look_for_a_fresh_one(api: ReportApi) -> None:
    run = Run(api)
    [delivery] = run.deliver_one(daily())
    before = len(run.journal)
    api.links_gone = 1
    assert run.broker.open(delivery).read() == b"JOB0001"
    assert run.journal[before:] == ["list"]
    api.links_gone = 2
    with pytest.raises(StreamFailed, match=r"^the file of report job JOB0001 is refused, and"):
        run.broker.open(delivery)
    assert run.journal[before:] == ["list", "list"]


def test_what_a_look_for_a_fresh_link_finds_missing_is_asked_for_in_its_turn(
    api: ReportApi,
) -> None:
    api.make_utc(
        "PAYMENTS", "2026-03-01T00:00:00", "2026-03-10T02:00:00", created="2026-03-10T02:10:00"
    )
    api.make_utc("TAPS", "2026-03-01T00:00:00", "2026-03-10T02:00:00", outcome="FAILED")
    run = Run(api)
    run.broker.plan([daily("PAYMENTS"), daily("TAPS")])
    [ready] = run.broker.reports("PAYMENTS")
    api.clock.now += timedelta(minutes=1)
    api.links_gone = 1
    run.broker.open(ready).close()
    assert run.journal == ["list", "list"]
    [delivery] = run.broker.reports("TAPS")
    assert (delivery.job.job_id, delivery.until) == ("JOB0003", HOUR)
