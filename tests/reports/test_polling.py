"""When jobs are looked at: intervals that double, a budget, and a last look."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from tap_payments.reports.polling import PollSchedule

NOW = datetime(2026, 3, 10, 2, 17, tzinfo=UTC)


def polls(schedule: PollSchedule, now: datetime, *, spent: int, quota: int = 100) -> list[float]:
    """The waits of a run whose jobs never end."""
    waits: list[float] = []
    while True:
        seconds = schedule.poll(now, min(schedule.left(spent), quota))
        if seconds is None:
            return waits
        now += timedelta(seconds=seconds)
        spent, quota = spent + 1, quota - 1
        waits.append(seconds)


def schedule(interval: int = 30, max_wait: int = 1800) -> PollSchedule:
    return PollSchedule(interval, max_wait, NOW)


def test_intervals_double_up_to_ten_minutes_and_the_last_look_is_when_patience_ends() -> None:
    assert polls(schedule(), NOW, spent=1) == [30, 60, 120, 240, 480, 600, 270]


def test_a_run_that_asked_for_four_reports_is_left_four_looks() -> None:
    assert polls(schedule(), NOW, spent=5) == [30, 60, 120, 1590]


def test_a_run_that_has_spent_its_budget_is_owed_three_looks() -> None:
    assert polls(schedule(), NOW, spent=17) == [30, 60, 1710]


def test_a_run_looks_no_more_often_than_the_quota_allows() -> None:
    assert polls(schedule(), NOW, spent=1, quota=2) == [30, 1770]


def test_what_is_started_once_more_has_the_whole_time_and_three_looks_of_its_own() -> None:
    made = schedule(interval=1, max_wait=60)
    assert polls(made, NOW, spent=9) == [1, 2, 57]
    later = NOW + timedelta(seconds=60)
    made.restart(later)
    assert polls(made, later, spent=11) == [1, 2, 57]


def test_without_patience_there_is_no_look() -> None:
    assert polls(schedule(max_wait=0), NOW, spent=1) == []


def test_no_patience_is_longer_than_jobs_are_kept() -> None:
    waits = polls(schedule(interval=10**15, max_wait=10**15), NOW, spent=17)
    assert waits[:2] == [600, 600]
    assert sum(waits) == timedelta(days=7).total_seconds()


def test_after_a_long_download_one_look_is_due_at_once() -> None:
    made = schedule()
    assert made.poll(NOW, made.left(5)) == 30
    assert polls(made, NOW + timedelta(hours=2), spent=6) == [0]


def test_an_interval_that_has_passed_in_the_meantime_is_not_waited_for() -> None:
    made = schedule()
    assert made.poll(NOW + timedelta(seconds=20), made.left(5)) == 10
