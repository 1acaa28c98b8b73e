"""Asking for reports: as many as the quota allows, and none twice because an answer was lost."""

from __future__ import annotations

import typing as t

from tap_payments.errors import QuotaSpent, StreamFailed
from tap_payments.reports.gateway import AnswerLost
from tap_payments.reports.jobs import State

if t.TYPE_CHECKING:
    from collections.abc import Callable, Collection
    from datetime import datetime

    from tap_payments.reports.gateway import MeteredGateway
    from tap_payments.reports.job_list import JobList
    from tap_payments.reports.jobs import Report
    from tap_payments.reports.series import ReportSeries

REQUESTS_TO_RESUME = 2
"""What a later run needs to get on: the list of jobs and a start."""


class ReportSubmission:
    """Starts the jobs of one account, and gives none up before the list was looked at."""

    def __init__(
        self,
        gateway: MeteredGateway,
        jobs: JobList,
        *,
        clock: Callable[[], datetime],
        note: Callable[[str], None],
    ) -> None:
        self._gateway = gateway
        self._jobs = jobs
        self._clock = clock
        self._note = note

    def submit(self, all_series: Collection[ReportSeries], look: Callable[[], None]) -> None:
        """Asks for what is planned, until each report has a job or its series an end.

        The list is looked at where an answer was lost, and where it is empty, and so does not say
        in which time zone reports are made: one alone is started then, before the others.
        """
        while planned := self._affordable(all_series):
            is_first = not any(series.is_asked_for for series in all_series)
            is_trial = is_first and not any(self._jobs) and len(planned) > 1
            asked = planned[:1] if is_trial else planned
            for series, report in asked:
                self._start(series, report)
            states = {report.state for _, report in asked}
            if State.UNANSWERED in states or (is_trial and State.MAKING in states):
                look()

    def _affordable(
        self, all_series: Collection[ReportSeries]
    ) -> list[tuple[ReportSeries, Report]]:
        """What the quota allows, one request being kept for a look if possible; defers the rest."""
        planned = [(series, report) for series in all_series for report in series.planned()]
        planned.sort(key=lambda each: each[1].covers)
        fits = self._gateway.remaining
        if fits > 1 or any(each.reports(State.MAKING) for each in all_series):
            fits = max(0, fits - 1)
        for series, report in planned[fits:]:
            series.end(report.wanted.hull.since, self._gateway.deferred(REQUESTS_TO_RESUME))
        return planned[:fits]

    def _start(self, series: ReportSeries, report: Report) -> None:
        """Asks for one report, unless its series has found its end meanwhile."""
        if report not in series.planned() or report.request is None:
            return
        made, reasons = self._clock(), report.why
        try:
            series.begin(report, self._gateway.start(report.request), made)
        except AnswerLost:
            series.lose_answer(report, made)
        except (QuotaSpent, StreamFailed) as failure:
            series.end(report.wanted.hull.since, failure)
            return
        self._note(
            f"{report.request.report_type} report job {report.job_id or '(no answer)'} is asked "
            f"for: {report.covers}" + (f" ({reasons})" if reasons else "")
        )
