from __future__ import annotations

import csv
import io
import xml.etree.ElementTree as ET
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from tap_payments.sandbox import Clock, Sandbox
from tap_payments.sandbox.tikpay.rows import EVENT_TIMES
from tests.sandbox.tikpay.reports_box import fetch

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.sandbox.client import Reply

NOW = datetime(2026, 3, 15, 12, tzinfo=UTC)


@pytest.fixture
def seeded() -> Iterator[Sandbox]:
    with Sandbox(seed=1, days=30, clock=Clock(NOW, frozen=True)) as sandbox:
        sandbox.tikpay.job_seconds = 0
        yield sandbox


@pytest.fixture
def empty() -> Iterator[Sandbox]:
    with Sandbox(seed=None, clock=Clock(NOW, frozen=True)) as sandbox:
        sandbox.tikpay.job_seconds = 0
        yield sandbox


def cells(reply: Reply) -> list[dict[str, Any]]:
    return list(csv.DictReader(io.StringIO(reply.body.decode(), newline="")))


def written(row: dict[str, Any]) -> dict[str, str]:
    return {name: "" if value is None else str(value) for name, value in row.items()}


@pytest.mark.parametrize("kind", list(EVENT_TIMES))
def test_a_csv_report_has_the_rows_of_the_data_set(seeded: Sandbox, kind: str) -> None:
    reply = fetch(seeded, kind)
    rows = [written(row) for row in seeded.tikpay.rows("main", kind=kind)]
    assert reply.headers["content-type"] == "text/csv"
    assert cells(reply) == rows
    assert len(rows) > 60


def test_bounds_are_the_operators_time_and_half_open(empty: Sandbox) -> None:
    for hour in ("03:59:59", "04:00:00", "04:59:59", "05:00:00"):
        empty.tikpay.put("main", {"tappedAt": f"2026-03-01T{hour}", "tapId": hour}, kind="TAPS")
    reply = fetch(empty, bounds=("2026-03-01T04:00:00", "2026-03-01T05:00:00"))
    assert [row["tapId"] for row in cells(reply)] == ["04:00:00", "04:59:59"]


def test_an_xml_report_has_the_same_rows(seeded: Sandbox) -> None:
    reply = fetch(seeded, "TRIPS", form="xml")
    root = ET.fromstring(reply.body)  # noqa: S314 - the sandbox's own document
    assert (root.tag, {child.tag for child in root}) == ("trips", {"trip"})
    found = [{cell.tag: cell.text or "" for cell in child} for child in root]
    assert found == [written(row) for row in seeded.tikpay.rows("main", kind="TRIPS")]


def test_a_file_can_be_written_in_other_ways(empty: Sandbox) -> None:
    empty.tikpay.delimiter, empty.tikpay.bom = ";", True
    empty.tikpay.put("main", {"tappedAt": "2026-03-01T00:00:00", "a": 'x;"y"\nz'}, kind="TAPS")
    assert fetch(empty).body == (b'\xef\xbb\xbftappedAt;a\r\n2026-03-01T00:00:00;"x;""y""\nz"\r\n')


def test_a_complete_report_without_rows_is_a_header(empty: Sandbox) -> None:
    empty.tikpay.outcomes = ["COMPLETE"]
    header = ",".join(empty.tikpay.example("TAPS"))
    assert fetch(empty).body == f"{header}\r\n".encode()


@pytest.mark.parametrize("content", [b"", b"exactly\x00this"])
def test_a_report_can_be_exact_bytes(empty: Sandbox, content: bytes) -> None:
    empty.tikpay.put_report("TAPS", content)
    reply = fetch(empty)
    assert (reply.body, reply.headers["content-length"]) == (content, str(len(content)))


@pytest.mark.parametrize("form", ["csv", "xml"])
def test_a_bulk_report_has_its_length_and_rows(empty: Sandbox, form: str) -> None:
    empty.tikpay.bulk_rows = {"TAPS": 12_345}
    reply = fetch(empty, form=form)
    assert len(reply.body) == int(reply.headers["content-length"])
    if form == "csv":
        names = [row["id"] for row in cells(reply)]
    else:
        names = [str(row.findtext("id")) for row in ET.fromstring(reply.body)]  # noqa: S314 - ours
    assert len(set(names)) == len(names) == 12_345
    assert names[-1] == "BULK-000000012344"
