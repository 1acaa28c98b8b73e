"""beGateway's moods, each seen from outside."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from tap_payments.sandbox import Clock, Sandbox
from tests.sandbox.client import Reply, ask, basic

if TYPE_CHECKING:
    from collections.abc import Iterator

NOW = datetime(2026, 3, 15, 12, tzinfo=UTC)
HEADERS = {**basic("1001", "sandbox-begateway-secret-main"), "X-Api-Version": "3"}
PARAMS: dict[str, Any] = {
    "date_type": "created_at",
    "from": "2026-02-01 00:00:00",
    "to": "2026-03-16 00:00:00",
    "status": "all",
    "payment_method_type": "credit_card",
    "time_zone": "UTC",
}


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(seed=1, days=30, clock=Clock(NOW, frozen=True)) as sandbox:
        yield sandbox


def post(sandbox: Sandbox, path: str = "", **params: Any) -> Reply:
    body = {"report_params": {**PARAMS, **params}}
    return ask(f"{sandbox.url}/begateway/api/reports{path}", HEADERS, body=body)


def test_reports_may_not_be_enabled(sandbox: Sandbox) -> None:
    sandbox.moods.set("begateway.reports_enabled=no")
    assert (post(sandbox).status, post(sandbox, "/count").status) == (401, 401)


def test_other_payment_methods_may_be_known(sandbox: Sandbox) -> None:
    sandbox.moods.set("begateway.payment_method_types=credit_card,erip")
    statuses = {
        method: post(sandbox, payment_method_type=method).status
        for method in ("credit_card", "alternative", "erip")
    }
    assert statuses == {"credit_card": 200, "alternative": 422, "erip": 200}


def test_a_page_may_have_more_or_fewer_rows(sandbox: Sandbox) -> None:
    sandbox.moods.set("begateway.page_size=7")
    assert len(post(sandbox).json["transactions"]) == 7


def test_to_may_be_inclusive(sandbox: Sandbox) -> None:
    row = sandbox.begateway.rows("main")[0]
    second = row["created_at"].replace("T", " ").removesuffix("Z")
    bounds = {"from": second, "to": second, "payment_method_type": row["payment_method_type"]}
    assert post(sandbox, **bounds).json["count"] == 0
    sandbox.moods.set("begateway.to_is_inclusive=yes")
    assert post(sandbox, **bounds).json["transactions"] == [row]


def test_a_cursor_may_be_a_string_and_count_the_pages(sandbox: Sandbox) -> None:
    before = post(sandbox).json
    sandbox.moods.set("begateway.cursor_type=string")
    sandbox.moods.set("begateway.count=page")
    after = post(sandbox).json
    assert after["last_object_id"] == str(before["last_object_id"])
    assert before["count"] > after["count"] == 50


def test_the_count_endpoint_may_disagree(sandbox: Sandbox) -> None:
    sandbox.moods.set("begateway.count_offset=-1")
    assert post(sandbox, "/count").json["transactions"]["count"] == post(sandbox).json["count"] - 1


def test_corrections_may_replace_the_dates(sandbox: Sandbox) -> None:
    corrected = {
        "from": "2026-03-14 00:00:00",
        "manual_correction_from": "2026-02-13 00:00:00",
        "manual_correction_to": "2026-03-16 00:00:00",
    }
    assert post(sandbox, **corrected).json["transactions"] == []
    sandbox.moods.set("begateway.corrections_combine_with_dates=no")
    rows = post(sandbox, **corrected).json["transactions"]
    assert rows
    assert all(row["created_at"] < "2026-03-14" for row in rows)
    assert post(sandbox).json["count"] > 500
