"""Tikpay's requests, as its document has them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from tests.sandbox.client import Reply, ask, bearer

if TYPE_CHECKING:
    from tap_payments.sandbox import Sandbox

NOW = datetime(2026, 3, 15, 12, tzinfo=UTC)  # 23:00 in Sydney, which is 11 hours ahead
KEY = {"x-api-key": "sandbox-tikpay-key-main"}
FORM = {"grant_type": "client_credentials", "scope": "data-api.tikpay.me:write"}
CLIENT = {"client_id": "sandbox-tikpay-client-1", "client_secret": "sandbox-tikpay-secret-main"}
ASKED = {
    "startTime": "2026-02-01T00:00:00",
    "endTime": "2026-03-16T00:00:00",
    "reportType": "TAPS",
}


def log_in(sandbox: Sandbox, form: dict[str, str], headers: dict[str, str] | None = None) -> Reply:
    return ask(f"{sandbox.url}/tikpay/oauth2/token", headers, body=urlencode(form).encode())


def access(sandbox: Sandbox) -> dict[str, str]:
    return {**KEY, **bearer(log_in(sandbox, {**FORM, **CLIENT}).json["access_token"])}


def jobs(sandbox: Sandbox, headers: dict[str, str] | None = None) -> Reply:
    return ask(f"{sandbox.url}/tikpay/v1/report-jobs-list", headers or access(sandbox))


def generate(sandbox: Sandbox, **fields: Any) -> Reply:
    url = f"{sandbox.url}/tikpay/v1/generate-report"
    return ask(url, access(sandbox), body={**ASKED, **fields})


def finished(sandbox: Sandbox, **fields: Any) -> dict[str, Any]:
    """The entry of a new job, once it is done."""
    name = generate(sandbox, **fields).json["jobId"]
    sandbox.clock.advance(2)
    return next(entry for entry in jobs(sandbox).json if entry["jobId"] == name)
