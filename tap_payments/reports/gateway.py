"""An API that makes reports in the background: what it can be asked, and the quota on asking it."""

from __future__ import annotations

import typing as t
from functools import partial

from tap_payments.errors import QuotaSpent, TapError
from tap_payments.windows.instants import format_instant

if t.TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from tap_payments.reports.jobs import ReportJob, ReportRequest
    from tap_payments.reports.quota import QuotaLedger

Answer = t.TypeVar("Answer")


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


class MeteredGateway:
    """A report gateway of one account in one run, with its quota, and patience for what passes.

    A refusal that says when to come back soon is waited for once; after the next one, and after
    one that says nothing or a long time, nothing goes out any more in this run.
    """

    def __init__(
        self,
        gateway: ReportGateway,
        ledger: QuotaLedger,
        *,
        max_retry_wait: float,
        wait: Callable[[float, str], None],
    ) -> None:
        self._gateway = gateway
        self._ledger = ledger
        self._longest_wait = max_retry_wait
        self._wait = wait
        self._refusal: QuotaSpent | None = None
        self.spent = 0
        """How many requests this run has sent for this account."""

    @property
    def remaining(self) -> int:
        """How many requests may still go out in this run."""
        return self._ledger.remaining if self._refusal is None else 0

    def list_jobs(self) -> Sequence[ReportJob]:
        """The job list.

        Raises:
            QuotaSpent: the request may not go out, or was refused.
            StreamFailed: it is not to be had.
        """
        return self._ask(self._gateway.list_jobs)

    def start(self, request: ReportRequest) -> str:
        """The id of a new job. AnswerLost passes: who asked has to look whether it is there.

        Raises:
            QuotaSpent: the request may not go out, or was refused.
            StreamFailed: the API will not have it.
        """
        return self._ask(partial(self._gateway.start, request))

    def deferred(self, requests: int = 1) -> QuotaSpent:
        """Says that the rest is left for later, and when so many requests are free again."""
        at = self._ledger.free_at(requests)
        return QuotaSpent(
            f"the quota of {self._ledger.limit} requests in 24 hours is used up: the rest is left "
            f"for a run after {format_instant(at)}",
            resumes_at=at,
        )

    def _ask(self, request: Callable[[Callable[[], None]], Answer]) -> Answer:
        while True:
            try:
                return request(self._allow)
            except RateLimited as refused:
                seconds = refused.retry_after
            longest, self._longest_wait = self._longest_wait, -1
            if seconds is None or seconds > longest:
                self._ledger.block(seconds)
                self._refusal = self.deferred()
                raise self._refusal
            self._wait(seconds, "as the API asked with Retry-After")

    def _allow(self) -> None:
        if self._refusal is not None or not self._ledger.spend():
            raise self._refusal or self.deferred()
        self.spent += 1
