"""Spacivox's generated payments, and the teams that take them."""

from __future__ import annotations

from datetime import timedelta
from functools import lru_cache
from typing import TYPE_CHECKING

from tap_payments.sandbox.rows.calendar import pick_instant, pick_uuid
from tap_payments.sandbox.rows.life import Life

if TYPE_CHECKING:
    from datetime import date

    from tap_payments.sandbox.rows.calendar import Calendar

TEAMS = (
    {"id": 1, "name": "Team North"},
    {"id": 2, "name": "Team South"},
    {"id": 7, "name": "Évry"},
)


@lru_cache(maxsize=1024)
def rows_of_day(
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
            "amount": f"{chance.randint(1, 900)}.{chance.randrange(100):02d}",
            "campaign": chance.randint(1, 4),
            "id": pick_uuid(chance),
            "job": chance.randint(1, 90_000),
            "reference": f"{chance.randrange(1_000_000):06d}",
            "state": 0,
            "team": chance.choice(TEAMS)["id"],
            "timestamp": f"{started:%Y-%m-%dT%H:%M:%S}.{started.microsecond // 1000:03d}Z",
        }
        state = {"state": chance.choices((1, 2), (80, 20))[0]}
        lives.append(Life.of(row, started + timedelta(minutes=late), [(ended, state)]))
    return tuple(lives)
