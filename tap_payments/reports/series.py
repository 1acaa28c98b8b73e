"""The reports that one run takes for one type: new ones only where no job covers the need.

After each look at the job list the same subtraction is made anew: a job that FAILED, expired, or
was made for other bounds than asked is simply no cover any more.
"""

from __future__ import annotations

import typing as t

from tap_payments.errors import QuotaSpent, StreamFailed
from tap_payments.reports.adoption import offers, preference
from tap_payments.reports.coverage import KEPT, coverage_of_job, is_expired, outdated_of
from tap_payments.reports.jobs import ReportStatus
from tap_payments.reports.report import COVERING, OPEN, Report, State
from tap_payments.windows.instants import format_instant
from tap_payments.windows.intervals import Interval, Intervals, twice

if t.TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from datetime import datetime, timedelta

    from tap_payments.reports.adoption import Offer
    from tap_payments.reports.job_list import JobList
    from tap_payments.reports.planning import ReportNeed


class ReportSeries:
    """The reports of one type in one run."""

    def __init__(self, need: ReportNeed, step: timedelta, note: Callable[[str], None]) -> None:
        self.need = need
        self._note = note
        self.started = dict(need.started)
        """The jobs that the tap started, in this run and in earlier ones, and when."""
        self._step = step
        self._needed = Intervals()
        self._reports: list[Report] = []

    def look(self, jobs: JobList, now: datetime) -> None:
        """Updates the reports from a job list just read, and plans new ones where no job covers."""
        self._needed = self.need.interval(jobs.zone)
        self._reports = [each for each in self._reports if each.state is not State.PLANNED]
        for report in self._reports:
            if report.state is State.LOST:
                self._claim(report, jobs)
            elif report.state in (State.MAKING, State.READY):
                self._update(report, jobs, now)
        offered = list(offers(self.need, jobs, self.started, now))
        self._adopt(offered, jobs, now)
        self._plan(offered, jobs)

    def _claim(self, report: Report, jobs: JobList) -> None:
        """Finds the job whose id was in the answer that was lost, if it is in the list now."""
        request, made = report.request, report.made
        for job in jobs:
            is_new = job.job_id in jobs.unseen and job.job_id not in self.started
            is_open = report.job_id is None and is_new
            if is_open and request and made and job.answers(request, report.zone):
                self.begin(report, job.job_id, made)

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
            since, until = coverage_of_job(job, zone, asked_at, report.request) or report.covers
            report.covers = Interval(since, min(until, self.need.until))
            report.state = State.READY if job.is_ready else State.MAKING

    def _missing(self) -> Intervals:
        """What is needed and not covered; nothing that comes after a failure."""
        covered = (each.covers for each in self._reports if each.state in COVERING)
        missing = self._needed.without(covered)
        for failed in self.reports(State.FAILED):
            missing = missing.without([Interval(failed.wanted.since, self.need.until)])
        return missing

    def _outdated(self) -> Intervals:
        """What was younger than the lookback when a job of an earlier run was made.

        It may have changed since, and is read anew with what is missing, for no request more.
        """
        adopted = (each for each in self._reports if each.request is None)
        jobs = [(each.made, each.covers) for each in adopted if each.made is not None]
        outdated = outdated_of(jobs, self.need.lookback)
        return outdated.within([self._needed.hull]) if self._needed else Intervals()

    def _adopt(self, offered: Sequence[Offer], jobs: JobList, now: datetime) -> None:
        """Takes jobs that this run did not ask for, as few as cover what they can."""
        known = {each.job_id for each in self._reports}
        left = [each for each in offered if not each.objection and each.job.job_id not in known]
        while left:
            missing = self._missing()
            left.sort(key=lambda offer: preference(offer, missing))
            best = left.pop()
            if found := missing.within([best.covers]):
                report = Report(found.hull, best.covers, best.zone, State.MAKING)
                report.job_id, report.made = best.job.job_id, best.made
                self._reports.append(report)
                self._note(
                    f"{self.need.report_type} report job {report.job_id} of an earlier run is "
                    f"adopted: it covers {best.covers}"
                )
                self._update(report, jobs, now)

    def _plan(self, offered: Sequence[Offer], jobs: JobList) -> None:
        """Plans reports for what is missing, unless it was asked for twice and never made."""
        made = [each for each in self._reports if each.state in COVERING]
        never_made = twice(Intervals.of(each.wanted).without([each.covers]) for each in made)
        for in_vain in self._missing().within(never_made):
            why = f"{self.need.report_type} reports are made for other bounds than asked for"
            report = Report(in_vain, in_vain, jobs.zone, State.FAILED, why=StreamFailed(why))
            self._reports.append(report)
        missing = self._missing()
        if missing:
            missing = missing.union(self._outdated())
        for request, covers in self.need.requests(missing, jobs.zone, self._step):
            wanted = missing.within([covers]).hull
            report = Report(wanted, covers, jobs.zone, State.PLANNED, request)
            report.note = "; ".join(self._reasons(report, offered, jobs))
            self._reports.append(report)

    def _reasons(self, planned: Report, offered: Sequence[Offer], jobs: JobList) -> Iterator[str]:
        """Why something is asked for that was, or may have been, asked for before."""
        if planned.covers.since < self.need.resumes_at:
            yield f"what is before {format_instant(self.need.resumes_at)} is read again"
        for report in self._reports:
            if report.why is not None and planned.wanted.overlaps(report.wanted):
                yield str(report.why)
            elif report.job is not None and planned.covers.overlaps(report.covers):
                yield f"what report job {report.job_id} covers is read anew"
            elif report.job is not None and planned.wanted.overlaps(report.wanted):
                yield f"report job {report.job_id} was made for other bounds than asked for"
        for offer in offered:
            if offer.objection and planned.wanted.overlaps(offer.covers):
                yield f"report job {offer.job.job_id} {offer.objection}"
        for job_id, made in self.need.started.items():
            if made > self.need.resumes_at and jobs.find(job_id) is None:
                yield f"report job {job_id} is no longer in the list of jobs"

    def begin(self, report: Report, job_id: str, made: datetime) -> None:
        """A report has a job now."""
        report.state, report.why = State.MAKING, None
        report.job_id, report.made = job_id, made
        self.started[job_id] = made

    def lose_answer(self, report: Report, made: datetime) -> None:
        """No answer came to a request for it: the next list shows whether it has a job."""
        report.state, report.made = State.LOST, made
        report.why = StreamFailed("the answer to a request for it was lost")

    def end(self, report: Report, why: Exception) -> None:
        """A report is left for a later run (QuotaSpent), or not to be had at all."""
        report.why = why
        report.state = State.DEFERRED if isinstance(why, QuotaSpent) else State.FAILED

    def hand_out(self, report: Report) -> None:
        """A report is delivered; what becomes of its job changes nothing any more."""
        report.state = State.DELIVERED

    def _lose(self, report: Report, reason: str) -> None:
        """A job came to nothing: its report is asked for once more, and then the stream fails."""
        for before in self.reports(State.LOST):
            if before.job_id is not None and before.wanted.overlaps(report.wanted):
                self._fail(report, f"{reason}, and it was asked for the second time")
                return
        report.state = State.LOST
        report.why = StreamFailed(f"report job {report.job_id} {reason}")

    def _fail(self, report: Report, reason: str) -> None:
        self.end(report, StreamFailed(f"report job {report.job_id} {reason}"))

    def reports(self, *states: State) -> list[Report]:
        """The reports in one of these states, in order of time."""
        found = (each for each in self._reports if each.state in states)
        return sorted(found, key=lambda each: each.covers)

    def current(self) -> Report | None:
        """The report to deliver next, or to wait for; None where what is needed is delivered."""
        reached = self._reached()
        if not self._needed or reached >= self._needed.hull.until:
            return None
        at_hand = self.reports(*OPEN)
        here = [each for each in at_hand if each.covers.since <= reached < each.covers.until]
        here = here or self.reports(State.FAILED)
        return max(here, key=lambda each: (each.state is State.READY, each.covers.until))

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
