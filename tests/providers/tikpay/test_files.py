"""Files that are no reports, and headers, keys and personal columns of those that are."""

from __future__ import annotations

import json
import typing as t

import pytest
from singer_sdk.exceptions import ConfigValidationError

from tests.providers.tikpay.box import HORIZON, STREAMS, box, config, only, run
from tests.support.taps import sync, watermarks

if t.TYPE_CHECKING:
    from tap_payments.sandbox import Sandbox
    from tests.support.taps import Run

HTML = b"<!DOCTYPE html><html><body>Sign in</body></html>"
S3 = b'<?xml version="1.0"?>\n<Error><Code>AccessDenied</Code><Message>Expired</Message></Error>'
JSON = b'{"errorId": "f0d10e0d-0219-47c0-8fa0-ea4740327cc1"}'


def read(
    sandbox: Sandbox, report: bytes, *, top: dict[str, t.Any] | None = None, **own: t.Any
) -> Run:
    """A run of the taps alone, with a report of these bytes."""
    sandbox.tikpay.put_report("TAPS", report)
    chosen = only("tikpay_taps", sandbox, **own)
    chosen["config"] |= top or {}
    return sync(sandbox, **chosen)


@pytest.mark.parametrize("file_type", ["csv", "xml"])
@pytest.mark.parametrize("body", [HTML, S3, JSON])
def test_an_answer_that_is_no_report_is_asked_for_again_and_moves_no_watermark(
    file_type: str, body: bytes
) -> None:
    with box() as sandbox:
        done = read(sandbox, body, file_type=file_type)
        assert done.failed is not None
        assert "and no report, and 2 retries did not help" in done.failed
        assert done.records("tikpay_taps") == []
        assert watermarks(done.state, "tikpay_taps") == {}
        assert len(sandbox.journal.of("tikpay-downloads")) == 3


@pytest.mark.parametrize("delimiter", ["\t", "\\t"])
def test_a_tab_is_a_delimiter(delimiter: str) -> None:
    with box() as sandbox:
        done = read(sandbox, b"tapId\tamount\n1\t2,50\n", delimiter=delimiter)
        (record,) = done.records("tikpay_taps")
        assert (record["tapId"], record["amount"]) == ("1", "2,50")


@pytest.mark.parametrize("delimiter", [",,", '"', "\n", "\\n", "\t\t"])
def test_what_is_no_delimiter_is_refused(delimiter: str) -> None:
    with box() as sandbox, pytest.raises(ConfigValidationError) as refused:
        sync(sandbox, config(sandbox, delimiter=delimiter))
    assert all(error.startswith("tikpay.delimiter: ") for error in refused.value.errors)


def test_a_wrong_delimiter_is_warned_of_once() -> None:
    with box() as sandbox:
        done = read(sandbox, b"tapId;amount\n1;2\n", start="2026-03-17", window_days=2)
        assert len(done.logged("WARNING", "tikpay_taps", "(semicolon)")) == 1
        assert len(done.records("tikpay_taps")) == 2


def test_a_wrong_row_element_moves_no_watermark() -> None:
    report = b"<report><taps><tap><tapId>1</tapId></tap></taps></report>"
    with box() as sandbox:
        done = read(sandbox, report, file_type="xml", row_element="trip")
        assert done.failed is not None
        assert "tikpay.row_element" in done.failed
        assert watermarks(done.state, "tikpay_taps") == {}
        done = read(sandbox, report, file_type="xml")
        assert done.failed is not None
        assert "tikpay.row_element" in done.failed
        done = read(sandbox, report, file_type="xml", row_element="tap")
        assert [row["tapId"] for row in done.records("tikpay_taps")] == ["1"]


def test_the_first_schema_declares_the_keys_and_none_comes_before_the_columns_are_known() -> None:
    keys = {"TAPS": ["tapId"]}
    with box() as sandbox:
        done = read(sandbox, b"tapId,amount\n1,2\n", key_properties=keys)
        first, *_ = done.of("SCHEMA", "tikpay_taps")
        assert first["key_properties"] == ["_account", "tapId"]
        assert set(first["key_properties"]) <= set(first["schema"]["properties"])
        assert first["schema"]["properties"]["tapId"]["type"] == ["string"]
    with box() as sandbox:
        sandbox.tikpay.outcomes = ["NO_DATA"]
        done = sync(sandbox, **only("tikpay_taps", sandbox, key_properties=keys))
        assert done.of("SCHEMA") == []
        assert watermarks(done.state, "tikpay_taps") == {"default": HORIZON}


def test_a_column_that_is_repeated_under_a_personal_name_is_personal_too() -> None:
    with box() as sandbox:
        done = read(
            sandbox,
            b"tapId,Phone No.,phone no\n1,canary,canary\n",
            top={"personal_data": "drop"},
            personal_columns=["phone_no"],
        )
        assert "canary" not in json.dumps(done.records("tikpay_taps"))
        assert not done.logged("WARNING", "personal_columns")


def test_a_personal_name_that_no_report_has_is_warned_of_once() -> None:
    with box() as sandbox:
        found = config(sandbox, personal_columns=["fone", "tapId", "tripid"])
        done = sync(sandbox, found | {"personal_data": "hash", "personal_data_key": "k"})
        assert all(done.records(stream) for stream in STREAMS)
        (warning,) = done.logged("WARNING", "personal_columns")
        assert "'fone', which no report of this run has" in warning
    with box() as sandbox:
        done = run(sandbox, personal_columns=["fone"])
        assert not done.logged("WARNING", "personal_columns"), "nothing is replaced"


def test_a_key_that_is_dropped_is_refused() -> None:
    with box() as sandbox:
        own: dict[str, t.Any] = {
            "key_properties": {"TAPS": ["Tap Id"]},
            "personal_columns": ["tap_id"],
        }
        with pytest.raises(ConfigValidationError) as refused:
            sync(sandbox, config(sandbox, **own) | {"personal_data": "drop"})
        assert "tikpay.key_properties: names a column of TAPS" in str(refused.value.errors)
        hashed = {"personal_data": "hash", "personal_data_key": "k"}
        own = {"key_properties": {"TAPS": ["tapId"]}, "personal_columns": ["tapid"]}
        done = sync(sandbox, config(sandbox, **own) | hashed)
        assert done.failed is None
        assert all(len(row["tapId"]) == 64 for row in done.records("tikpay_taps"))
