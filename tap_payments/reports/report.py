"""One report of a run, from the plan until its rows are delivered."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass
from enum import Enum

if t.TYPE_CHECKING:
    from datetime import datetime
    from zoneinfo import ZoneInfo

    from tap_payments.reports.jobs import ReportJob, ReportRequest
    from tap_payments.windows.intervals import Interval, Intervals


class State(Enum):
    """How far a report is."""

    PLANNED = "to be asked for"
    UNANSWERED = "asked for, and no answer came"
    LOST = "its job FAILED, expired, vanished or cannot be read"
    MAKING = "its job is not ready"
    READY = "its rows can be had"
    DELIVERED = "handed out"


COVERING = (State.MAKING, State.READY, State.DELIVERED)


@dataclass(slots=True, eq=False)
class Report:
    """One report of a series, which alone changes it; adopted where it has no `request`.

    `wanted` is what was missing when it was asked for or adopted, `covers` what it covers as far
    as is known, `made` when its job was asked for, `why` what has become of it.
    """

    wanted: Intervals
    covers: Interval
    zone: ZoneInfo
    state: State
    request: ReportRequest | None = None
    job_id: str | None = None
    job: ReportJob | None = None
    made: datetime | None = None
    why: str = ""

    @property
    def fault(self) -> str:
        """Why it does not cover what was wanted."""
        return self.why or f"report job {self.job_id} was made for other bounds than asked for"
