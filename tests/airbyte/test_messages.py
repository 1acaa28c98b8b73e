from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from tap_payments.airbyte import messages
from tests.airbyte.protocol import assert_protocol

NOW = datetime(2026, 3, 10, 2, 17, 0, 500_600, tzinfo=UTC)


@pytest.mark.parametrize(
    "message",
    [
        messages.to_log("INFO", "a"),
        messages.to_spec({"connectionSpecification": {}}),
        messages.to_connection_status([]),
        messages.to_connection_status(["a", "b"]),
        messages.to_catalog([]),
        messages.to_state("rows", {"partitions": []}, 3),
        messages.to_state("rows", messages.NO_CURSOR, 0),
        messages.to_status("rows", "STARTED", NOW),
        messages.to_status("rows", "RUNNING", NOW, limited_until=NOW),
        messages.to_error("a", "config", NOW),
        messages.to_error("a", "system", NOW, stream="rows", internal="b"),
    ],
    ids=lambda message: message["type"],
)
def test_every_message_is_one_of_the_protocols(message: messages.Message) -> None:
    assert_protocol([json.dumps(message)])


def test_time_is_in_milliseconds() -> None:
    assert messages.to_millis(NOW) == 1773109020501
    limited = messages.to_status("rows", "RUNNING", NOW, limited_until=NOW)
    [reason] = limited["trace"]["stream_status"]["reasons"]
    assert reason["rate_limited"]["quota_reset"] == 1773109020501


def test_everything_that_is_wrong_is_in_one_message() -> None:
    status = messages.to_connection_status(["one", "two"])["connectionStatus"]
    assert status == {"status": "FAILED", "message": "one; two"}


@pytest.mark.parametrize("kind", ["config", "transient", "system"])
def test_a_failure_says_who_can_mend_it(kind: str) -> None:
    error = messages.to_error("a", kind, NOW)["trace"]["error"]
    assert error["failure_type"] == f"{kind}_error"
    assert "stream_descriptor" not in error


def test_a_count_of_records_has_the_decimal_point_that_the_protocol_asks_for() -> None:
    assert '"recordCount": 3.0' in json.dumps(messages.to_state("rows", {}, 3))
