"""Tikpay's generated rows. Every column here is invented: the vendor publishes none."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import lru_cache
from random import Random
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from tap_payments.sandbox.rows.life import Life

if TYPE_CHECKING:
    from datetime import date

    from tap_payments.sandbox.rows.calendar import Calendar

EVENT_TIMES = {
    "CUSTOMERS": "createdAt",
    "PAYMENTS": "paidAt",
    "TAPS": "tappedAt",
    "TRIPS": "startedAt",
}
STOPS = (
    ("L01", "Sandbox Central", -33.8830, 151.2060),
    ("L02", "Harbour, Wharf 2", -33.8610, 151.2110),
    ("L03", 'Example "Old" Market', -33.8790, 151.2040),
    ("L04", "Université", -33.8890, 151.1870),
)
Lives = dict[str, tuple[Life, ...]]


@lru_cache(maxsize=1024)
def rows_of_day(
    calendar: Calendar, account: str, day: date, per_day: tuple[int, int], timezone: str
) -> Lives:
    """What begins on the operator's `day`: customers, and trips with their taps and payments.

    A trip is a tap on and a tap off; one tap in twenty arrives hours late. A trip's end and fare,
    and a payment's settlement, are known later. Times are the operator's, without a zone.
    """
    lives: dict[str, list[Life]] = {kind: [] for kind in EVENT_TIMES}
    if not calendar.is_quiet(day):
        chance = calendar.chance(account, day)
        zone = ZoneInfo(timezone)
        midnight = datetime(day.year, day.month, day.day, tzinfo=zone).astimezone(UTC)
        tomorrow = day + timedelta(days=1)
        end = datetime(tomorrow.year, tomorrow.month, tomorrow.day, tzinfo=zone).astimezone(UTC)
        last = int((end - midnight).total_seconds()) - 2 * 3600
        for number in range(chance.randint(2, 4)):
            at = midnight + timedelta(seconds=chance.randrange(last))
            lives["CUSTOMERS"].append(Life.of(_customer(day, number, _local(at, zone)), at))
        for number in range(chance.randint(*per_day) // 2):
            at = midnight + timedelta(seconds=chance.randrange(last))
            _travel(lives, chance, zone, at, f"{day:%Y%m%d}-{number:04d}")
    return {kind: tuple(some) for kind, some in lives.items()}


def example_rows() -> dict[str, dict[str, Any]]:
    """One row of each kind, always the same."""
    lives: dict[str, list[Life]] = {kind: [] for kind in EVENT_TIMES}
    at = datetime(2026, 1, 5, 22, tzinfo=UTC)
    _travel(lives, Random(0), ZoneInfo("UTC"), at, "20260105-0000")
    lives["CUSTOMERS"].append(Life.of(_customer(at.date(), 0, "2026-01-05T22:00:00")))
    return {kind: dict(some[0].versions[0].row or {}) for kind, some in lives.items()}


def _customer(day: date, number: int, created: str) -> dict[str, Any]:
    return {
        "customerId": f"CUS-{day:%Y%m%d}-{number}",
        "createdAt": created,
        "name": f"Sandbox Rider {day:%j}{number}",
        "email": f"rider{day:%j}{number}@example.com",
        "concession": None if number else "STUDENT",
    }


def _travel(
    lives: dict[str, list[Life]], chance: Random, zone: ZoneInfo, at: datetime, name: str
) -> None:
    """One trip: the tap that starts it, the tap that ends it, and the payment of its fare."""
    boarded = at.astimezone(zone)
    who = boarded.date() - timedelta(days=chance.randrange(20))
    customer = f"CUS-{who:%Y%m%d}-{chance.randrange(2)}"
    origin, target = chance.sample(STOPS, 2)
    left = at + timedelta(seconds=chance.randint(180, 3000))
    fare = f"{chance.randint(200, 980) / 100:.2f}"
    trip = {"tripId": f"TRP-{name}", "customerId": customer, "startedAt": _local(at, zone)}
    open_end = {"endedAt": None, "from": origin[1], "to": None, "fare": None, "currency": "AUD"}
    known = {"endedAt": _local(left, zone), "to": target[1], "fare": fare}
    lives["TRIPS"].append(Life.of({**trip, **open_end}, at, [(left, known)]))
    for kind, instant, stop in (("ON", at, origin), ("OFF", left, target)):
        late = chance.randint(60, 20 * 60) if chance.random() < 0.05 else 0
        arrived = instant + timedelta(minutes=late)
        tap = {
            "tapId": f"TAP-{name}-{kind}",
            "tripId": trip["tripId"],
            "customerId": customer,
            "tappedAt": _local(instant, zone),
            "receivedAt": _local(arrived, zone),
            "type": kind,
            "locationId": stop[0],
            "locationTitle": stop[1],
            "lat": f"{stop[2]:.4f}",
            "lng": f"{stop[3]:.4f}",
        }
        lives["TAPS"].append(Life.of(tap, arrived))
    payment = {
        "paymentId": f"PAY-{name}",
        "tripId": trip["tripId"],
        "customerId": customer,
        "paidAt": _local(left, zone),
        "amount": fare,
        "currency": "AUD",
        "cardLast4": f"{chance.randrange(10_000):04d}",
        "status": "PENDING",
    }
    settled = (left + timedelta(hours=chance.randint(6, 30)), {"status": "SETTLED"})
    lives["PAYMENTS"].append(Life.of(payment, left, [settled]))


def _local(instant: datetime, zone: ZoneInfo) -> str:
    return f"{instant.astimezone(zone):%Y-%m-%dT%H:%M:%S}"
