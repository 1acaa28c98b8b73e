"""Asking for reports: as many as the quota allows, and none twice because an answer was lost."""

from __future__ import annotations

import typing as t
from collections import Counter

from tap_payments.errors import QuotaSpent, StreamFailed
from tap_payments.reports.gateway import AnswerLost
from tap_payments.reports.report import State

if t.TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from tap_payments.reports.gateway import MeteredGateway
    from tap_payments.reports.job_list import JobList
    from tap_payments.reports.jobs import ReportRequest
    from tap_payments.reports.report import Report
    from tap_payments.reports.series import ReportSeries

ROUNDS = 3
REQUESTS_TO_RESUME = 2
"""What a later run needs to get on: the list of jobs and a start."""


class Planned(t.NamedTuple):
    """A report to be asked for, and how."""

    series: ReportSeries
    report: Report
    request: ReportRequest


class ReportSubmission:
    """Starts jobs in rounds: after a round in which answers were lost, the list is read first."""

    def __init__(
        self,
        gateway: MeteredGateway,
        jobs: JobList,
        *,
        look: Callable[[], None],
        pause: Callable[[], None],
        clock: Callable[[], datetime],
        note: Callable[[str], None],
    ) -> None:
        self._gateway = gateway
        self._jobs = jobs
        self._look = look
        self._pause = pause
        self._clock = clock
        self._note = note

    def submit(self, all_series: Sequence[ReportSeries]) -> None:
        """Asks for what is planned: each report then has a job, or an end that says why not.

        Where no list has said in which time zone reports are made, one is started and looked at
        before the others are asked for.
        """
        is_tried = False
        losses: Counter[ReportRequest] = Counter()
        rounds = 0
        while rounds < ROUNDS and (planned := self._affordable(all_series, losses)):
            is_trial = not (self._jobs.names_zone or is_tried) and len(planned) > 1
            is_tried = True
            lost = self._round(planned[:1] if is_trial else planned, losses)
            rounds += lost
            if lost or is_trial:
                self._look_again(all_series)
        for series, report, _ in _planned(all_series):
            series.end(report, StreamFailed(
                f"the {series.need.report_type} report could not be asked for: "
                "no answer came, and no job appeared"
            ))  # fmt: skip

    def _affordable(
        self, all_series: Sequence[ReportSeries], losses: Counter[ReportRequest]
    ) -> list[Planned]:
        """What the quota allows, one request being kept for a look if possible; defers the rest."""
        planned = _planned(all_series)
        planned.sort(key=lambda each: (losses[each.request], each.report.covers))
        fits = remaining = self._gateway.remaining
        if remaining > 1 or any(each.reports(State.MAKING) for each in all_series):
            fits = max(0, remaining - 1)
        for series, report, _ in planned[fits:]:
            series.end(report, self._gateway.deferred(REQUESTS_TO_RESUME))
        return planned[:fits]

    def _round(self, planned: Sequence[Planned], losses: Counter[ReportRequest]) -> bool:
        """One try each; whether an answer was lost. A loss after a look at the list ends it."""
        before = losses.total()
        for series, report, request in planned:
            if report.state is State.PLANNED:
                self._start(series, report, request)
            losses[request] += report.state is State.LOST
            if losses[request] > 1:
                break
        return losses.total() > before

    def _start(self, series: ReportSeries, report: Report, request: ReportRequest) -> None:
        made = self._clock()
        try:
            job_id = self._gateway.start(request)
        except AnswerLost:
            series.lose_answer(report, made)
        except QuotaSpent as spent:
            series.end(report, spent)
            return
        except StreamFailed as failure:
            for each in series.reports(State.PLANNED):
                series.end(each, failure)
            return
        else:
            series.begin(report, job_id, made)
        self._note(
            f"{request.report_type} report job {report.job_id or '(no answer)'} is asked for: "
            f"{report.covers}" + (f" ({report.note})" if report.note else "")
        )

    def _look_again(self, all_series: Sequence[ReportSeries]) -> None:
        self._pause()
        try:
            self._look()
        except (QuotaSpent, StreamFailed) as failure:
            for series in all_series:
                for report in series.reports(State.PLANNED, State.LOST):
                    if report.job_id is None:
                        series.end(report, failure)


def _planned(all_series: Sequence[ReportSeries]) -> list[Planned]:
    return [
        Planned(series, report, report.request)
        for series in all_series
        for report in series.reports(State.PLANNED)
        if report.request is not None
    ]
