"""What a request for a report has to say."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.sandbox.client import ask
from tests.sandbox.tikpay.box import access, generate

if TYPE_CHECKING:
    from tap_payments.sandbox import Sandbox


@pytest.mark.parametrize(
    "fields",
    [
        {"startTime": None},
        {"startTime": "2026-02-01T00:00:00Z"},
        {"startTime": "2026-02-01"},
        {"endTime": "2026-02-01T00:00:00"},
        {"endTime": "2026-02-01T00:00:00+10:00"},
        {"reportType": "taps"},
        {"fileType": "pdf"},
    ],
)
def test_a_bad_job_is_refused(empty: Sandbox, fields: dict[str, object]) -> None:
    assert generate(empty, **fields).status == 400


@pytest.mark.parametrize("body", [b"{", b"[]"])
def test_a_body_that_is_no_object_is_refused(empty: Sandbox, body: bytes) -> None:
    url = f"{empty.url}/tikpay/v1/generate-report"
    assert ask(url, access(empty), body=body).status == 400
    assert ask(url, access(empty)).status == 404
