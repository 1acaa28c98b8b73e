"""What a job for a report is asked for, checked as it is documented."""

from __future__ import annotations

import json
import re

from tap_payments.sandbox.messages import RefusedError
from tap_payments.sandbox.rows.spelling import to_instant
from tap_payments.sandbox.tikpay.rows import EVENT_TIMES

LOCAL = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d", re.ASCII)
INVALID = {"message": "Invalid request parameters"}


def parse_job(body: bytes) -> tuple[str, str, str, str]:
    """The parameters of a new job; RefusedError 400 where one is wrong, or names a zone."""
    try:
        given = json.loads(body)
    except ValueError:
        raise RefusedError(400, INVALID) from None
    if not isinstance(given, dict):
        raise RefusedError(400, INVALID)
    start, end = str(given.get("startTime")), str(given.get("endTime"))
    instants = [to_instant(text) if LOCAL.fullmatch(text) else None for text in (start, end)]
    since, until = instants
    kind, form = given.get("reportType"), given.get("fileType", "csv")
    if since is None or until is None or since >= until:
        raise RefusedError(400, INVALID)
    if kind not in EVENT_TIMES or form not in ("csv", "xml"):
        raise RefusedError(400, INVALID)
    return kind, start, end, form
