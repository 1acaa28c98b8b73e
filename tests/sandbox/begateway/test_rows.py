"""The rows of beGateway's data set: what becomes of a payment, and what belongs to it."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from tests.sandbox.begateway.box import NOW, post, read, uids

if TYPE_CHECKING:
    from tap_payments.sandbox import Sandbox


def test_a_payment_has_a_life(seeded: Sandbox) -> None:
    """What was created long ago is paid, settled and corrected while the clock moves."""
    before = {row["uid"]: row for row in seeded.begateway.rows("main")}
    seeded.clock.advance(hours=24)
    after = {row["uid"]: row for row in seeded.begateway.rows("main")}
    changed = [row for uid, row in after.items() if uid in before and row != before[uid]]
    day = {"from": "2026-03-15 12:00:00", "to": "2026-03-16 12:00:00"}
    paid = [row for row in changed if row["paid_at"] != before[row["uid"]]["paid_at"]]
    methods = ("credit_card", "alternative")
    read_paid = [
        uid
        for method in methods
        for uid in uids(read(seeded, date_type="paid_at", payment_method_type=method, **day))
    ]
    assert {row["uid"] for row in paid} < set(read_paid)
    assert any(row["created_at"] < "2026-03-10" for row in paid)
    assert any(row["settled_at"] == "2026-03-16" for row in changed)


def test_some_rows_are_corrected_weeks_later(seeded: Sandbox) -> None:
    window = {
        "from": "2025-01-01 00:00:00",
        "manual_correction_from": "2026-02-13 00:00:00",
        "manual_correction_to": "2026-03-16 00:00:00",
    }
    rows = read(seeded, **window)
    assert rows
    assert any(row["created_at"] < "2026-01-25" for row in rows)
    assert {row["gateway_note"] for row in rows} == {"Corrected by hand"}


def test_refunds_and_chargebacks_are_rows_of_their_own(seeded: Sandbox) -> None:
    rows = {row["uid"]: row for row in seeded.begateway.rows("main")}
    reversals = [row for row in rows.values() if row["type"] != "payment"]
    assert {row["type"] for row in reversals} == {"refund", "chargeback"}
    assert all(rows[row["parent_uid"]]["created_at"] < row["created_at"] for row in reversals)


def test_generated_rows_look_like_the_vendors(seeded: Sandbox) -> None:
    example = seeded.begateway.example()
    cards = read(seeded)
    assert all(set(example) <= set(row) for row in cards)
    assert {row["currency"] for row in cards} >= {"JPY", "KWD"}
    assert all(isinstance(row["amount"], int) for row in cards)
    assert example["id"] == 28860
    assert post(seeded).body.count(b'"test":false') == 50


def test_nothing_happens_on_a_quiet_day(seeded: Sandbox) -> None:
    seeded.clock.advance(hours=24 * 30)
    rows = seeded.begateway.rows("main")
    busy = {str(row[field])[:10] for row in rows for field in seeded.begateway.fields}
    days = {f"{NOW - timedelta(days=back):%Y-%m-%d}" for back in range(30)}
    assert len(days - busy) == 3
