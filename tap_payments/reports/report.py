"""One report of a run, from the plan until its rows are delivered."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass
from enum import Enum

if t.TYPE_CHECKING:
    from datetime import datetime
    from zoneinfo import ZoneInfo

    from tap_payments.reports.jobs import ReportJob, ReportRequest
    from tap_payments.windows.intervals import Interval


class State(Enum):
    """How far a report is."""

    PLANNED = "to be asked for"
    LOST = "asked for in vain: no answer came, or its job FAILED, expired or vanished"
    MAKING = "its job is not ready"
    READY = "its rows can be had"
    DELIVERED = "handed out"
    DEFERRED = "left for a later run"
    FAILED = "not to be had in this run, nor what comes after it"


COVERING = frozenset(State) - {State.LOST, State.FAILED}
OPEN = COVERING - {State.DELIVERED}


@dataclass(slots=True, eq=False)
class Report:
    """One report of a series, which alone changes it; adopted where it has no `request`.

    `wanted` is what it was asked for or adopted for, `covers` what it covers as far as is known,
    `made` when its job was asked for, `why` the reason of its state.
    """

    wanted: Interval
    covers: Interval
    zone: ZoneInfo
    state: State
    request: ReportRequest | None = None
    job_id: str | None = None
    job: ReportJob | None = None
    made: datetime | None = None
    why: Exception | None = None
    note: str = ""
