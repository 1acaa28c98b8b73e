"""Tikpay's moods, each seen from outside."""

from __future__ import annotations

import csv
import gzip
import io
import zlib
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import pytest

from tap_payments.sandbox import Clock, Sandbox
from tap_payments.sandbox.tikpay.options import spelled
from tests.sandbox.client import Reply, ask, bearer

if TYPE_CHECKING:
    from collections.abc import Iterator

NOW = datetime(2026, 3, 15, 12, tzinfo=UTC)
ALL = ("2026-01-01T00:00:00", "2026-04-01T00:00:00")
FORM = {
    "grant_type": "client_credentials",
    "scope": "data-api.tikpay.me:write",
    "client_id": "sandbox-tikpay-client-1",
    "client_secret": "sandbox-tikpay-secret-main",
}


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(seed=1, days=3, clock=Clock(NOW, frozen=True)) as sandbox:
        sandbox.moods.set("tikpay.job_seconds=0")
        yield sandbox


def jobs(sandbox: Sandbox) -> Reply:
    token = ask(f"{sandbox.url}/tikpay/oauth2/token", body=urlencode(FORM).encode()).json
    headers = {"x-api-key": "sandbox-tikpay-key-main", **bearer(token["access_token"])}
    return ask(f"{sandbox.url}/tikpay/v1/report-jobs-list", headers)


def report(sandbox: Sandbox, kind: str = "TAPS", form: str = "csv") -> Reply:
    sandbox.tikpay.start_job("main", kind, *ALL, form)
    return ask(sandbox.tikpay.listed("main")[-1]["downloadUrl"])


def test_the_list_may_not_count_and_say_what_is_left(sandbox: Sandbox) -> None:
    assert "x-ratelimit-remaining" not in jobs(sandbox).headers
    sandbox.moods.set("tikpay.rate_limit_headers=yes")
    headers = jobs(sandbox).headers
    assert (headers["x-ratelimit-limit"], headers["x-ratelimit-remaining"]) == ("20", "18")
    sandbox.moods.set("tikpay.list_counts_against_quota=no")
    assert [jobs(sandbox).headers["x-ratelimit-remaining"] for _ in range(30)] == ["18"] * 30


def test_files_may_lie_on_the_same_origin(sandbox: Sandbox) -> None:
    assert report(sandbox).status == 200
    assert sandbox.tikpay.listed("main")[0]["downloadUrl"].startswith(sandbox.downloads_url)
    sandbox.moods.set("tikpay.download_origin_differs=no")
    url = sandbox.tikpay.listed("main")[0]["downloadUrl"]
    assert url.startswith(f"{sandbox.url}/tikpay-downloads/reports/")
    assert ask(url).body == report(sandbox).body
    assert ask(url, {"x-api-key": "x"}).status == 400
    assert len(sandbox.journal.of("tikpay-downloads")) == 4


@pytest.mark.parametrize(
    ("style", "column"), [("camel", "tappedAt"), ("snake", "tapped_at"), ("title", "Tapped At")]
)
def test_columns_may_be_spelled_in_other_ways(sandbox: Sandbox, style: str, column: str) -> None:
    sandbox.moods.set(f"tikpay.columns={style}")
    sandbox.moods.set("tikpay.unknown_fields=zoneId")
    lines = list(csv.DictReader(io.StringIO(report(sandbox).body.decode(), newline="")))
    assert list(lines[0]) == [
        spelled(name, style) for name in (*sandbox.tikpay.example("TAPS"), "zoneId")
    ]
    truth = sandbox.tikpay.rows("main", kind="TAPS")
    assert [line[column] for line in lines] == [row["tappedAt"] for row in truth]


def test_elements_are_names_in_any_style(sandbox: Sandbox) -> None:
    sandbox.moods.set("tikpay.columns=title")
    assert b"<TappedAt>" in report(sandbox, form="xml").body


def test_gzip_may_end_in_zeros(sandbox: Sandbox) -> None:
    plain = report(sandbox).body
    sandbox.moods.set("tikpay.gzip=padded")
    reply = report(sandbox)
    unpacker = zlib.decompressobj(wbits=31)
    assert "content-encoding" not in reply.headers
    assert unpacker.decompress(reply.body) == plain
    assert unpacker.unused_data == bytes(1000)
    assert gzip.decompress(reply.body) == plain


def test_a_job_may_hang_fail_or_be_complete_without_a_link(sandbox: Sandbox) -> None:
    sandbox.moods.set("tikpay.outcomes=IN_PROGRESS,NO_URL,FAILED,none")
    for _ in range(5):
        sandbox.tikpay.start_job("main", "TAPS", *ALL)
    sandbox.clock.advance(days=6)
    entries: list[Any] = sandbox.tikpay.listed("main")
    assert [entry["status"] for entry in entries] == [
        "IN_PROGRESS",
        "COMPLETE",
        "FAILED",
        "COMPLETE",
        "COMPLETE",
    ]
    assert ["downloadUrl" in entry for entry in entries] == [False, False, False, True, True]
    assert sandbox.moods.now()["tikpay"]["outcomes"] == "none"


def test_the_zone_may_be_another_than_the_configurations(sandbox: Sandbox) -> None:
    sandbox.moods.set("tikpay.timezone=Pacific/Auckland")
    assert "timezone" not in sandbox.config()["tikpay"]
    report(sandbox)
    entry = sandbox.tikpay.listed("main")[0]
    assert (entry["timezone"], entry["createdAt"]) == ("Pacific/Auckland", "2026-03-16T01:00:00")
    sandbox.moods.set("tikpay.created_at_zone=utc")
    assert sandbox.tikpay.listed("main")[0]["createdAt"] == "2026-03-15T12:00:00"


@pytest.mark.parametrize(
    ("effect", "begins"), [("html", b"<!DOCTYPE"), ("xml", b"<?xml"), ("json", b'{"message"')]
)
def test_a_download_may_be_a_document_of_another_kind(
    sandbox: Sandbox, effect: str, begins: bytes
) -> None:
    sandbox.faults.add(f"tikpay-downloads:{effect}")
    reply = report(sandbox)
    assert reply.status == 200
    assert reply.body.startswith(begins)
    assert effect in reply.headers["content-type"]
