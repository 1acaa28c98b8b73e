"""Tikpay's reports: their columns are not known beforehand, so they travel in one that is."""

from __future__ import annotations

import json
import subprocess
import typing as t

from tap_payments.airbyte.cells import Cells
from tests.airbyte.runs import TAP

if t.TYPE_CHECKING:
    from tap_payments.sandbox import Sandbox
    from tests.airbyte.runs import Message, Platform

TAPS = "tikpay_taps"
OWN = {
    "_account",
    "_extra",
    "_report_job_id",
    "_row_id",
    "_row_number",
    "_window_since",
    "_window_until",
    "_operator_timezone",
    "_report_created_at",
}


def tapped(platform: Platform) -> list[Message]:
    """The rows as the tap writes them."""
    line = [*TAP, "--config", platform.file("config", platform.config)]
    done = subprocess.run(line, capture_output=True, timeout=120, check=True)
    messages = [json.loads(each) for each in done.stdout.splitlines()]
    return [each["record"] for each in messages if each.get("stream") == TAPS and "record" in each]


def test_the_cells_of_a_row_are_in_one_column(platform: Platform, box: Sandbox) -> None:
    platform = platform.given(box.config("tikpay"))
    assert platform.read(TAPS).code == 0
    # The report is made now: both find it, and take it for as old as the other does.
    run = platform.read(TAPS)
    assert run.code == 0
    declared = platform.discover()[TAPS]["json_schema"]["properties"]
    rows = tapped(platform)
    assert len(rows) == len(run.records(TAPS)) > 100
    for told, row in zip(run.records(TAPS), rows, strict=True):
        assert set(told) == OWN | {"_row"} == set(declared)
        assert told["_row"] == {name: cell for name, cell in row.items() if name not in OWN}
        assert {name: told[name] for name in OWN} == {name: row[name] for name in OWN}
    counts = [state["sourceStats"]["recordCount"] for state in run.states(TAPS)]
    assert sum(counts) == len(rows)
    # The tap writes another SCHEMA, of the report's own columns: the stream starts once.
    assert run.statuses(TAPS) == ["STARTED", "RUNNING", "COMPLETE"]


def test_key_columns_are_columns_of_their_own(platform: Platform, box: Sandbox) -> None:
    config = box.config("tikpay")
    config["tikpay"]["key_properties"] = {"TAPS": ["tapId"]}
    platform = platform.given(config)
    stream = platform.discover()[TAPS]
    run = platform.read(TAPS)
    assert run.code == 0
    (_, (key,)) = stream["source_defined_primary_key"]
    for told in run.records(TAPS):
        assert set(told) == set(stream["json_schema"]["properties"])
        assert told[key] == told["_row"][key]


def test_surplus_cells_stay_beside_the_row() -> None:
    lines = (
        b'\n{"tapId":"1","b":null,"_row_id":"x","_row_number":1}\n'
        b'{"tapId":"2","b":"\\u00e9","_row_id":"y","_row_number":2,"_extra":{"column_3":"c"}}\n'
    )
    nothing, *gathered = Cells(OWN, ["_account", "tapId"]).gather(lines).splitlines()
    assert nothing == b""
    assert [json.loads(line) for line in gathered] == [
        {"_row": {"tapId": "1", "b": None}, "tapId": "1", "_row_id": "x", "_row_number": 1},
        {
            "_row": {"tapId": "2", "b": "\u00e9"},
            "tapId": "2",
            "_row_id": "y",
            "_row_number": 2,
            "_extra": {"column_3": "c"},
        },
    ]


def test_the_list_of_jobs_is_a_stream_as_it_is(platform: Platform, box: Sandbox) -> None:
    platform = platform.given(box.config("tikpay"))
    assert platform.read(TAPS).code == 0
    run = platform.read(TAPS, "tikpay_report_jobs")
    assert run.code == 0
    assert run.records("tikpay_report_jobs")
    assert box.downloads_url not in "".join(run.lines)
