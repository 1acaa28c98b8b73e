"""The reports that one run takes for one type: new ones only where no job covers the need.

After each look at the job list the same subtraction is made anew: a job that FAILED, expired, or
was made for other bounds than asked is simply no cover any more.
"""

from __future__ import annotations

import typing as t

from tap_payments.errors import StreamFailed
from tap_payments.reports.coverage import (
    KEPT,
    coverage_of_job,
    created_at,
    is_expired,
    outdated_of,
)
from tap_payments.reports.jobs import COVERING, ReadyReport, Report, ReportStatus, State
from tap_payments.reports.planning import offers, preference
from tap_payments.windows.instants import format_instant
from tap_payments.windows.intervals import Interval, Intervals, twice

if t.TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from datetime import datetime, timedelta
    from zoneinfo import ZoneInfo

    from tap_payments.reports.job_list import JobList
    from tap_payments.reports.planning import Offer, ReportNeed


class End(t.NamedTuple):
    """From where on nothing is had in this run, and why."""

    since: datetime
    why: Exception


class ReportSeries:
    """The reports of one type in one run."""

    def __init__(
        self, need: ReportNeed, zone: ZoneInfo, step: timedelta, note: Callable[[str], None]
    ) -> None:
        self.need = need
        self.started = dict(need.started)
        """The jobs that the tap started, in this run and in earlier ones, and when."""
        self._step = step
        self._note = note
        self._needed = need.interval(zone)
        self._reports: list[Report] = []
        self._end = End(need.until, StreamFailed(f"{need.report_type} reports have a gap"))

    def look(self, jobs: JobList, now: datetime) -> None:
        """Updates the reports from a job list just read, and plans new ones where no job covers."""
        self._needed = self.need.interval(jobs.zone)
        self._reports = [each for each in self._reports if each.state is not State.PLANNED]
        for report in self._reports:
            if report.state is State.UNANSWERED:
                self._claim(report, jobs)
            if report.state in (State.MAKING, State.READY):
                self._update(report, jobs, now)
        offered = list(offers(self.need, jobs, self.started, now))
        self._adopt(offered, jobs, now)
        self._give_up_what_was_asked_for_twice()
        if missing := self._missing():
            self._plan(missing, offered, jobs)

    def _claim(self, report: Report, jobs: JobList) -> None:
        """Finds the job whose id was in the answer that was lost, if it is in the list now."""
        request, made = report.request, report.made
        for job in jobs:
            is_new = job.job_id in jobs.unseen
            if is_new and request and made and job.answers(request, report.zone):
                self.begin(report, job.job_id, made)
                return

    def _update(self, report: Report, jobs: JobList, now: datetime) -> None:
        """Takes note of a job as the list has it; one just asked for may not be in it yet."""
        job = jobs.find(report.job_id)
        zone = jobs.zone_of(job) if job is not None else report.zone
        if job is None:
            if report.job is not None:
                self._lose(report, "is no longer in the list of jobs")
        elif zone is None:
            self._fail(report, "was made in a time zone that is not known here")
        elif is_expired(job, zone, now):
            self._lose(report, "has expired")
        elif job.status is ReportStatus.FAILED:
            self._lose(report, "has the status FAILED")
        elif not job.is_usable:
            is_complete = job.status is ReportStatus.COMPLETE
            self._fail(report, "has no download URL" if is_complete else "has no known status")
        else:
            report.job, report.zone = job, zone
            asked_at = self.started.get(job.job_id)
            covers = coverage_of_job(job, zone, asked_at, report.request) or report.covers
            report.covers = covers.up_to(self.need.until)
            report.state = State.READY if job.is_ready else State.MAKING

    def _missing(self) -> Intervals:
        """What is needed and not covered, as far as the series goes."""
        beyond = Interval(self._end.since, self.need.until)
        return self._needed.without([*(each.covers for each in self.reports(*COVERING)), beyond])

    def _outdated(self) -> Intervals:
        """What was younger than the lookback when its job was made, and no later run reads anew."""
        jobs = [(each.made, each.covers) for each in self.reports(*COVERING) if each.made]
        needed, lookback = self._needed.hull, self.need.lookback
        return outdated_of(jobs, lookback).within([needed.up_to(needed.until - lookback)])

    def _adopt(self, offered: Sequence[Offer], jobs: JobList, now: datetime) -> None:
        """Takes jobs that this run did not ask for, as few as cover what they can."""
        known = {each.job_id for each in self._reports}
        left = [each for each in offered if not each.objection and each.job.job_id not in known]
        while left:
            missing = self._missing()
            left.sort(key=lambda offer: preference(offer, missing))
            best = left.pop()
            if found := missing.within([best.covers]):
                report = Report(found, best.covers, best.zone, State.MAKING)
                report.job_id, report.made = best.job.job_id, best.made
                self._reports.append(report)
                self._note(
                    f"{self.need.report_type} report job {report.job_id} of an earlier run is "
                    f"adopted: it covers {best.covers}"
                )
                self._update(report, jobs, now)

    def _give_up_what_was_asked_for_twice(self) -> None:
        """Ends the series where two reports should have covered what is missing still."""
        if in_vain := self._missing().within(twice(each.wanted for each in self._reports)):
            faults = (each.fault for each in self._reports if in_vain.within(each.wanted))
            why = "; ".join(dict.fromkeys(faults))
            what = f"{self.need.report_type} report asked for in vain: {why}"
            self.end(in_vain.hull.since, StreamFailed(what))

    def _plan(self, missing: Intervals, offered: Sequence[Offer], jobs: JobList) -> None:
        """Plans reports for what is missing, and for what may have changed since."""
        missing = missing.union(self._outdated())
        planned = []
        for request, covers in self.need.requests(missing, jobs.zone, self._step):
            wanted = missing.within([covers])
            report = Report(wanted, covers, jobs.zone, State.PLANNED, request)
            report.why = "; ".join(dict.fromkeys(self._reasons(report, offered, jobs)))
            planned.append(report)
        self._reports += planned

    def _reasons(self, planned: Report, offered: Sequence[Offer], jobs: JobList) -> Iterator[str]:
        """Why something is asked for that was, or may have been, asked for before."""
        if planned.covers.since < self.need.resumes_at:
            yield f"what is before {format_instant(self.need.resumes_at)} is read again"
        for report in self._reports:
            if report.state in COVERING and planned.covers.overlaps(report.covers):
                yield f"what report job {report.job_id} covers is read anew"
            elif planned.wanted.within(report.wanted):
                yield report.fault
        for offer in offered:
            if offer.objection and planned.wanted.within([offer.covers]):
                yield f"report job {offer.job.job_id} {offer.objection}"
        for job_id, made in self.need.started.items():
            if made > self.need.resumes_at and jobs.find(job_id) is None:
                yield f"report job {job_id} is no longer in the list of jobs"

    def begin(self, report: Report, job_id: str, made: datetime) -> None:
        """A report has a job now."""
        report.state, report.why = State.MAKING, ""
        report.job_id, report.made = job_id, made
        self.started[job_id] = made

    def lose_answer(self, report: Report, made: datetime) -> None:
        """No answer came to a request for it: the next list shows whether it has a job."""
        report.state, report.made = State.UNANSWERED, made
        report.why = "no answer came to the request for it, and no job appeared"

    def hand_out(self, report: Report) -> Iterator[ReadyReport]:
        """Gives a report away; what becomes of its job changes nothing any more."""
        report.state = State.DELIVERED
        if report.job is not None and report.made is not None:
            created = created_at(report.job, report.zone, report.made)
            yield ReadyReport(report.job, *report.covers, report.zone.key, created)

    def end(self, since: datetime, why: Exception) -> None:
        """Nothing is asked for any more of what is behind an instant; what is there is had."""
        self._end = min(self._end, End(since, why), key=lambda end: end.since)

    def _lose(self, report: Report, reason: str) -> None:
        report.state = State.LOST
        report.why = f"report job {report.job_id} {reason}"

    def _fail(self, report: Report, reason: str) -> None:
        self._lose(report, reason)
        self.end(report.wanted.hull.since, StreamFailed(report.why))

    def reports(self, *states: State) -> list[Report]:
        """The reports in one of these states, in order of time."""
        found = (each for each in self._reports if each.state in states)
        return sorted(found, key=lambda each: each.covers)

    @property
    def is_asked_for(self) -> bool:
        """Whether this run has asked for anything."""
        return any(each.request for each in self.reports(*set(State) - {State.PLANNED}))

    def planned(self) -> list[Report]:
        """The reports to ask for, in order of time."""
        found = self.reports(State.PLANNED)
        return [each for each in found if each.wanted.hull.since < self._end.since]

    def next(self) -> Report | Exception | None:
        """The report to hand out or to wait for, or why there is none; None where all is had."""
        reached = self._reached()
        if not self._needed or reached >= self._needed.hull.until:
            return None
        at_hand = self.reports(State.MAKING, State.READY)
        here = [each for each in at_hand if each.covers.since <= reached < each.covers.until]
        best = max(here, key=lambda each: each.state is State.READY, default=None)
        return best or self._end.why

    def remembered(self, now: datetime) -> dict[str, datetime]:
        """The jobs that the tap started and that are not gone yet, and when it did."""
        return {job_id: made for job_id, made in self.started.items() if now < made + KEPT}

    def behind(self) -> str:
        """How far the stream is behind, for a warning."""
        reached = max(self._reached(), self.need.resumes_at)
        until = self._needed.hull.until if self._needed else reached
        hours = (until - reached).total_seconds() / 3600
        return f"what is before {format_instant(reached)} is delivered, {hours:.0f} h are not"

    def _reached(self) -> datetime:
        delivered = (each.covers for each in self.reports(State.DELIVERED))
        return Intervals.of(*delivered).whole_from(self.need.since)
