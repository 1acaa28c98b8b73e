"""The parameters of a report, and which are refused."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.sandbox.begateway.box import SHOP, VERSION, post, put, read, uids
from tests.sandbox.client import ask

if TYPE_CHECKING:
    from tap_payments.sandbox import Sandbox


def test_status_and_method_filter(seeded: Sandbox) -> None:
    cards, failed = read(seeded), read(seeded, status="failed")
    others = read(seeded, payment_method_type="alternative")
    assert {row["status"] for row in cards} == {"incomplete", "successful", "failed", "expired"}
    assert failed == [row for row in cards if row["status"] == "failed"]
    assert failed
    assert {row["payment_method_type"] for row in others} == {"alternative"}
    assert all(len(row["order_id"]) == 12 and row["order_id"][0] == "0" for row in others)
    assert all(row[row["method_type"]]["account_number"] for row in others)


def test_manual_corrections_narrow_a_report(empty: Sandbox) -> None:
    put(empty, "plain")
    put(empty, "early", 2, manually_corrected_at="2026-03-02T00:00:00Z")
    put(empty, "fits", 3, manually_corrected_at="2026-03-03T00:00:00Z")
    put(empty, "old", 4, manually_corrected_at="2026-03-03T00:00:00Z", created_at="2025-01-01")
    window = {
        "manual_correction_from": "2026-03-03 00:00:00",
        "manual_correction_to": "2026-03-04 00:00:00",
    }
    assert uids(read(empty, **window)) == ["fits"]
    assert uids(read(empty, manual_correction_from="2026-03-02 00:00:00")) == ["early", "fits"]
    assert uids(read(empty, **window, date_type="paid_at")) == []


def test_another_zone_moves_bounds_and_times_but_not_the_z(empty: Sandbox) -> None:
    put(empty, "u", created_at="2026-03-01T22:30:00Z", paid_at="2026-03-01T23:00:00Z")
    tokyo = {"time_zone": "Asia/Tokyo", "from": "2026-03-02 07:00:00", "to": "2026-03-02 08:00:00"}
    rows = read(empty, **tokyo)
    assert [(row["created_at"], row["paid_at"]) for row in rows] == [
        ("2026-03-02T07:30:00Z", "2026-03-02T08:00:00Z")
    ]
    assert read(empty, **{**tokyo, "time_zone": "UTC"}) == []


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("date_type", "updated_at"),
        ("date_type", None),
        ("from", "2026-01-01"),
        ("from", "2026-01-01T00:00:00Z"),
        ("from", "2026-02-30 00:00:00"),
        ("to", None),
        ("to", "2025-12-31 00:00:00"),
        ("status", "expired"),
        ("payment_method_type", "all"),
        ("time_zone", "Mars/Olympus"),
        ("time_zone", None),
        ("starting_after", "abc"),
        ("manual_correction_from", "2026-01-01"),
    ],
)
def test_a_wrong_parameter_is_named(empty: Sandbox, name: str, value: object) -> None:
    params: dict[str, Any] = {name: value}
    reply = post(empty, **params)
    assert reply.status == 422
    assert list(reply.json["errors"]) == [name]
    assert reply.json["message"]


def test_settled_at_takes_bare_days(empty: Sandbox) -> None:
    reply = post(empty, date_type="settled_at")
    assert list(reply.json["errors"]) == ["from", "to"]


@pytest.mark.parametrize(("body", "status"), [(b"{", 400), ([], 422), ({}, 422)])
def test_a_body_without_parameters_is_refused(empty: Sandbox, body: Any, status: int) -> None:
    url = f"{empty.url}/begateway/api/reports"
    assert ask(url, {**SHOP, **VERSION}, body=body).status == status
