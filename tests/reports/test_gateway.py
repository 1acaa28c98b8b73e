from __future__ import annotations

import pytest

from tap_payments.errors import QuotaSpent
from tap_payments.reports.gateway import MeteredGateway, RateLimited
from tap_payments.reports.quota import QuotaLedger
from tests.reports.api import Clock, ReportApi


def metered(api: ReportApi, *, limit: int = 20) -> MeteredGateway:
    clock = api.clock
    ledger = QuotaLedger(limit, clock=clock)
    return MeteredGateway(api, ledger, max_retry_wait=300, wait=clock.wait)


@pytest.fixture
def api() -> ReportApi:
    return ReportApi(Clock())


def test_every_request_is_counted_and_none_goes_out_beyond_the_limit(api: ReportApi) -> None:
    gateway = metered(api, limit=2)
    gateway.list_jobs()
    gateway.list_jobs()
    with pytest.raises(QuotaSpent, match="the quota of 2 requests in 24 hours is used up"):
        gateway.list_jobs()
    assert (gateway.spent, gateway.remaining, len(api.journal)) == (2, 0, 2)


def test_a_short_wait_is_obeyed_once(api: ReportApi) -> None:
    gateway = metered(api)
    api.on_list.extend([RateLimited(7), None, RateLimited(7)])
    gateway.list_jobs()
    assert api.clock.waits == [(7, "as the API asked with Retry-After")]
    with pytest.raises(QuotaSpent):
        gateway.list_jobs()
    assert len(api.clock.waits) == 1
    assert gateway.spent == 3


@pytest.mark.parametrize("retry_after", [None, 301])
def test_a_refusal_without_a_short_wait_ends_the_requests_of_the_run(
    api: ReportApi, retry_after: float | None
) -> None:
    gateway = metered(api)
    api.on_list.append(RateLimited(retry_after))
    for _ in range(2):
        with pytest.raises(QuotaSpent, match="the rest is left for a run after"):
            gateway.list_jobs()
    assert (api.journal, api.clock.waits, gateway.remaining) == (["list"], [], 0)


def test_what_is_deferred_says_when_it_can_go_on(api: ReportApi) -> None:
    gateway = metered(api)
    api.on_list.append(RateLimited(3600))
    with pytest.raises(QuotaSpent) as spent:
        gateway.list_jobs()
    assert spent.value.resumes_at is not None
    assert (spent.value.resumes_at - api.clock()).total_seconds() == 3600
