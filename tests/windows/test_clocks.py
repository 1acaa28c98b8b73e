"""By how much this machine's clock is ahead of a provider's, as the dates of answers tell."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tap_payments.windows.clocks import RECENT, ProviderClock
from tests.support.clock import NOW

NOTHING = timedelta(0)


def after(*leads: float) -> ProviderClock:
    """A clock that has seen answers whose dates were so many seconds behind this machine's."""
    clock = ProviderClock()
    for lead in leads:
        clock.compare(ours=NOW, theirs=NOW - timedelta(seconds=lead))
    return clock


@pytest.mark.parametrize("leads", [(), (0,), (60,), (-3600,), (59, 61, 60)])
def test_clocks_that_agree_within_a_minute_are_taken_for_right(leads: tuple[float, ...]) -> None:
    assert after(*leads).ahead == NOTHING


@pytest.mark.parametrize("lead", [61, 3600, 2 * 86400])
def test_one_that_is_further_ahead_is_told(lead: float) -> None:
    assert after(lead).ahead == timedelta(seconds=lead)


def test_one_answer_that_took_its_time_changes_nothing() -> None:
    assert after(1, 2, 500, 1).ahead == NOTHING
    assert after(3600, 3601, 0, 3602).ahead >= timedelta(hours=1)


def test_a_clock_that_is_set_meanwhile_is_believed_after_a_while() -> None:
    assert after(*[3600] * 100, *[0] * (RECENT // 2 + 1)).ahead == NOTHING
