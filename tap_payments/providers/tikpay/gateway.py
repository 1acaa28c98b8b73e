"""What Tikpay's API can do, a request at a time: list jobs, start one, download a report.

https://docs.tikpay.me/data-api/get-job-list, https://docs.tikpay.me/data-api/generate-report-job
"""

from __future__ import annotations

import typing as t

import msgspec

from tap_payments.errors import StreamFailed, Unreadable
from tap_payments.http.calls import Call
from tap_payments.http.download import Gone, download
from tap_payments.http.retriable import Retriable
from tap_payments.providers.tikpay.jobs import parse_job
from tap_payments.reports.gateway import AnswerLost, LinkGone, RateLimited
from tap_payments.rows.exact_json import loads

if t.TYPE_CHECKING:
    import threading
    from collections.abc import Callable

    from tap_payments.http.client import Client
    from tap_payments.reports.jobs import ReportJob, ReportRequest

T = t.TypeVar("T")

SECONDS = "%Y-%m-%dT%H:%M:%S"


class _Started(msgspec.Struct):
    jobId: str  # noqa: N815 - the vendor's name


class TikpayGateway:
    """Tikpay's ReportGateway, over HTTP; `check` raises Unreadable for a file that is no report."""

    def __init__(
        self, client: Client, check: Callable[[t.BinaryIO], object], cancelled: threading.Event
    ) -> None:
        self._client = client
        self._check = check
        self._cancelled = cancelled

    def list_jobs(self, allow: Callable[[], None]) -> list[ReportJob]:
        """The entries of the job list that have an id."""
        call = Call("GET", "/report-jobs-list")
        jobs = self._client.retries.run(
            lambda: self._ask(call, _parse_list, allow), what=str(call), cancelled=self._cancelled
        )
        self._client.entrance.open()
        return jobs

    def start(self, request: ReportRequest, allow: Callable[[], None]) -> str:
        """The id of a new job; its bounds go out as they are, local and without an offset.

        After a 403 nothing more is asked for: every other start fails with the same words.
        """
        body = {
            "startTime": f"{request.start_time:{SECONDS}}",
            "endTime": f"{request.end_time:{SECONDS}}",
            "reportType": request.report_type,
            "fileType": request.file_type,
        }
        call = Call("POST", "/generate-report", json=body)
        try:
            with self._client.entrance.passed(str(call), self._cancelled):
                return self._ask(call, _parse_started, allow)
        except Retriable as failure:
            raise AnswerLost(f"POST /generate-report {failure}") from None

    def _ask(self, call: Call, decode: Callable[[bytes], T], allow: Callable[[], None]) -> T:
        allow()
        try:
            try:
                return self._client.ask(call, decode)
            except StreamFailed as failure:
                if failure.status != 401:
                    raise
            # Refused before anything was done: the same call once more, with a new token.
            self._client.credentials.renew()
            allow()
            return self._client.ask(call, decode)
        except Retriable as failure:
            if failure.limited:
                raise RateLimited(failure.wait) from None
            raise

    def download(self, job: ReportJob) -> t.BinaryIO:
        """The report of a job, unpacked, in a file that vanishes when it is closed.

        Raises:
            LinkGone: the URL is no longer good.
            StreamFailed: the file is not to be had whole, or is no report.
        """
        what = f"the file of report job {job.job_id}"
        try:
            return download(
                self._client,
                job.download_url or "",
                what=what,
                check=self._check,
                cancelled=self._cancelled,
            )
        except Gone:
            raise LinkGone from None


def _parse_list(body: bytes) -> list[ReportJob]:
    try:
        entries = loads(body)
    except (ValueError, RecursionError) as error:
        raise Unreadable("the body is not a whole JSON document") from error
    if not isinstance(entries, list):
        raise Unreadable("the body is not a list of jobs")
    return [job for job in map(parse_job, entries) if job is not None]


def _parse_started(body: bytes) -> str:
    try:
        return msgspec.json.decode(body, type=_Started).jobId
    except msgspec.MsgspecError as error:
        raise Unreadable("the body does not name the job") from error
