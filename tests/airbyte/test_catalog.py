"""`discover` declares every column, key and cursor, and asks nobody."""

from __future__ import annotations

import json
import typing as t

import jsonschema

from tests.support.site_pages import ROOT

if t.TYPE_CHECKING:
    from tap_payments.sandbox import Sandbox
    from tests.airbyte.runs import Platform

SNAPSHOTS = (ROOT / "tests/catalog").glob("*.json")
METHODS = {
    file.stem: json.loads(file.read_text(encoding="utf-8"))["replication_method"]
    for file in SNAPSHOTS
    if file.stem != "sync_windows"
}
REPORTS = {"tikpay_customers", "tikpay_payments", "tikpay_taps", "tikpay_trips"}


def test_without_a_provider_all_streams_are_listed(platform: Platform) -> None:
    streams = platform.given({}).discover()
    assert set(streams) == set(METHODS)
    for name, stream in streams.items():
        columns = stream["json_schema"]["properties"]
        jsonschema.Draft7Validator.check_schema(stream["json_schema"])
        assert stream["json_schema"]["additionalProperties"] is True
        assert {"_account", "_extra"} <= set(columns)
        for path in stream["source_defined_primary_key"]:
            (key,) = path
            assert columns[key]["type"] in (["string"], ["integer"]), (name, key)
        if METHODS[name] == "FULL_TABLE":
            assert stream["supported_sync_modes"] == ["full_refresh"]
            assert "is_resumable" not in stream
        else:
            assert stream["supported_sync_modes"] == ["full_refresh", "incremental"]
            assert stream["source_defined_cursor"] is True
            assert stream["is_resumable"] is True
            (cursor,) = stream["default_cursor_field"]
            assert columns[cursor]["format"] == "date-time"
        assert ("_row" in columns) is (name in REPORTS)


def test_with_providers_only_theirs_and_sync_windows_when_it_is_on(
    platform: Platform, box: Sandbox
) -> None:
    platform.config["sync_windows"] = True
    assert set(platform.discover()) == {
        "zimpler_transactions",
        "zimpler_current_balance",
        "spacivox_payment_transactions",
        "spacivox_teams",
        "sync_windows",
    }
    assert not list(box.journal)


def test_settings_that_are_not_complete_are_enough(platform: Platform) -> None:
    config = {"zimpler": {"page_size": 0}, "max_retries": "x", "begateway": {}, "tikpay": {}}
    streams = platform.given(config).discover()
    assert {"zimpler_transactions", "begateway_transactions", "tikpay_taps"} <= set(streams)


def test_key_columns_of_a_report_are_declared(platform: Platform, box: Sandbox) -> None:
    config = box.config("tikpay")
    config["tikpay"]["key_properties"] = {"TAPS": ["tapId", "readerId"]}
    taps = platform.given(config).discover()["tikpay_taps"]
    assert taps["source_defined_primary_key"] == [["_account"], ["tapId"], ["readerId"]]
    assert taps["json_schema"]["properties"]["tapId"]["type"] == ["string"]
    assert taps["json_schema"]["properties"]["_row"]["type"] == ["object", "null"]


def test_a_config_that_is_no_json_is_a_config_error(platform: Platform) -> None:
    run = platform.given("{").run("discover")
    assert run.code == 1
    (error,) = run.errors
    assert error["failure_type"] == "config_error"
    assert not run.of("CATALOG")
