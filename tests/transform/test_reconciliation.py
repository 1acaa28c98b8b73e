"""A month held against its provider: all that differs is found, to the last digit, and mended."""

from __future__ import annotations

import typing as t
from decimal import Decimal

import pytest

from tests.transform.closing import AUDIT, FAILING, RECONCILE, open_audit, verdicts
from tests.transform.damage import chosen, damage, damage_found
from tests.transform.story import LATE, MONTH

if t.TYPE_CHECKING:
    from tests.transform.story import Story
    from tests.transform.warehouse import Row, Warehouse


@pytest.fixture(scope="module")
def keys(reconciled: Warehouse) -> dict[str, str]:
    """Which rows are damaged, by what happens to them."""
    return chosen(reconciled)


@pytest.fixture(scope="module")
def damaged(
    reconciled: Warehouse, keys: dict[str, str], tmp_path_factory: pytest.TempPathFactory
) -> Warehouse:
    """The same with damage in the warehouse, reconciled."""
    made = reconciled.copied(tmp_path_factory.mktemp("damaged"))
    made.change(*damage(made, keys))
    assert made.dbt(*RECONCILE, **AUDIT) == FAILING
    return made


@pytest.fixture(scope="module")
def repaired(
    damaged: Warehouse, story: Story, tmp_path_factory: pytest.TempPathFactory
) -> Warehouse:
    """The same, repaired after a newer run has overtaken two rows, and audited once more."""
    made = damaged.copied(tmp_path_factory.mktemp("repaired"))
    made.change(
        "update begateway_transactions set message = 'newer' where uid = 'late-status'",
        "insert into zimpler_transactions select * from "
        f"{made.audit}.zimpler_transactions where id = 'first'",
        "update zimpler_transactions set ref = 'newer' where id = 'first'",
    )
    finished = made.run("run-operation", "repair", **AUDIT)
    assert finished.code == 0, finished.output
    open_audit(made)
    made.load(story.second.lines, made.audit)
    assert made.dbt(*RECONCILE, **AUDIT) == FAILING
    return made


def test_what_changed_at_the_provider_is_found_and_nothing_else(reconciled: Warehouse) -> None:
    assert verdicts(reconciled) == LATE


def test_every_stream_and_account_is_read_whole(reconciled: Warehouse) -> None:
    found = reconciled.ask(
        "select stream, account, series, is_judged, reason, period from reconciliation_reads"
    )
    assert {(row["stream"], row["account"], row["series"]) for row in found} == {
        ("begateway_transactions", "default", "alternative/created"),
        ("begateway_transactions", "default", "credit_card/created"),
        ("spacivox_payment_transactions", "default", "all"),
        ("tikpay_payments", "default", "all"),
        ("zimpler_transactions", "main", "all"),
        ("zimpler_transactions", "shop2", "all"),
    }
    assert {(row["is_judged"], row["reason"], row["period"]) for row in found} == {
        (True, None, MONTH)
    }


def test_each_day_of_each_account_has_its_row(reconciled: Warehouse) -> None:
    found = reconciled.ask("select * from reconciliation_days")
    days = {(row["provider"], row["account"], str(row["day"])) for row in found}
    assert len(days) == 5 * 28
    assert {row["state"] for row in found} == {"agreed", "quiet", "differing"}
    assert [row for row in found if row["state"] == "quiet" and row["currency"]] == []
    (differing,) = [
        row
        for row in found
        if row["account"] == "main" and row["currency"] == "EUR" and "02-13" in str(row["day"])
    ]
    assert differing["missing"] == differing["provider_rows"] - differing["warehouse_rows"] == 1
    assert money(differing, "amount") == Decimal("100.05")
    assert money(differing, "fees") == Decimal("0.50")


def test_totals_differ_by_exactly_what_happened(reconciled: Warehouse) -> None:
    """A payment that turned `error` moves nothing, and its amount is the same."""
    totals = totals_of(reconciled)
    assert totals["begateway", "EUR"]["amount"] == 0
    assert totals["begateway", "EUR"]["moved"] == Decimal("-1234.56")
    # One came, two vanished, one moved out of the month.
    assert totals["zimpler", "EUR"]["amount"] == Decimal("-200.10")
    assert totals["tikpay", "AUD"]["moved"] == Decimal("3.20")
    others = {key: total for key, total in totals.items() if key[1] not in ("AUD", "EUR")}
    assert {value for total in others.values() for value in total.values()} == {0}


def money(row: Row, name: str) -> Decimal:
    """How much more the provider has."""
    return Decimal(row[f"provider_{name}"]) - Decimal(row[f"warehouse_{name}"])


def totals_of(warehouse: Warehouse) -> dict[tuple[str, str | None], dict[str, Decimal]]:
    totals: dict[tuple[str, str | None], dict[str, Decimal]] = {}
    for row in warehouse.ask("select * from reconciliation_days"):
        total = totals.setdefault(
            (row["provider"], row["currency"]),
            dict.fromkeys(("amount", "moved", "fees"), Decimal()),
        )
        for name in total:
            total[name] += money(row, name)
    return totals


def test_damage_is_found_exactly(damaged: Warehouse, keys: dict[str, str]) -> None:
    assert verdicts(damaged) == LATE | damage_found(keys)


def test_a_cent_is_a_cent(damaged: Warehouse) -> None:
    found = damaged.ask(
        "select provider_amount, warehouse_amount, provider_currency, warehouse_currency "
        "from reconciliation_rows where columns = 'amount'"
    )
    assert len(found) == 1
    difference = Decimal(found[0]["warehouse_amount"]) - Decimal(found[0]["provider_amount"])
    assert abs(difference) == Decimal("0.01")
    assert found[0]["provider_currency"] == found[0]["warehouse_currency"] == "EUR"


def test_a_repair_leaves_nothing_but_what_vanished(repaired: Warehouse) -> None:
    """And two rows that a newer run has overtaken, which it has not rolled back."""
    assert verdicts(repaired) == {
        ("zimpler", "goes deposit"): ("vanished", None),
        ("spacivox", "invented"): ("vanished", None),
        ("zimpler", "first deposit"): ("changed", "ref"),
        ("begateway", "late-status"): ("changed", "message, status"),
    }


def test_what_vanished_is_marked_and_unmarked_once_it_is_back(repaired: Warehouse) -> None:
    marked = "select id from payments where vanished_at is not null order by id"
    assert [row["id"] for row in repaired.ask(marked)] == ["goes", "invented", "returns"]
    again = repaired.run("run-operation", "repair", **AUDIT)
    assert again.code == 0, again.output
    assert repaired.dbt("run", "--select", "payments") == {}
    assert [row["id"] for row in repaired.ask(marked)] == ["goes", "invented"]
    kept = repaired.ask("select returned_at from payments_vanished where id = 'returns'")
    assert kept[0]["returned_at"] is not None


def test_nothing_is_deleted(damaged: Warehouse, repaired: Warehouse) -> None:
    for stream in ("begateway_transactions", "spacivox_payment_transactions", "tikpay_payments"):
        count = f"select count(*) as n from {stream}"
        assert repaired.ask(count)[0]["n"] >= damaged.ask(count)[0]["n"]
