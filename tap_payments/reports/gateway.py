"""What an API that makes reports in the background can be asked, and how it may refuse."""

from __future__ import annotations

import typing as t

from tap_payments.errors import TapError

if t.TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from tap_payments.reports.jobs import ReportJob, ReportRequest


class RateLimited(TapError):
    """The API refused a request (429); `retry_after` is in seconds, None where it gives none."""

    def __init__(self, retry_after: float | None = None) -> None:
        super().__init__("the API refused the request: too many requests")
        self.retry_after = retry_after


class AnswerLost(TapError):
    """No usable answer came: timeout, connection lost, 5xx. The message says which, in short."""


class LinkGone(TapError):
    """The link to a report's file is no longer good; the job list has a fresh one."""


class ReportGateway(t.Protocol):
    """What the API can do. Before each request `allow` is called, which raises where none may go.

    Both kinds of requests raise RateLimited, and StreamFailed for what no repetition would cure.
    """

    def list_jobs(self, allow: Callable[[], None]) -> Sequence[ReportJob]:
        """The entries of the job list that have an id, asked for as often as it takes."""
        ...

    def start(self, request: ReportRequest, allow: Callable[[], None]) -> str:
        """The id of a new job; asked for once.

        Raises:
            AnswerLost: no answer came, or one without an id; the job may have been started.
        """
        ...

    def download(self, job: ReportJob) -> t.BinaryIO:
        """The report of a COMPLETE job, seekable, at its beginning; the caller closes it.

        Raises:
            LinkGone: the job's link is no longer good.
            StreamFailed: the file is not to be had whole.
        """
        ...
