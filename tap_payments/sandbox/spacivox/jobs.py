"""Spacivox's generated jobs: the contacts that campaigns reach, whose state changes."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from tap_payments.sandbox.rows.calendar import pick_instant
from tap_payments.sandbox.rows.life import Life
from tap_payments.sandbox.rows.spelling import to_milli

if TYPE_CHECKING:
    from datetime import date, datetime
    from random import Random

    from tap_payments.sandbox.rows.calendar import Calendar

REACH = 40
EARLY = 7
IDS_PER_DAY = 1000
FIRST_ORDINAL = 735_000
CAMPAIGNS = (1, 2, 3, 4)
LABELS = (None, "callback", "promise", "wrong-number")


@lru_cache(maxsize=1024)
def jobs_of_day(
    calendar: Calendar, account: str, day: date, per_day: tuple[int, int]
) -> tuple[Life, ...]:
    """The jobs created on `day`.

    Each is queued, called within a day, and ends hours to two days later; one in five is modified
    once more, up to a month later.
    """
    if calendar.is_quiet(day):
        return ()
    chance = calendar.chance(account, day, "jobs")
    first = (day.toordinal() - FIRST_ORDINAL) * IDS_PER_DAY
    lives = []
    for number in range(chance.randint(*per_day)):
        created = pick_instant(chance, day)
        row = _job(chance, first + number, created)
        lives.append(Life.of(row, created, _changes(calendar, chance, row, created)))
    return tuple(lives)


def pick_job(
    calendar: Calendar, account: str, day: date, per_day: tuple[int, int], chance: Random
) -> dict[str, Any]:
    """What a record of `day` says of its job, which was created in the week before."""
    lives: tuple[Life, ...] = ()
    while not lives:
        before = day - timedelta(days=chance.randint(1, EARLY))
        lives = jobs_of_day(calendar, account, before, per_day)
    row = chance.choice(lives).versions[0].row or {}
    return {"job": row["id"], "campaign": row["campaign"], "reference": row["reference"]}


def _job(chance: Random, number: int, created: datetime) -> dict[str, Any]:
    person = chance.randint(1, 500)
    has_appointment = chance.random() < 0.2
    return {
        "address_lines": [f"{person} rue du Bac \xe0 sable"],
        "appointment": to_milli(created + timedelta(days=2)) if has_appointment else None,
        "campaign": chance.choice(CAMPAIGNS),
        "city": chance.choice(("Paris", "\xc9vry", "Lyon")),
        "country": "FR",
        "created_at": to_milli(created),
        "data": {"score": person % 10} if chance.random() < 0.5 else {},
        "email": f"contact{person}@example.com",
        "id": number,
        "label": None,
        "name": f"Sandbox Contact {person}",
        "numbers": [f"+3319900{person:04d}"],
        "postal_code": f"75{person % 20 + 1:03d}",
        "reference": f"{number % 1_000_000:06d}",
        "state": 0,
        "url": f"https://crm.example.com/customers/{person}",
        "value": Decimal(chance.randint(100, 90_000)) / 100,
    }


def _changes(
    calendar: Calendar, chance: Random, row: dict[str, Any], created: datetime
) -> list[tuple[datetime, dict[str, Any]]]:
    called = created + timedelta(minutes=chance.randint(5, 24 * 60))
    ended = called + timedelta(minutes=chance.randint(1, 48 * 60))
    state = chance.choices((2, 3, 4), (60, 30, 10))[0]
    changes = [(called, {"state": 1}), (ended, {"state": state})]
    if chance.random() < 0.2:
        later = calendar.awake(ended + timedelta(days=chance.randint(1, 30)))
        fields = {"label": chance.choice(LABELS[1:]), "value": row["value"] + Decimal("0.50")}
        changes.append((later, fields))
    return changes
