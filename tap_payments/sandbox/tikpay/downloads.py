"""Where Tikpay's reports lie: another origin, which takes a signed URL and nothing else."""

from __future__ import annotations

import hashlib
import hmac
from typing import TYPE_CHECKING

from tap_payments.sandbox.messages import Answer

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from tap_payments.sandbox.messages import Request
    from tap_payments.sandbox.tikpay.options import Options
    from tap_payments.sandbox.tikpay.reports import Report

TYPES = {"csv": "text/csv", "xml": "application/xml"}


class Downloads:
    """Files behind URLs that expire; like S3 it refuses a second way to authenticate.

    `find(name)` gives the file of that name, None where there is none.
    """

    def __init__(self, find: Callable[[str], Report | None], options: Options) -> None:
        self._find = find
        self._options = options
        self._generation = 0

    def sign(self, origin: str, name: str, expires: datetime) -> str:
        """A URL for the file, good until `expires`."""
        path, until = f"/reports/{name}", int(expires.timestamp())
        return f"{origin}{path}?X-Expires={until}&X-Signature={self._signature(path, str(until))}"

    def expire_urls(self) -> None:
        """No URL that was given away so far is good any longer."""
        self._generation += 1

    def answer(self, request: Request) -> Answer:
        """The file; 400 with credentials, 403 with a URL that is not good, 404 without the file."""
        if "authorization" in request.headers or "x-api-key" in request.headers:
            return _error(400, "InvalidArgument", "Only one auth mechanism allowed")
        until, given = request.query.get("X-Expires", ""), request.query.get("X-Signature", "")
        if not hmac.compare_digest(given.encode(), self._signature(request.path, until).encode()):
            return _error(403, "SignatureDoesNotMatch", "The signature does not match")
        if request.at.timestamp() >= int(until):
            return _error(403, "AccessDenied", "Request has expired")
        name = request.path.removeprefix("/reports/")
        report = self._find(name)
        if report is None:
            return _error(404, "NoSuchKey", "The specified key does not exist")
        return self._serve(report, TYPES.get(name.rpartition(".")[2], "application/octet-stream"))

    def _serve(self, report: Report, content_type: str) -> Answer:
        headers = {"Content-Type": content_type}
        if self._options.gzip:
            report = report.compressed(padding=self._options.gzip == "padded")
        if self._options.gzip == "declared":
            headers["Content-Encoding"] = "gzip"
        cut = self._options.truncate_downloads > 0
        self._options.truncate_downloads -= cut
        return Answer(200, report.pieces, headers, report.length, cut=cut)

    def _signature(self, path: str, until: str) -> str:
        text = f"{path}\n{until}\n{self._generation}"
        return hmac.new(b"sandbox", text.encode(), hashlib.sha256).hexdigest()


def _error(status: int, code: str, message: str) -> Answer:
    head = '<?xml version="1.0" encoding="UTF-8"?>\n'
    body = f"{head}<Error><Code>{code}</Code><Message>{message}</Message></Error>"
    return Answer(status, body.encode(), {"Content-Type": "application/xml"})
