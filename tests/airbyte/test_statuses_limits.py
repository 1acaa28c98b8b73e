"""A provider's limit is told as a limit: the stream waits, or resumes another day."""

from __future__ import annotations

import json
import typing as t
from datetime import UTC, datetime

from singer_sdk.singerlib import SchemaMessage

from tap_payments.airbyte.writer import AirbyteWriter

if t.TYPE_CHECKING:
    import pytest

    from tap_payments.sandbox import Sandbox
    from tests.airbyte.runs import Platform

SPACIVOX = "spacivox_payment_transactions"


def test_a_limit_that_is_waited_for(platform: Platform, box: Sandbox) -> None:
    platform.config["max_retries"] = 2
    platform.config["spacivox"]["concurrency"] = 1
    box.faults.add("spacivox:429:retry-after=1:path=/j/payment:after=2")
    run = platform.read(SPACIVOX)
    assert run.code == 0
    assert run.statuses(SPACIVOX) == ["STARTED", "RUNNING", "RUNNING", "RUNNING", "COMPLETE"]
    (reason,) = run.reasons(SPACIVOX)
    assert reason["type"] == "RATE_LIMITED"
    (told,) = run.told_at("RATE_LIMITED")
    assert 900 <= reason["rate_limited"]["quota_reset"] - told < 2000
    logs = [log for log in run.of("LOG") if "429" in log["message"]]
    assert [log["level"] for log in logs] == ["WARN"]


def test_a_retry_after_something_else_is_no_limit(platform: Platform, box: Sandbox) -> None:
    platform.config["max_retries"] = 2
    box.faults.add("spacivox:503:retry-after=1:path=/j/payment:after=2")
    run = platform.read(SPACIVOX)
    assert run.code == 0
    assert not run.reasons(SPACIVOX)


def test_a_daily_quota_that_is_spent_ends_the_read_well(platform: Platform, box: Sandbox) -> None:
    config = box.config("tikpay", "spacivox")
    config["tikpay"] |= {"daily_request_limit": 1}
    run = platform.given(config).read("tikpay_taps", "spacivox_teams")
    assert run.code == 0
    assert not run.errors
    assert run.statuses("tikpay_taps") == ["STARTED", "RUNNING", "COMPLETE"]
    (reason,) = run.reasons("tikpay_taps")
    resumes = datetime.fromtimestamp(reason["rate_limited"]["quota_reset"] / 1000, UTC)
    (told,) = run.told_at("RATE_LIMITED")
    assert resumes.timestamp() * 1000 > told
    (warning,) = [
        log for log in run.of("LOG") if "tikpay_taps" in log["message"] and "WARN" in log["level"]
    ]
    assert f"{resumes:%Y-%m-%dT%H:%M}" in warning["message"]
    assert run.statuses("spacivox_teams")[-1] == "COMPLETE"


def test_a_thread_that_is_late_does_not_open_a_stream_again(
    capfd: pytest.CaptureFixture[str],
) -> None:
    now = datetime(2026, 1, 31, tzinfo=UTC)
    writer = AirbyteWriter(lambda: now)
    writer.write_message(SchemaMessage("s", {}))
    writer.limit("s", now)
    writer.finish("s", None, complete=False)
    writer.limit("s", now)
    writer.limit("t", now)
    told = [
        json.loads(line)["trace"]["stream_status"] for line in capfd.readouterr().out.splitlines()
    ]
    assert [each["status"] for each in told] == ["STARTED", "RUNNING", "INCOMPLETE"]
    assert not writer.open_streams
