"""Zimpler's generated transactions: deposits, withdrawals, recurring charges and refunds."""

from __future__ import annotations

from datetime import timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from tap_payments.sandbox.rows.calendar import pick_instant, pick_uuid
from tap_payments.sandbox.rows.life import Life
from tap_payments.sandbox.rows.spelling import to_second

if TYPE_CHECKING:
    from datetime import date, datetime
    from random import Random

    from tap_payments.sandbox.rows.calendar import Calendar

REACH = 9
CURRENCIES = {"SE": "SEK", "FI": "EUR", "DE": "EUR", "NL": "EUR"}
SITES = ("shop.example.com", "play.example.org")
TYPES = ("deposit", "withdrawal", "recurring-charge")
PRODUCTS = {
    "deposit": ("zimpler_bank", "zimpler-wallet"),
    "withdrawal": ("withdrawal",),
    "recurring-charge": ("zimpler-wallet",),
}


@lru_cache(maxsize=1024)
def rows_of_day(
    calendar: Calendar, account: str, day: date, per_day: tuple[int, int], ties: bool
) -> tuple[Life, ...]:
    """The transactions approved on `day`, and the refunds of them that follow within a week.

    One in twenty appears only hours after it was approved. A refund, and a withdrawal that answers
    a deposit, may carry the deposit's id: only id and type together are unique. With `ties` they
    are approved on the full hour.
    """
    if calendar.is_quiet(day):
        return ()
    chance = calendar.chance(account, day)
    lives = []
    for number in range(chance.randint(*per_day)):
        row = _transaction(chance, day, number)
        lives.append(_life(chance, row, pick_instant(chance, day), ties))
        if row["type"] == "deposit" and chance.random() < 0.15:
            kind = chance.choice(("refund", "withdrawal"))
            later = timedelta(minutes=chance.randint(10, 7 * 24 * 60))
            approved = calendar.awake(pick_instant(chance, day) + later)
            lives.append(_life(chance, _answer(chance, row, kind), approved, ties))
    return tuple(lives)


def _life(chance: Random, row: dict[str, Any], approved: datetime, ties: bool) -> Life:
    late = timedelta(minutes=chance.randint(60, 20 * 60)) if chance.random() < 0.05 else timedelta()
    shown = approved.replace(minute=0, second=0) if ties else approved
    return Life.of({**row, "approved_at": to_second(shown)}, shown + late)


def _transaction(chance: Random, day: date, number: int) -> dict[str, Any]:
    kind = chance.choices(TYPES, (70, 20, 10))[0]
    country = chance.choice(tuple(CURRENCIES))
    cents = chance.randint(100, 500_000)
    return {
        "id": pick_uuid(chance),
        "type": kind,
        "product": chance.choice(PRODUCTS[kind]),
        "approved_at": None,
        "amount": _money(-cents if kind == "withdrawal" else cents),
        "country_code": country,
        "fee_amount": _money(-chance.randint(50, 650)),
        "currency": CURRENCIES[country],
        "ref": f"order-{day:%Y%m%d}-{number:04d}",
        "site": chance.choice(SITES),
        "account_ref": f"SANDBOX-ACCOUNT-{chance.randint(1, 400):04d}",
    }


def _answer(chance: Random, deposit: dict[str, Any], kind: str) -> dict[str, Any]:
    """A refund or withdrawal of a deposit's amount; half of them carry the deposit's id."""
    fields = {"type": kind, "amount": "-" + deposit["amount"], "fee_amount": "-0.50"}
    if chance.random() < 0.5:
        fields["id"] = pick_uuid(chance)
    return {**deposit, **fields, "product": kind if kind == "withdrawal" else deposit["product"]}


def _money(cents: int) -> str:
    return f"{'-' if cents < 0 else ''}{abs(cents) // 100}.{abs(cents) % 100:02d}"
