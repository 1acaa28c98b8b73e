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
    broken.change("insert into payments select * from payments limit 1")
    assert broken.dbt("test") == {
        "amounts_fit_their_currency": "fail",
        "not_null_payments_amount": "fail",
        "relationships_payments_currency__currency__ref_iso_4217_": "fail",
        "unique_together_payments_provider__account__id__type": "fail",
        "zimpler_balances_agree": "fail",
    }
