"""Reports, from the job to the records: whole, once, and with their own columns."""

from __future__ import annotations

import json

import pytest

from tests.providers.tikpay.box import (
    HORIZON,
    STREAMS,
    box,
    content,
    later,
    only,
    run,
)
from tests.providers.tikpay.reports_box import read
from tests.support.taps import sync, watermarks


@pytest.mark.parametrize("file_type", ["csv", "xml"])
def test_every_row_of_every_report_arrives(file_type: str) -> None:
    with box() as sandbox:
        done = run(sandbox, file_type=file_type)
        for stream in STREAMS:
            kind = stream.removeprefix("tikpay_").upper()
            truth = sandbox.tikpay.rows("main", kind=kind)
            records = done.records(stream)
            assert {row["_operator_timezone"] for row in records} == {"Australia/Sydney"}
            assert [row["_row_number"] for row in records] == list(range(1, len(records) + 1))
            assert len({row["_row_id"] for row in records}) == len(records)
            texts = {
                content(
                    {name: str(value) for name, value in row.items() if value not in (None, "")}
                )
                for row in truth
            }
            found = {
                content({name: value for name, value in row.items() if value is not None})
                for row in records
            }
            assert found
            assert found <= texts


def test_what_the_tap_adds() -> None:
    with box() as sandbox:
        done = read(sandbox, b"tapId,amount\n1,2.50\n")
        (record,) = done.records("tikpay_taps")
        (job,) = sandbox.tikpay.jobs
        assert record == {
            "_account": "default",
            "_extra": None,
            "_operator_timezone": "Australia/Sydney",
            "_report_created_at": "2026-03-20T01:30:00.000000Z",
            "_report_job_id": job.id,
            "_row_id": record["_row_id"],
            "_row_number": 1,
            "_window_since": "2026-03-16T00:00:00.000000Z",
            "_window_until": HORIZON,
            "amount": "2.50",
            "tapId": "1",
        }


def test_the_schema_has_the_reports_columns_and_comes_before_its_rows() -> None:
    with box() as sandbox:
        done = read(sandbox, b"tapId,fare paid\n1,2.50\n")
        kinds = [each["type"] for each in done.messages]
        assert kinds == ["STATE", "SCHEMA", "RECORD", "STATE"]
        (declared,) = done.of("SCHEMA")
        assert declared["schema"]["properties"]["fare_paid"]["type"] == ["string", "null"]
        assert set(done.records("tikpay_taps")[0]) == set(declared["schema"]["properties"])


@pytest.mark.parametrize("fast", [True, False])
def test_a_deselected_column_is_in_no_schema_and_a_key_is_in_each(*, fast: bool) -> None:
    with box() as sandbox:
        chosen = only("tikpay_taps", sandbox, key_properties={"TAPS": ["tapId"]})
        (entry,) = (e for e in chosen["catalog"]["streams"] if e["tap_stream_id"] == "tikpay_taps")
        hidden = ("_report_job_id", "_row_id", "_extra", "amount")
        told = [each for each in entry["metadata"] if not {*each["breadcrumb"]} & {*hidden}]
        entry["metadata"] = told + [
            {"breadcrumb": ["properties", name], "metadata": {"selected": False}} for name in hidden
        ]
        chosen["config"]["fast_records"] = fast
        sandbox.tikpay.put_report("TAPS", b"tapId,amount,zone\n1,2.50,north\n")
        done = sync(sandbox, **chosen)
        assert done.failed is None
        (declared,) = done.of("SCHEMA")
        (record,) = done.records("tikpay_taps")
        assert set(declared["key_properties"]) == {"_account", "tapId"} <= set(record)
        assert set(record) == set(declared["schema"]["properties"])
        assert not set(record) & {"_report_job_id", "_row_id", "_extra", "amount"}
        assert record["tapId"] == "1"


def test_a_row_that_two_reports_carry_is_one_row_and_a_changed_one_is_new() -> None:
    with box() as sandbox:
        first = read(sandbox, b"tapId,amount\n1,2.50\n2,3\n2,3\n")
        later(sandbox, days=1)
        second = read(sandbox, b"amount,tapId,zone\n2.50,1,\n3,2,\n3,2,\n4,2,\n", state=first.state)
        ids = [row["_row_id"] for row in first.records("tikpay_taps")]
        assert len(set(ids)) == 3
        assert [row["_row_id"] for row in second.records("tikpay_taps")][:3] == ids
        assert second.records("tikpay_taps")[3]["_row_id"] not in ids
        assert len(second.of("SCHEMA")) == 1


def test_csv_as_it_comes() -> None:
    report = (
        "\ufefftapId, Fare paid ,,tapId,_account,note\r\n"
        '1,2.50,x,again,me,"a\nb"\r\n'
        "\r\n"
        "2\r\n"
        "3,,,,,,surplus,\r\n"
    ).encode()
    with box() as sandbox:
        done = read(sandbox, report)
        rows = [
            {
                name: row[name]
                for name in (
                    "tapId", "Fare_paid", "column_3", "tapId_2", "_account_2", "note", "_extra"
                )
            }
            for row in done.records("tikpay_taps")
        ]  # fmt: skip
        assert [tuple(row.values()) for row in rows] == [
            ("1", "2.50", "x", "again", "me", "a\nb", None),
            ("2", None, None, None, None, None, None),
            ("3", None, None, None, None, None, '{"column_7":"surplus","column_8":null}'),
        ]


def test_xml_as_it_comes() -> None:
    report = b"""<?xml version="1.0"?><r:taps xmlns:r="urn:x">
    <r:tap id="a"><r:id>1</r:id><r:fare currency="AUD"><r:amount>2.50</r:amount></r:fare></r:tap>
    <r:tap id="b"><r:note/></r:tap></r:taps>"""
    with box() as sandbox:
        done = read(sandbox, report, file_type="xml")
        rows = [dict(content(row)) for row in done.records("tikpay_taps")]
        assert rows == [
            {"id_2": "a", "id": "1", "fare_currency": "AUD", "fare_amount": "2.50", "note": None},
            {"id_2": None, "id": "b", "fare_currency": None, "fare_amount": None, "note": None},
        ]


def test_keys_from_the_settings() -> None:
    keys = {"TAPS": ["tapId"]}
    with box() as sandbox:
        done = read(sandbox, b"tapId,amount\n1,2\n", key_properties=keys)
        assert done.of("SCHEMA")[-1]["key_properties"] == ["_account", "tapId"]
        assert done.of("SCHEMA")[-1]["schema"]["properties"]["tapId"]["type"] == ["string"]
    for report in (b"id,amount\n1,2\n", b"tapId,amount\n1,2\n,3\n"):
        with box() as sandbox:
            done = read(sandbox, report, key_properties=keys)
            assert done.failed is not None
            assert "tapId" in done.failed
            assert watermarks(done.state, "tikpay_taps") == {}


@pytest.mark.parametrize("mode", ["hash", "drop"])
def test_personal_columns(mode: str) -> None:
    with box() as sandbox:
        chosen = only("tikpay_taps", sandbox, personal_columns=["name", "absent"])
        chosen["config"] |= {"personal_data": mode, "personal_data_key": "k"}
        sandbox.tikpay.put_report("TAPS", b"tapId,name\n1,Ann\n2,\n3,,Surplus\n")
        first, second, third = sync(sandbox, **chosen).records("tikpay_taps")
        assert second["name"] is None
        (surplus,) = json.loads(third["_extra"]).values()
        assert (surplus is None) is (mode == "drop")
        assert surplus != "Surplus"
        assert (first["name"] is None) is (mode == "drop")
        assert first["name"] != "Ann"
        assert first["tapId"] == "1"


def test_stream_maps_and_flattening_see_the_reports_columns() -> None:
    with box() as sandbox:
        chosen = only("tikpay_taps", sandbox)
        chosen["config"]["stream_maps"] = {"tikpay_taps": {"fare": "float(amount)", "amount": None}}
        sandbox.tikpay.put_report("TAPS", b"tapId,amount\n1,2.50\n")
        done = sync(sandbox, **chosen)
        assert done.failed is None
        (record,) = done.records("tikpay_taps")
        assert record["fare"] == 2.5
        assert "amount" not in record
        assert record["tapId"] == "1"
        assert "tapId" in done.of("SCHEMA")[-1]["schema"]["properties"]
