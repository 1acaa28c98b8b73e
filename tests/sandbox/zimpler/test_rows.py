"""The rows of Zimpler's data set: what they hold, and when they appear, change and end."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from tests.sandbox.zimpler.box import NOW, transactions

if TYPE_CHECKING:
    from tap_payments.sandbox import Sandbox


def test_a_row_appears_changes_and_ends_when_its_time_comes(empty: Sandbox) -> None:
    row = empty.zimpler.example(approved_at="2026-03-14T00:00:00Z")
    change = (NOW + timedelta(hours=2), {"amount": "7.00"})
    empty.zimpler.put("main", row, at=NOW + timedelta(hours=1), changes=[change])
    empty.zimpler.remove("main", at=NOW + timedelta(hours=3), id=row["id"])
    seen: list[Any] = []
    for _ in range(4):
        seen.append([one["amount"] for one in transactions(empty).json["transactions"]])
        empty.clock.advance(hours=1)
    assert seen == [[], ["100.00"], ["7.00"], []]


def test_generated_rows_are_of_use(seeded: Sandbox) -> None:
    rows = seeded.zimpler.rows("main")
    keys = {(row["id"], row["type"]) for row in rows}
    assert len(keys) == len(rows) > len({row["id"] for row in rows})
    assert {row["type"] for row in rows} == {
        "deposit",
        "withdrawal",
        "recurring-charge",
        "refund",
    }
    assert all(
        Decimal(row["amount"]) < 0 for row in rows if row["type"] in ("withdrawal", "refund")
    )


def test_some_generated_rows_appear_late(seeded: Sandbox) -> None:
    rows, late = seeded.zimpler.rows("main"), 0
    for hours in range(0, 240, 5):
        instant = NOW - timedelta(hours=hours)
        served = {row["id"] for row in seeded.zimpler.rows("main", instant)}
        approved = {
            row["id"] for row in rows if row["approved_at"] < f"{instant:%Y-%m-%dT%H:%M:%SZ}"
        }
        assert served <= approved
        late += served != approved
    assert 5 < late < 43


def test_a_row_with_a_false_date_is_filed_where_it_is_said(empty: Sandbox) -> None:
    row = empty.zimpler.example(approved_at="not a date")
    empty.zimpler.put("main", row, filed=NOW)
    assert transactions(empty, from_date="2026-03-15").json["transactions"] == [row]
    assert transactions(empty, from_date="2026-03-16", to_date="2026-03-17").json["count"] == 0


def test_a_decimal_is_served_as_a_number_with_its_digits(empty: Sandbox) -> None:
    row = empty.zimpler.example(extra=Decimal("12345678901234567890.10"))
    empty.zimpler.put("main", row, filed=NOW)
    assert b'"extra":12345678901234567890.10}' in transactions(empty).body
