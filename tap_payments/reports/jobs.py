"""Report jobs: what is asked for, what the list says of it, and what becomes of it in a run."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field
from enum import Enum, StrEnum

from tap_payments.windows.zones import to_local

if t.TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime
    from zoneinfo import ZoneInfo

    from tap_payments.windows.intervals import Interval, Intervals


class ReportStatus(StrEnum):
    """How far a report job is; UNKNOWN is every word that the document does not have."""

    COMPLETE = "COMPLETE"
    NO_DATA = "NO_DATA"
    IN_PROGRESS = "IN_PROGRESS"
    FAILED = "FAILED"
    UNKNOWN = "UNKNOWN"


class ReportRequest(t.NamedTuple):
    """A report to be made; the bounds are naive, local to the operator, on full hours."""

    report_type: str
    start_time: datetime
    end_time: datetime
    file_type: str


@dataclass(frozen=True, slots=True)
class ReportJob:
    """One entry of the job list; times are as naive as the vendor sent them.

    `entry` is the whole of it, as it was sent.
    """

    job_id: str
    status: ReportStatus
    report_type: str | None = None
    file_type: str | None = None
    timezone: str | None = None
    start_time: datetime | None = None
    end_time: datetime | None = None
    created_at: datetime | None = None
    expires_at: datetime | None = None
    download_url: str | None = field(default=None, repr=False)
    entry: Mapping[str, t.Any] = field(default_factory=dict, repr=False, compare=False)

    @property
    def is_ready(self) -> bool:
        """Whether its rows can be had now; NO_DATA has none."""
        has_file = self.status is ReportStatus.COMPLETE and self.download_url is not None
        return has_file or self.status is ReportStatus.NO_DATA

    @property
    def is_usable(self) -> bool:
        """Whether it is, or may become, a report that can be read."""
        return self.is_ready or self.status is ReportStatus.IN_PROGRESS

    def answers(self, request: ReportRequest, zone: ZoneInfo) -> bool:
        """Whether it is the job that this request asked for."""
        return (
            self.report_type == request.report_type
            and self.file_type == request.file_type
            and _is_local(self.start_time, request.start_time, zone)
            and _is_local(self.end_time, request.end_time, zone)
        )


def _is_local(time: datetime | None, local: datetime, zone: ZoneInfo) -> bool:
    if time is None:
        return False
    return local in (time.replace(tzinfo=None), time.tzinfo and to_local(time, zone))


class ReadyReport(t.NamedTuple):
    """A report that can be read now, and the interval that it covers, in UTC.

    `until` is the watermark to commit after its last row. `zone` is the operator's (IANA),
    `created` when the report was made: it says which of two is newer.
    """

    job: ReportJob
    since: datetime
    until: datetime
    zone: str
    created: datetime

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to download: the job ended with NO_DATA."""
        return self.job.status is ReportStatus.NO_DATA


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
