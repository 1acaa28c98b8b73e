"""Spacivox's generated call and text records: how contacts were reached."""

from __future__ import annotations

from datetime import timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from tap_payments.sandbox.rows.calendar import pick_instant
from tap_payments.sandbox.rows.life import Life
from tap_payments.sandbox.rows.spelling import to_milli
from tap_payments.sandbox.spacivox.jobs import FIRST_ORDINAL, IDS_PER_DAY, pick_job
from tap_payments.sandbox.spacivox.teams import TEAMS

if TYPE_CHECKING:
    from datetime import date, datetime
    from random import Random

    from tap_payments.sandbox.rows.calendar import Calendar

ERRORS = range(11)


@lru_cache(maxsize=1024)
def calls_of_day(
    calendar: Calendar, account: str, day: date, per_day: tuple[int, int]
) -> tuple[Life, ...]:
    """The calls of `day`: there when they end, one in twenty hours late; they never change."""
    lives = []
    chance = calendar.chance(account, day, "calls")
    for number, started in enumerate(_instants(calendar, chance, day, per_day)):
        job = pick_job(calendar, account, day, per_day, chance)
        row = _call(chance, _first(day) + number, started, job)
        length = row["talk_duration"] + row["wait_duration"] + row["broadcast_duration"]
        late = chance.randint(60, 12 * 60) if chance.random() < 0.05 else 0
        lives.append(Life.of(row, started + timedelta(seconds=length, minutes=late)))
    return tuple(lives)


@lru_cache(maxsize=1024)
def texts_of_day(
    calendar: Calendar, account: str, day: date, per_day: tuple[int, int]
) -> tuple[Life, ...]:
    """The texts sent on `day`: each is delivered, failed or rejected minutes to hours later."""
    lives = []
    chance = calendar.chance(account, day, "texts")
    for number, sent in enumerate(_instants(calendar, chance, day, per_day)):
        job = pick_job(calendar, account, day, per_day, chance)
        row = {
            **job,
            "id": _first(day) + number,
            "number": f"+3363998{job['job'] % 10_000:04d}",
            "portal": chance.choice((None, None, 1)),
            "state": 0,
            "team": chance.choice(TEAMS)["id"],
            "timestamp": to_milli(sent),
        }
        ended = sent + timedelta(minutes=chance.choice((1, 5, 600)))
        state = {"state": chance.choices((1, 2, 3), (85, 10, 5))[0]}
        lives.append(Life.of(row, sent, [(ended, state)]))
    return tuple(lives)


def body_of(row: dict[str, Any]) -> str:
    """The text of a text record, which is served only where it is asked for."""
    return f"Sandbox: please call us about {row.get('reference')}."


def _instants(
    calendar: Calendar, chance: Random, day: date, per_day: tuple[int, int]
) -> list[datetime]:
    if calendar.is_quiet(day):
        return []
    milli = timedelta(milliseconds=1)
    count = chance.randint(*per_day)
    return [pick_instant(chance, day) + chance.randrange(1000) * milli for _ in range(count)]


def _first(day: date) -> int:
    return (day.toordinal() - FIRST_ORDINAL) * IDS_PER_DAY


def _call(chance: Random, number: int, started: datetime, job: dict[str, Any]) -> dict[str, Any]:
    error = chance.choices(ERRORS, (60, 4, 1, 8, 1, 4, 2, 6, 12, 1, 1))[0]
    return {
        **job,
        "agent": chance.randint(1, 12) if error == 0 else None,
        "broadcast_duration": chance.randint(5, 30) if error == 3 else 0,
        "direction": chance.choices(("outgoing", "incoming"), (90, 10))[0],
        "error": error,
        "id": number,
        "label": chance.choice((None, None, 3)),
        "local_number": "+33199000001",
        "number": f"+3363998{job['job'] % 10_000:04d}",
        "talk_duration": chance.randint(20, 900) if error == 0 else 0,
        "team": chance.choice(TEAMS)["id"],
        "timestamp": to_milli(started),
        "wait_duration": chance.randint(0, 40),
    }
