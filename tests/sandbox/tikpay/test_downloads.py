"""Files of reports: who may fetch them, for how long, and how they may come."""

from __future__ import annotations

import gzip
import http.client
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from tap_payments.sandbox import Clock, Sandbox
from tests.sandbox.client import ask
from tests.sandbox.tikpay.reports_box import fetch, url_of

if TYPE_CHECKING:
    from collections.abc import Iterator

NOW = datetime(2026, 3, 15, 12, tzinfo=UTC)


@pytest.fixture
def seeded() -> Iterator[Sandbox]:
    with Sandbox(seed=1, days=30, clock=Clock(NOW, frozen=True)) as sandbox:
        sandbox.tikpay.job_seconds = 0
        yield sandbox


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
