from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from random import Random

from tap_payments.sandbox.rows.calendar import Calendar, pick_instant, pick_uuid

DAYS = [date(2026, 11, 1) + timedelta(days=number) for number in range(30)]


def test_one_day_in_ten_is_quiet_and_which_depends_on_seed_provider_and_date_alone() -> None:
    quiet = [day for day in DAYS if Calendar(1, "zimpler").is_quiet(day)]
    assert quiet == [date(2026, 11, 10), date(2026, 11, 20), date(2026, 11, 30)]
    others = {Calendar(seed, "zimpler").is_quiet(DAYS[9]) for seed in range(30)}
    assert others == {True, False}


def test_what_would_happen_on_a_quiet_day_happens_a_day_later() -> None:
    noon = datetime(2026, 11, 10, 12, tzinfo=UTC)
    assert Calendar(1, "zimpler").awake(noon) == noon + timedelta(days=1)
    assert Calendar(1, "zimpler").awake(noon - timedelta(days=1)) == noon - timedelta(days=1)


def test_chance_is_the_same_for_the_same_names() -> None:
    calendar = Calendar(1, "zimpler")
    draws = [calendar.chance("main", day).random() for day in (DAYS[0], DAYS[0], DAYS[1])]
    assert draws[0] == draws[1] != draws[2]


def test_instants_lie_in_their_day_and_ids_look_like_ids() -> None:
    chance = Random(1)
    found = {pick_instant(chance, DAYS[0]).date() for _ in range(500)}
    assert found == {DAYS[0]}
    assert len({pick_uuid(chance) for _ in range(500)}) == 500
    assert [len(part) for part in pick_uuid(chance).split("-")] == [8, 4, 4, 4, 12]
