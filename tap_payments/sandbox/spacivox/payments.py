"""Spacivox's generated payments, which are taken during calls."""

from __future__ import annotations

from datetime import timedelta
from functools import lru_cache
from typing import TYPE_CHECKING

from tap_payments.sandbox.rows.calendar import pick_instant, pick_uuid
from tap_payments.sandbox.rows.life import Life
from tap_payments.sandbox.rows.spelling import to_milli
from tap_payments.sandbox.spacivox.jobs import pick_job
from tap_payments.sandbox.spacivox.teams import TEAMS

if TYPE_CHECKING:
    from datetime import date

    from tap_payments.sandbox.rows.calendar import Calendar


@lru_cache(maxsize=1024)
def payments_of_day(
    calendar: Calendar, account: str, day: date, per_day: tuple[int, int]
) -> tuple[Life, ...]:
    """The payments started on `day`: each succeeds or fails minutes to two days later.

    One in twenty appears only hours after its timestamp, which never changes.
    """
    if calendar.is_quiet(day):
        return ()
    chance = calendar.chance(account, day)
    lives = []
    for _ in range(chance.randint(*per_day)):
        started = pick_instant(chance, day) + timedelta(milliseconds=chance.randrange(1000))
        late = chance.randint(60, 12 * 60) if chance.random() < 0.05 else 0
        minutes = chance.choice((2, 10, 60, 24 * 60, 48 * 60))
        ended = started + timedelta(minutes=chance.randint(1, minutes))
        row = {
            **pick_job(calendar, account, day, per_day, chance),
            "amount": f"{chance.randint(1, 900)}.{chance.randrange(100):02d}",
            "id": pick_uuid(chance),
            "state": 0,
            "team": chance.choice(TEAMS)["id"],
            "timestamp": to_milli(started),
        }
        state = {"state": chance.choices((1, 2), (80, 20))[0]}
        lives.append(Life.of(row, started + timedelta(minutes=late), [(ended, state)]))
    return tuple(lives)
