"""Damage to a warehouse: rows lost, changed and invented, and what is found of it."""

from __future__ import annotations

import typing as t

if t.TYPE_CHECKING:
    from tests.transform.warehouse import Warehouse

Verdicts = dict[tuple[str, str], tuple[str, str | None]]
"""Verdict and differing columns, by provider and key."""


def some(warehouse: Warehouse, stream: str, key: str, where: str, position: int) -> str:
    """The key of a row of the month."""
    found = warehouse.ask(
        f"select {key} as key from {stream} where {where} order by {key} limit 1 offset {position}"
    )
    return str(found[0]["key"])


BEGATEWAY = "created_at >= '2026-02-02' and created_at < '2026-02-27' and uid not like 'late%'"
SPACIVOX = "timestamp >= '2026-02-02' and timestamp < '2026-02-27'"


def chosen(warehouse: Warehouse) -> dict[str, str]:
    """A row for each way to damage one."""
    begateway = {
        "cent": f"{BEGATEWAY} and currency = 'EUR'",
        "status": f"{BEGATEWAY} and currency = 'JPY' and status = 'successful'",
        "nested": f"{BEGATEWAY} and currency = 'USD' and credit_card is not null",
        "deleted": f"{BEGATEWAY} and currency = 'KWD'",
    }
    spacivox = {"state": SPACIVOX, "invented": SPACIVOX}
    return {
        name: some(warehouse, stream, key, where, 3)
        for stream, key, wheres in (
            ("begateway_transactions", "uid", begateway),
            ("spacivox_payment_transactions", "id", spacivox),
        )
        for name, where in wheres.items()
    }


def damage(warehouse: Warehouse, keys: dict[str, str]) -> list[str]:
    """Statements that damage a warehouse, one way each."""
    columns = [
        name
        for name in warehouse.columns("spacivox_payment_transactions")
        if name not in ("id", "amount")
    ]
    names = ", ".join(f'"{name}"' for name in columns)
    brand = warehouse.json_set("credit_card", "brand", "other")
    return [
        f"update begateway_transactions set amount = amount + 1 where uid = '{keys['cent']}'",
        f"update begateway_transactions set status = 'error' where uid = '{keys['status']}'",
        f"update begateway_transactions set credit_card = {brand} where uid = '{keys['nested']}'",
        f"delete from begateway_transactions where uid = '{keys['deleted']}'",
        f"update spacivox_payment_transactions set state = 9 where id = '{keys['state']}'",
        (
            f"insert into spacivox_payment_transactions (id, amount, {names}) "
            f"select 'invented', '0.01', {names} from spacivox_payment_transactions "
            f"where id = '{keys['invented']}'"
        ),
        "delete from zimpler_transactions where id in ('before', 'first', 'last', 'after')",
        "delete from tikpay_payments where \"paymentId\" = 'PAY-20260210-0003'",
        "update tikpay_payments set status = 'PENDING' where \"paymentId\" = 'PAY-20260211-0003'",
    ]


def damage_found(keys: dict[str, str]) -> Verdicts:
    return {
        ("begateway", keys["cent"]): ("changed", "amount"),
        ("begateway", keys["status"]): ("changed", "status"),
        ("begateway", keys["nested"]): ("changed", "credit_card"),
        ("begateway", keys["deleted"]): ("missing", None),
        ("spacivox", keys["state"]): ("changed", "state"),
        ("spacivox", "invented"): ("vanished", None),
        ("zimpler", "first deposit"): ("missing", None),
        ("zimpler", "last deposit"): ("missing", None),
        ("tikpay", "PAY-20260210-0003"): ("missing", None),
        ("tikpay", "PAY-20260211-0003"): ("changed", "status"),
    }
