"""A rolling limit: what is left, and when there is more."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from tap_payments.reports.quota import QuotaLedger

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
NOW = datetime(2026, 3, 10, 2, 17, tzinfo=UTC)


class Clock:
    """A clock that a test moves."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        """The time."""
        return self.now


def prove(ledger: QuotaLedger, *made: datetime) -> None:
    for number, instant in enumerate(made):
        ledger.prove(f"JOB{number}", instant)


def test_requests_count_for_a_day() -> None:
    clock = Clock()
    ledger = QuotaLedger(2, clock=clock)
    ledger.spend()
    clock.now += HOUR
    ledger.spend()
    assert (ledger.remaining, ledger.spend(), ledger.limit) == (0, False, 2)
    assert ledger.free_at() == NOW + DAY
    assert ledger.free_at(2) == NOW + HOUR + DAY
    clock.now = NOW + DAY
    assert ledger.remaining == 1
    assert ledger.free_at() == clock.now


def test_what_the_provider_proves_counts_too_as_it_was_proven_last() -> None:
    ledger = QuotaLedger(5, clock=Clock())
    ledger.spend()
    prove(ledger, NOW - HOUR, NOW - 2 * HOUR, NOW - 25 * HOUR)
    assert ledger.remaining == 2
    prove(ledger, NOW - 24 * HOUR)
    assert ledger.remaining == 3


def test_a_job_that_this_process_started_is_counted_once() -> None:
    ledger = QuotaLedger(5, clock=Clock())
    assert ledger.spend()
    ledger.started("JOB0")
    prove(ledger, NOW)
    assert ledger.remaining == 4


def test_threads_that_share_a_key_never_spend_more_than_there_is() -> None:
    ledger = QuotaLedger(50, clock=Clock())
    with ThreadPoolExecutor(8) as pool:
        spent = list(pool.map(lambda _: ledger.spend(), range(400)))
    assert sum(spent) == 50


def test_more_than_the_limit_on_record_is_nothing_left() -> None:
    ledger = QuotaLedger(2, clock=Clock())
    prove(ledger, *(NOW - HOUR * hours for hours in range(1, 6)))
    assert ledger.remaining == 0
    assert ledger.free_at() == NOW - 2 * HOUR + DAY


def test_a_refusal_blocks_until_the_time_that_it_gives() -> None:
    clock = Clock()
    ledger = QuotaLedger(20, clock=clock)
    ledger.block(3 * 3600)
    assert ledger.remaining == 0
    assert ledger.free_at() == NOW + 3 * HOUR
    clock.now += 3 * HOUR
    assert ledger.remaining == 20


def test_a_refusal_without_a_time_blocks_until_the_oldest_request_on_record_is_a_day_old() -> None:
    ledger = QuotaLedger(20, clock=Clock())
    ledger.spend()
    prove(ledger, NOW - 5 * HOUR)
    ledger.block(None)
    assert ledger.free_at() == NOW - 5 * HOUR + DAY


def test_more_requests_than_the_limit_are_free_when_all_are() -> None:
    ledger = QuotaLedger(1, clock=Clock())
    ledger.spend()
    assert ledger.free_at(2) == NOW + DAY


def test_an_empty_ledger_is_free_now() -> None:
    assert QuotaLedger(1, clock=Clock()).free_at() == NOW


@given(st.lists(st.integers(0, 30 * 60), max_size=40), st.integers(1, 20), st.integers(1, 3))
def test_at_the_time_that_it_names_so_many_requests_are_left(
    ages: list[int], limit: int, requests: int
) -> None:
    clock = Clock()
    ledger = QuotaLedger(limit, clock=clock)
    prove(ledger, *(NOW - timedelta(minutes=age) for age in ages))
    at = ledger.free_at(requests)
    clock.now = at
    assert ledger.remaining >= min(requests, limit)
    if at > NOW:
        clock.now = at - timedelta(seconds=1)
        assert ledger.remaining < requests
