"""beGateway's generated transactions: payments with a life, and refunds and chargebacks of them.

The nesting is the vendor's example; people, cards and addresses are plainly invented.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from tap_payments.sandbox.begateway.parts import alternative, card, envelope, processed
from tap_payments.sandbox.rows.calendar import pick_instant
from tap_payments.sandbox.rows.life import Life
from tap_payments.sandbox.rows.spelling import to_second

if TYPE_CHECKING:
    from datetime import date
    from random import Random

    from tap_payments.sandbox.rows.calendar import Calendar

REACH = 60
IDS_PER_DAY = 100_000
FIRST_ORDINAL = 735_000
MINUTE_CHOICES = (3, 30, 24 * 60, 21 * 24 * 60)
CURRENCIES = ("BYN", "USD", "EUR", "JPY", "KWD")

Change = tuple[datetime, dict[str, Any]]


@lru_cache(maxsize=1024)
def rows_of_day(
    calendar: Calendar, account: str, day: date, per_day: tuple[int, int], shop: int
) -> tuple[Life, ...]:
    """The payments created on `day`, and the refunds and chargebacks that follow from them.

    Each is created incomplete. Seven in ten are paid, minutes to three weeks later, and settled
    within five days of that; one in twenty of these is corrected by hand weeks later. The others
    fail, expire or stay as they are. Ids do not ascend with time.
    """
    if calendar.is_quiet(day):
        return ()
    chance = calendar.chance(account, day)
    size = chance.randint(*per_day)
    first = (day.toordinal() - FIRST_ORDINAL) * IDS_PER_DAY
    numbers = iter(chance.sample(range(first, first + 4 * size), 2 * size))
    lives = []
    for _ in range(size):
        created = pick_instant(chance, day)
        row = _payment(chance, next(numbers), created, shop)
        changes = _changes(calendar, chance, row, created)
        lives.append(Life.of(row, created, changes))
        paid = next((at for at, fields in changes if "paid_at" in fields), None)
        if paid is not None and chance.random() < 0.1:
            lives.append(_reversal(calendar, chance, row, next(numbers), paid))
    return tuple(lives)


def _payment(chance: Random, number: int, created: datetime, shop: int) -> dict[str, Any]:
    person = chance.randint(1, 300)
    amount = chance.randint(100, 900_000)
    uid = f"{number}-{chance.getrandbits(40):010x}"
    section = card if chance.random() < 0.75 else alternative
    return {
        **envelope(chance, person, shop, uid),
        **section(chance, person, number),
        "uid": uid,
        "id": number,
        "amount": amount,
        "currency": chance.choice(CURRENCIES),
        "tracking_id": f"cart-{number}" if chance.random() < 0.5 else None,
        "type": "payment",
        "created_at": to_second(created),
    }


def _changes(
    calendar: Calendar, chance: Random, row: dict[str, Any], created: datetime
) -> list[Change]:
    """What happens to a payment after it was created."""
    fate = chance.random()
    soon = created + timedelta(seconds=chance.randint(20, 900))
    if fate < 0.70:
        minutes = chance.randint(1, chance.choice(MINUTE_CHOICES))
        paid = calendar.awake(created + timedelta(minutes=minutes))
        changes = _paid(calendar, chance, row, paid)
        if chance.random() < 0.05:
            corrected = calendar.awake(paid + timedelta(days=chance.randint(10, 30)))
            fields = {
                "amount": row["amount"] - chance.randint(1, 99),
                "gateway_note": "Corrected by hand",
                "manually_corrected_at": to_second(corrected),
            }
            changes.append((corrected, fields))
        return changes
    if fate < 0.85:
        return [(soon, processed(chance, row, "failed", "Declined"))]
    if fate < 0.95:
        return [(created + timedelta(days=1), processed(chance, row, "expired", "Expired"))]
    return []


def _paid(calendar: Calendar, chance: Random, row: dict[str, Any], paid: datetime) -> list[Change]:
    """A row is successful and paid, and settled on a day soon after."""
    fee = round(row["amount"] * 0.025, 2)
    settled = calendar.awake(paid + timedelta(days=chance.randint(1, 5))).date()
    morning = datetime(settled.year, settled.month, settled.day, 3, tzinfo=paid.tzinfo)
    fields = {
        **processed(chance, row, "successful", "Successfully processed"),
        "paid_at": to_second(paid),
        "discount_rate": 2.5,
        "transaction_rate": 0.0,
        "transaction_fee": fee,
        "pay_to_merchant": round(row["amount"] - fee, 2),
    }
    return [(paid, fields), (morning, {"settled_at": settled.isoformat()})]


def _reversal(
    calendar: Calendar, chance: Random, parent: dict[str, Any], number: int, paid: datetime
) -> Life:
    """A refund or chargeback of a payment: a row of its own, paid and settled like any."""
    created = calendar.awake(paid + timedelta(minutes=chance.randint(60, 20 * 24 * 60)))
    row = {
        **parent,
        "uid": f"{number}-{chance.getrandbits(40):010x}",
        "id": number,
        "type": chance.choice(("refund", "refund", "chargeback")),
        "parent_uid": parent["uid"],
        "created_at": to_second(created),
    }
    return Life.of(row, created, _paid(calendar, chance, row, created + timedelta(seconds=5)))
