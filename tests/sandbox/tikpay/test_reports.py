from __future__ import annotations

import csv
import gzip
import http.client
import io
import xml.etree.ElementTree as ET
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from tap_payments.sandbox import Clock, Sandbox
from tap_payments.sandbox.tikpay.rows import EVENT_TIMES
from tests.sandbox.client import Reply, ask

if TYPE_CHECKING:
    from collections.abc import Iterator

NOW = datetime(2026, 3, 15, 12, tzinfo=UTC)
ALL = ("2026-01-01T00:00:00", "2026-04-01T00:00:00")


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


def url_of(
    sandbox: Sandbox, kind: str = "TAPS", bounds: tuple[str, str] = ALL, form: str = "csv"
) -> str:
    sandbox.tikpay.start_job("main", kind, *bounds, form)
    return str(sandbox.tikpay.listed("main")[-1]["downloadUrl"])


def fetch(sandbox: Sandbox, kind: str = "TAPS", **fields: Any) -> Reply:
    return ask(url_of(sandbox, kind, **fields))


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


@pytest.mark.parametrize(("mode", "encoding"), [("declared", "gzip"), ("undeclared", None)])
def test_a_file_can_come_in_gzip(seeded: Sandbox, mode: Any, encoding: str | None) -> None:
    plain = fetch(seeded).body
    seeded.tikpay.gzip = mode
    reply = fetch(seeded)
    assert reply.headers.get("content-encoding") == encoding
    body = reply.body if encoding else gzip.decompress(reply.body)
    assert body == plain


def test_a_download_takes_a_good_url_and_nothing_else(seeded: Sandbox) -> None:
    url = url_of(seeded)
    assert not url.startswith(seeded.url)
    for headers in ({"Authorization": "Bearer x"}, {"x-api-key": "x"}):
        reply = ask(url, headers)
        assert reply.status == 400
        assert b"Only one auth mechanism allowed" in reply.body
    assert ask(url[:-1] + "0" if url[-1] != "0" else url[:-1] + "1").status == 403
    assert ask(url.replace("X-Expires=1", "X-Expires=2")).status == 403
    assert ask(url).status == 200
    seeded.clock.advance(3600)
    assert ask(url).status == 403
    fresh = seeded.tikpay.listed("main")[0]["downloadUrl"]
    assert ask(fresh).status == 200
    seeded.tikpay.downloads.expire_urls()
    assert ask(fresh).status == 403


def test_a_file_is_gone_when_its_job_is(seeded: Sandbox) -> None:
    seeded.tikpay.url_lifetime = 10**7
    url = url_of(seeded)
    seeded.clock.advance(days=8)
    assert ask(url).status == 404


@pytest.mark.parametrize("mode", [None, "declared"])
def test_a_download_can_break_off(seeded: Sandbox, mode: Any) -> None:
    seeded.tikpay.truncate_downloads, seeded.tikpay.gzip = 1, mode
    url = url_of(seeded)
    with pytest.raises(http.client.IncompleteRead):
        ask(url)
    assert ask(url).status == 200


def test_downloads_are_in_the_journal_and_can_fail(seeded: Sandbox) -> None:
    url = url_of(seeded)
    seeded.faults.add("tikpay-downloads:403")
    assert [ask(url).status for _ in range(2)] == [403, 200]
    assert [request.status for request in seeded.journal.of("tikpay-downloads", "/reports/")] == [
        403,
        200,
    ]
    assert seeded.journal.of("tikpay") == []


def test_taps_arrive_late_and_trips_end(seeded: Sandbox) -> None:
    taps = seeded.tikpay.rows("main", kind="TAPS")
    assert sum(tap["receivedAt"] > tap["tappedAt"] for tap in taps) > 20
    trips = {row["tripId"]: row for row in seeded.tikpay.rows("main", kind="TRIPS")}
    before = Counter(row["endedAt"] is None for row in trips.values())
    hour = NOW - timedelta(days=2, hours=5)
    at_noon = seeded.tikpay.rows("main", hour, kind="TRIPS")
    changed = [row for row in at_noon if row != trips[row["tripId"]]]
    assert before[True] < 5
    assert all(row["endedAt"] is None for row in changed)
    settled = {row["status"] for row in seeded.tikpay.rows("main", kind="PAYMENTS")}
    assert settled == {"PENDING", "SETTLED"}


def test_nothing_happens_on_a_quiet_day_of_the_operator(seeded: Sandbox) -> None:
    seeded.clock.advance(days=30)
    busy = {
        row[field][:10]
        for kind, field in EVENT_TIMES.items()
        for row in seeded.tikpay.rows("main", kind=kind)
    }
    days = {f"{NOW - timedelta(days=back):%Y-%m-%d}" for back in range(30)}
    assert len(days - busy) == 3
