"""What Tikpay's API can do, a request at a time: list jobs, start one, download a report.

https://docs.tikpay.me/data-api/get-job-list, https://docs.tikpay.me/data-api/generate-report-job
"""

from __future__ import annotations

import tempfile
import typing as t
import zlib

import msgspec

from tap_payments.errors import StreamFailed, Unreadable
from tap_payments.http.calls import Call
from tap_payments.http.origins import is_loopback, origin_of
from tap_payments.http.retriable import Retriable
from tap_payments.http.statuses import outcome_of
from tap_payments.providers.tikpay.jobs import parse_job
from tap_payments.reports.gateway import AnswerLost, LinkGone, RateLimited
from tap_payments.rows.exact_json import loads

if t.TYPE_CHECKING:
    import threading
    from collections.abc import Callable

    from tap_payments.http.client import Client
    from tap_payments.reports.jobs import ReportJob, ReportRequest
    from tap_payments.reports.quota import QuotaLedger

T = t.TypeVar("T")

GZIP = b"\x1f\x8b"
SECONDS = "%Y-%m-%dT%H:%M:%S"


class _Started(msgspec.Struct):
    jobId: str  # noqa: N815 - the vendor's name


class TikpayGateway:
    """Tikpay's ReportGateway, over HTTP."""

    def __init__(self, client: Client, ledger: QuotaLedger, cancelled: threading.Event) -> None:
        self._client = client
        self._ledger = ledger
        self._cancelled = cancelled

    def list_jobs(self) -> list[ReportJob]:
        """The entries of the job list that have an id."""
        return self._ask(Call("GET", "/report-jobs-list"), _parse_list)

    def start(self, request: ReportRequest) -> str:
        """The id of a new job; its bounds go out as they are, local and without an offset."""
        body = {
            "startTime": f"{request.start_time:{SECONDS}}",
            "endTime": f"{request.end_time:{SECONDS}}",
            "reportType": request.report_type,
            "fileType": request.file_type,
        }
        return self._ask(Call("POST", "/generate-report", json=body), _parse_started)

    def _ask(self, call: Call, decode: Callable[[bytes], T]) -> T:
        try:
            try:
                return self._client.ask(call, decode)
            except StreamFailed as failure:
                if failure.status != 401 or not self._ledger.spend():
                    raise
                # Refused before anything was done: the same call once more, with a new token.
                self._client.credentials.renew()
                return self._client.ask(call, decode)
        except Retriable as trouble:
            if trouble.limited:
                raise RateLimited(trouble.wait) from None
            raise AnswerLost(
                f"{call.method} {call.path} {trouble}", retry_after=trouble.wait
            ) from None

    def download(self, job: ReportJob) -> t.BinaryIO:
        """The report of a job, unpacked, in a file that vanishes when it is closed.

        Raises:
            LinkGone: the URL is no longer good.
            StreamFailed: the file is not to be had whole.
        """
        url = job.download_url or ""
        scheme, host, _ = origin_of(url)
        if scheme != "https" and not (scheme == "http" and is_loopback(host)):
            raise StreamFailed(f"report job {job.job_id} has a download link that is not https")
        return self._client.retries.run(
            lambda: self._download_once(job, url),
            what=f"the file of report job {job.job_id}",
            cancelled=self._cancelled,
        )

    def _download_once(self, job: ReportJob, url: str) -> t.BinaryIO:
        # Whoever gets the file closes it.
        sink = _Unpacked(t.cast("t.BinaryIO", tempfile.TemporaryFile()))  # noqa: SIM115
        try:
            status = self._client.transport.download(url, sink.write)
            if status == 200:
                return sink.finish()
            if status in (403, 404):
                raise LinkGone
            if outcome_of(status) in ("limited", "transient"):
                raise Retriable(f"answered {status}")
            raise StreamFailed(f"the file of report job {job.job_id}: answered {status}")
        except Unreadable as error:
            sink.close()
            raise Retriable(f"cannot be used: {error}") from error
        except OSError as error:
            sink.close()
            raise StreamFailed(
                f"the file of report job {job.job_id} could not be stored: {error.strerror}"
            ) from error
        except BaseException:
            sink.close()
            raise


class _Unpacked:
    """Writes a download to a file, unpacked where its first bytes say that it is gzip."""

    def __init__(self, file: t.BinaryIO) -> None:
        self._file = file
        self._head = b""
        self._gzip: t.Any = None
        self._is_plain = False

    def write(self, chunk: bytes) -> None:
        """Takes the next bytes."""
        if self._is_plain:
            self._file.write(chunk)
            return
        if self._gzip is None:
            chunk = self._head = self._head + chunk
            if len(chunk) < len(GZIP):
                return
            if not chunk.startswith(GZIP):
                self._is_plain = True
                self._file.write(chunk)
                return
            self._gzip = zlib.decompressobj(wbits=31)
        self._unpack(chunk)

    def _unpack(self, chunk: bytes) -> None:
        try:
            while chunk:
                self._file.write(self._gzip.decompress(chunk))
                chunk = self._gzip.unused_data
                if chunk:  # another member follows
                    self._gzip = zlib.decompressobj(wbits=31)
        except zlib.error as error:
            raise Unreadable("the compressed file is broken") from error

    def finish(self) -> t.BinaryIO:
        """The file at its beginning.

        Raises:
            Unreadable: the compressed file was cut off.
        """
        if self._gzip is not None and not self._gzip.eof:
            raise Unreadable("the compressed file was cut off")
        if self._gzip is None and not self._is_plain:
            self._file.write(self._head)
        self._file.seek(0)
        return self._file

    def close(self) -> None:
        """Throws the file away."""
        self._file.close()


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
