"""Starts of jobs: within the quota, the oldest first, and no request twice for a lost answer."""

from __future__ import annotations

from collections import Counter

import pytest

from tap_payments.errors import QuotaSpent, StreamFailed
from tests.reports.api import Clock, ReportApi
from tests.reports.runs import TYPES, Run, daily


@pytest.fixture
def api() -> ReportApi:
    return ReportApi(Clock())


def starts(api: ReportApi) -> list[str]:
    return [each.removeprefix("start ") for each in api.journal if each.startswith("start")]


def test_a_list_of_jobs_that_name_no_zone_needs_no_trial(api: ReportApi) -> None:
    api.listed_zone = None
    Run(api).deliver(*map(daily, TYPES))
    assert api.journal == ["list", *(f"start {name}" for name in TYPES), "list"]


def test_a_trial_goes_alone_where_the_list_is_empty(api: ReportApi) -> None:
    api.is_new = True
    Run(api).deliver(*map(daily, TYPES))
    assert api.journal[:3] == ["list", "start CUSTOMERS", "list"]
    assert Counter(starts(api)) == Counter(TYPES)


def test_one_trial_is_enough_where_lists_never_name_the_zone(api: ReportApi) -> None:
    api.is_new, api.listed_zone = True, None
    Run(api).deliver(*map(daily, TYPES))
    first, *others = TYPES
    starts_of_others = [f"start {name}" for name in others]
    assert api.journal == ["list", f"start {first}", "list", *starts_of_others, "list"]


def test_trials_that_are_refused_are_not_looked_for(api: ReportApi) -> None:
    api.is_new = True
    api.on_start.extend(StreamFailed("answered 403") for _ in TYPES)
    results = Run(api).deliver(*map(daily, TYPES))
    assert all(isinstance(found, StreamFailed) for found in results.values())
    assert api.journal == ["list", *(f"start {name}" for name in TYPES)]


def test_a_start_whose_answer_was_lost_is_looked_for_before_it_is_repeated(api: ReportApi) -> None:
    api.on_start.extend(["made, then lost", "lost"])
    run = Run(api)
    results = run.deliver(*map(daily, TYPES))
    assert all(isinstance(found, list) for found in results.values())
    assert Counter(starts(api)) == {"CUSTOMERS": 1, "PAYMENTS": 2, "TAPS": 1, "TRIPS": 1}
    assert len(api.made) == len(TYPES)


def test_after_two_requests_without_an_answer_the_stream_fails(api: ReportApi) -> None:
    api.on_start.extend(["lost"] * 9)
    failure = Run(api).fail_one(daily())
    assert isinstance(failure, StreamFailed)
    assert str(failure) == (
        "TAPS report asked for in vain: no answer came to the request for it, and no job appeared"
    )
    assert starts(api) == ["TAPS"] * 2


def test_one_request_is_kept_for_a_look_and_the_rest_is_deferred(api: ReportApi) -> None:
    results = Run(api, limit=4).deliver(*map(daily, TYPES))
    assert len(starts(api)) == 2
    deferred = [each for each in results.values() if isinstance(each, QuotaSpent)]
    assert len(deferred) == 2
    assert len(api.journal) <= 4


def test_a_refused_start_ends_its_type_and_no_other(api: ReportApi) -> None:
    api.on_start.append(StreamFailed("POST /v1/generate-report answered 403"))
    results = Run(api).deliver(*map(daily, TYPES))
    failed = {name for name, found in results.items() if isinstance(found, StreamFailed)}
    assert failed == {"CUSTOMERS"}


def test_after_a_refused_window_its_type_asks_for_no_later_one(api: ReportApi) -> None:
    api.on_start.append(StreamFailed("answered 403"))
    need = daily("TAPS", watermark=None)
    run = Run(api, window_days=30)
    run.deliver(need, daily("TRIPS"))
    assert starts(api) == ["TAPS", "TRIPS"]
