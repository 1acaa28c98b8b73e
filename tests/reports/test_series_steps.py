"""One series, step by step: what it makes of each look at the job list."""

from __future__ import annotations

import typing as t
from datetime import timedelta

import pytest

from tap_payments.errors import QuotaSpent, StreamFailed
from tap_payments.reports.job_list import JobList
from tap_payments.reports.jobs import State
from tap_payments.reports.series import ReportSeries
from tests.reports.api import Clock, ReportApi
from tests.reports.runs import HOUR, SYDNEY, WATERMARK, Run, daily

if t.TYPE_CHECKING:
    from tap_payments.reports.jobs import ReportJob

DAY = timedelta(days=1)


class Step:
    """A series, and the job list that it looks at."""

    def __init__(self) -> None:
        self.api = ReportApi(Clock())
        self.jobs = JobList(SYDNEY, warn=self.fail)
        self.notes: list[str] = []
        self.series = ReportSeries(daily(), SYDNEY, 366 * DAY, self.notes.append)
        self.look()

    def look(self) -> None:
        """Looks at the list as it is now."""
        self.jobs.update(self.api.list_jobs(lambda: None))
        self.series.look(self.jobs, self.api.clock())

    def begin(self) -> ReportJob:
        """Starts what is planned."""
        [report] = self.series.reports(State.PLANNED)
        assert report.request is not None
        made = self.api.clock()
        self.series.begin(report, self.api.start(report.request, lambda: None), made)
        self.look()
        found = self.jobs.find(report.job_id)
        assert found is not None
        return found

    def states(self) -> list[State]:
        """The states of all reports, in order of time."""
        return [each.state for each in self.series.reports(*State)]

    def fail(self, message: str) -> t.NoReturn:
        """Nothing is warned of here."""
        raise AssertionError(message)


def test_a_report_goes_from_the_plan_to_its_delivery() -> None:
    step = Step()
    assert step.states() == [State.PLANNED]
    step.begin()
    assert step.states() == [State.MAKING]
    step.api.clock.now += timedelta(minutes=1)
    step.look()
    [report] = step.series.reports(State.READY)
    assert step.series.next() is report
    assert (report.covers.since, report.covers.until) == (WATERMARK - 2 * DAY, HOUR)
    [ready] = step.series.hand_out(report)
    assert (ready.since, ready.until) == report.covers
    assert step.series.next() is None
    step.look()
    assert step.states() == [State.DELIVERED]


def test_a_job_that_fails_is_asked_for_once_more_and_then_the_series_fails() -> None:
    step = Step()
    step.api.outcomes.extend(["FAILED", "FAILED"])
    first = step.begin()
    step.api.clock.now += timedelta(minutes=1)
    step.look()
    assert step.states() == [State.LOST, State.PLANNED]
    [planned] = step.series.reports(State.PLANNED)
    assert planned.why.split("; ")[1:] == [f"report job {first.job_id} has the status FAILED"]
    second = step.begin()
    step.api.clock.now += timedelta(minutes=1)
    step.look()
    assert step.states() == [State.LOST, State.LOST]
    failure = step.series.next()
    assert isinstance(failure, StreamFailed)
    assert str(failure) == (
        f"TAPS report asked for in vain: report job {first.job_id} has the status FAILED; "
        f"report job {second.job_id} has the status FAILED"
    )


def test_a_lost_answer_is_claimed_by_the_new_job_that_answers_its_request() -> None:
    step = Step()
    [report] = step.series.reports(State.PLANNED)
    assert report.request is not None
    made = step.api.clock()
    step.api.start(report.request, lambda: None)
    step.series.lose_answer(report, made)
    step.look()
    assert (report.state, report.job_id) == (State.MAKING, "JOB0001")
    assert step.series.started == {"JOB0001": made}


def test_the_jobs_that_the_tap_started_are_remembered_for_a_week() -> None:
    step = Step()
    job = step.begin()
    made = step.api.clock()
    assert step.series.remembered(made + 7 * DAY - timedelta(seconds=1)) == {job.job_id: made}
    assert step.series.remembered(made + 7 * DAY) == {}


@pytest.mark.parametrize("why", [QuotaSpent("x"), StreamFailed("x")])
def test_a_series_that_has_an_end_asks_for_nothing_beyond_it(why: Exception) -> None:
    step = Step()
    [report] = step.series.planned()
    step.series.end(report.covers.since, why)
    assert step.series.planned() == []
    step.look()
    assert step.states() == []
    assert step.series.next() is why
    assert step.series.behind() == (
        "what is before 2026-03-09T02:00:00.000000Z is delivered, 24 h are not"
    )


def test_the_earliest_end_counts_and_what_is_before_it_is_still_had() -> None:
    step = Step()
    step.begin()
    early, late = StreamFailed("early"), StreamFailed("late")
    for since, why in ((HOUR, late), (HOUR - DAY, early), (HOUR, late)):
        step.series.end(since, why)
    step.api.clock.now += timedelta(minutes=1)
    step.look()
    [report] = step.series.reports(State.READY)
    assert step.series.next() is report
    step.api.made[0].end -= 2 * DAY
    step.look()
    list(step.series.hand_out(report))
    assert step.series.next() is early


# What the log says of it


def test_what_is_read_anew_between_two_gaps_is_named() -> None:
    api = ReportApi(Clock())
    api.make_utc(
        "TAPS", "2026-03-08T00:00:00", "2026-03-09T12:00:00", created="2026-03-09T13:00:00"
    )
    run = Run(api)
    run.deliver_one(daily())
    assert run.journal.count("start TAPS") == 1
    assert "what report job JOB0001 covers is read anew" in run.notes[-1]


def test_a_job_of_an_earlier_run_that_is_gone_is_named() -> None:
    run = Run(ReportApi(Clock()))
    run.deliver_one(daily(started={"GONE": HOUR, "LONG": WATERMARK - DAY}))
    assert "report job GONE is no longer in the list of jobs" in run.notes[-1]
    assert "LONG" not in run.notes[-1]
