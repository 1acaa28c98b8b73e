"""The dbt package on what the tap delivers: one model of all payments, to the last digit."""

from __future__ import annotations

import typing as t
from collections import Counter
from datetime import datetime, timedelta
from decimal import Decimal

if t.TYPE_CHECKING:
    from pathlib import Path

    from tests.transform.story import Delivered
    from tests.transform.warehouse import Warehouse

EXPONENTS = {"BYN": 2, "USD": 2, "EUR": 2, "JPY": 0, "KWD": 3}
OUT = ("refund", "chargeback")


def test_every_payment_is_there_once(warehouse: Warehouse, delivered: Delivered) -> None:
    found = warehouse.ask("select provider, count(*) as n from payments group by 1")
    assert {row["provider"]: row["n"] for row in found} == {
        stream.partition("_")[0]: len(rows) for stream, rows in delivered.payments.items()
    }


def test_minor_units_become_major_ones(warehouse: Warehouse, delivered: Delivered) -> None:
    expected: Counter[str] = Counter()
    for row in delivered.payments["begateway_transactions"]:
        expected[row["currency"]] += row["amount"] * (-1 if row["type"] in OUT else 1)
    assert set(expected) == set(EXPONENTS)
    found = warehouse.ask(
        "select currency, sum(amount) as amount from payments where provider = 'begateway' "
        "group by 1"
    )
    assert {row["currency"]: Decimal(row["amount"]) for row in found} == {
        currency: Decimal(units).scaleb(-EXPONENTS[currency])
        for currency, units in expected.items()
    }


def test_decimal_strings_stay_exact(warehouse: Warehouse, delivered: Delivered) -> None:
    rows = delivered.payments["zimpler_transactions"]
    found = warehouse.ask(
        "select sum(amount) as amount, sum(fee) as fee from payments where provider = 'zimpler'"
    )
    assert Decimal(found[0]["amount"]) == sum(Decimal(row["amount"]) for row in rows)
    assert Decimal(found[0]["fee"]) == -sum(Decimal(row["fee_amount"]) for row in rows)


def test_operator_local_times_become_utc(warehouse: Warehouse, delivered: Delivered) -> None:
    row = delivered.payments["tikpay_payments"][0]
    found = warehouse.ask(f"select paid_at from payments where id = '{row['paymentId']}'")
    paid = datetime.fromisoformat(row["paidAt"])
    assert row["_operator_timezone"] == "Australia/Sydney"
    # Eleven hours behind, in March.
    assert datetime.fromisoformat(found[0]["paid_at"]) == paid - timedelta(hours=11)


def test_the_latest_version_of_a_tikpay_payment_stands(
    warehouse: Warehouse, delivered: Delivered
) -> None:
    rows = delivered.payments["tikpay_payments"]
    (loaded,) = warehouse.ask("select count(*) as n from tikpay_payments")
    assert loaded["n"] > len(rows)  # without a key of its own, a row that changed is another
    found = warehouse.ask("select id, status from payments where provider = 'tikpay'")
    assert {row["id"]: row["status"] for row in found} == {
        row["paymentId"]: row["status"] for row in rows
    }


def test_the_newest_report_stands_however_far_it_reaches(
    warehouse: Warehouse, tmp_path: Path
) -> None:
    """Repaired rows, and a late backfill, are of reports that reach less far than older ones."""
    made = warehouse.copied(tmp_path)
    names = [f'"{name}"' for name in made.columns("tikpay_payments")]
    changed = {
        '"_row_id"': "'newest'",
        '"status"': "'REFUNDED'",
        '"_window_until"': "timestamp '2026-03-12'",
        '"_report_created_at"': "timestamp '2027-01-01'",
    }
    assert set(changed) <= set(names)
    made.change(
        f"insert into tikpay_payments ({', '.join(names)}) "
        f"select {', '.join(changed.get(name, name) for name in names)} from tikpay_payments "
        """where "paymentId" = 'PAY-20260315-0003' limit 1"""
    )
    assert made.dbt("run", "--select", "tikpay_payments_latest") == {}
    found = made.ask("select status from tikpay_payments_latest where id = 'PAY-20260315-0003'")
    assert found == [{"status": "REFUNDED"}]


def test_refunds_stand_beside_their_payments(warehouse: Warehouse, delivered: Delivered) -> None:
    """Some payments lie before the tap's start: that is said."""
    rows = delivered.payments["begateway_transactions"]
    known = {row["uid"] for row in rows if row["type"] not in OUT}
    refunds = [row for row in rows if row["type"] in OUT]
    expected = Counter("known" if row["parent_uid"] in known else "not loaded" for row in refunds)
    found = warehouse.ask("select parent, provider from refunds")
    assert Counter(row["parent"] for row in found if row["provider"] == "begateway") == expected
    assert set(expected) == {"known", "not loaded"}
    assert {row["parent"] for row in found if row["provider"] == "zimpler"} == {"not said"}


def test_what_is_unsettled_is_said(warehouse: Warehouse, delivered: Delivered) -> None:
    found = warehouse.ask(
        "select provider, unsettled, count(*) as n from payments where provider <> 'begateway' "
        "group by 1, 2"
    )
    tikpay = Counter(row["status"] == "PENDING" for row in delivered.payments["tikpay_payments"])
    counts = {(row["provider"], row["unsettled"]): int(row["n"]) for row in found}
    assert {key: n for key, n in counts.items() if key[0] == "tikpay"} == {
        ("tikpay", is_open): n for is_open, n in tikpay.items()
    }
    assert {key[1] for key in counts if key[0] != "tikpay"} == {None}
    charges = delivered.payments["begateway_transactions"]
    open_charges = sum(
        row["status"] == "successful" and row["settled_at"] is None and not row["test"]
        for row in charges
    )
    unsettled = warehouse.ask(
        "select count(*) as n from payments where provider = 'begateway' and unsettled"
    )
    assert int(unsettled[0]["n"]) == open_charges > 0


def test_zimplers_months_join_without_a_gap(warehouse: Warehouse) -> None:
    months = warehouse.ask("select * from zimpler_months order by account, currency, month")
    balances = warehouse.ask("select * from zimpler_balances")
    assert len(months) >= len(balances) == 4
    for month in months:
        assert Decimal(month["closing_balance"]) == (
            Decimal(month["opening_balance"])
            + Decimal(month["received"])
            + Decimal(month["paid_out"])
            - Decimal(month["fees"])
        )
    last = {(row["account"], row["currency"]): row["closing_balance"] for row in months}
    assert last == {(row["account"], row["currency"]): row["total"] for row in balances}
    assert {str(row["opening_balance"]) for row in months if row["account"] == "main"} == {"0.0000"}


def test_zimplers_balance_agrees_with_its_transactions(warehouse: Warehouse) -> None:
    found = warehouse.ask("select * from zimpler_balances where account = 'main'")
    assert len(found) == 2
    assert all(Decimal(row["difference"]) == 0 for row in found)
    assert all(row["total"] == row["transactions"] for row in found)


def test_without_an_opening_balance_nothing_is_claimed(warehouse: Warehouse) -> None:
    found = warehouse.ask("select difference from zimpler_balances where account = 'shop2'")
    assert found == [{"difference": None}] * 2


def test_what_is_wrong_fails_by_name(warehouse: Warehouse, tmp_path: Path) -> None:
    broken = warehouse.copied(tmp_path)
    broken.change(
        "delete from zimpler_transactions where (_account, id, type) in "
        "(select _account, id, type from zimpler_transactions where _account = 'main' limit 1)",
        "update begateway_transactions set currency = 'ABC' where currency = 'JPY'",
        "update spacivox_payment_transactions set amount = '1.00001' where state = 1",
    )
    assert broken.dbt("run") == {}
    broken.change("insert into payments select * from payments where type = 'deposit' limit 1")
    assert broken.dbt("test") == {
        "amounts_fit_their_currency": "fail",
        "not_null_payments_amount": "fail",
        "relationships_payments_currency__currency__ref_iso_4217_": "fail",
        "unique_together_payments_provider__account__id__type": "fail",
        "zimpler_balances_agree": "fail",
    }
