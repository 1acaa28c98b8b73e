"""Asking for reports: as many as the quota allows, and none twice because an answer was lost."""

from __future__ import annotations

import typing as t

from tap_payments.errors import QuotaSpent, StreamFailed
from tap_payments.reports.jobs import AnswerLost

if t.TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from tap_payments.reports.jobs import ReportRequest
    from tap_payments.reports.metering import MeteredGateway
    from tap_payments.reports.series import Task

ROUNDS = 3
REQUESTS_TO_RESUME = 2
"""What a later run needs to get on: the list of jobs and a start."""


class ReportSubmission:
    """Starts jobs in rounds: after a round in which answers were lost, the list is read first."""

    def __init__(
        self,
        gateway: MeteredGateway,
        *,
        look: Callable[[], None],
        known: Callable[[], frozenset[str]],
        pause: Callable[[], None],
    ) -> None:
        self._gateway = gateway
        self._look = look
        self._known = known
        self._pause = pause

    def submit(self, tasks: Sequence[Task], *, has_pending: bool) -> None:
        """Asks for each task's report: then it has a job, or a failure that says why not."""
        ordered = sorted(tasks, key=lambda task: task.coverage.since)
        fits = self._fitting(len(ordered), has_pending=has_pending)
        for task in ordered[fits:]:
            task.failure = self._gateway.deferred(REQUESTS_TO_RESUME)
        for _ in range(ROUNDS):
            self._round([task for task in ordered if task.is_open])
            if any(task.known_before is not None for task in ordered):
                self._look_for(ordered)
        for task in ordered:
            if task.is_open:
                task.failure = StreamFailed(
                    f"the {task.need.report_type} report could not be asked for: "
                    "no answer came, and no job appeared"
                )

    def _fitting(self, wanted: int, *, has_pending: bool) -> int:
        """How many starts the quota allows, one request being kept for a poll if possible."""
        remaining = self._gateway.remaining
        if remaining > 1 or has_pending:
            return max(0, min(wanted, remaining - 1))
        return min(wanted, remaining)

    def _round(self, tasks: list[Task]) -> None:
        """One try each; where answers are still lost after a look, the first loss ends it."""
        failed: dict[str, Exception] = {}
        for task in sorted(tasks, key=lambda task: task.losses):
            task.failure = failed.get(task.need.report_type)
            if task.failure is None and task.request is not None:
                self._start(task, task.request)
            if task.failure is not None:
                failed[task.need.report_type] = task.failure
            if task.losses > 1 and task.known_before is not None:
                return

    def _start(self, task: Task, request: ReportRequest) -> None:
        try:
            task.job_id = self._gateway.start(request)
        except AnswerLost:
            task.losses += 1
            task.known_before = self._known()
        except (QuotaSpent, StreamFailed) as failure:
            task.failure = failure

    def _look_for(self, tasks: list[Task]) -> None:
        self._pause()
        try:
            self._look()
        except (QuotaSpent, StreamFailed) as failure:
            for task in tasks:
                if task.known_before is not None or task.is_open:
                    task.known_before, task.failure = None, failure
