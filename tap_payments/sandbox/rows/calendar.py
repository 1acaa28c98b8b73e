"""When things happen, and where their chance comes from: the same for the same seed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cached_property
from random import Random

QUIET_EVERY = 10


@dataclass(frozen=True)
class Calendar:
    """One provider's chance and quiet days: the same for the same seed, whoever asks first."""

    seed: int
    provider: str

    def chance(self, *names: object) -> Random:
        """A generator of its own for each name, such as an account and a day."""
        return Random("/".join(str(name) for name in (self.seed, self.provider, *names)))

    def is_quiet(self, day: date) -> bool:
        """Whether nothing at all happens on `day`: one in every ten."""
        return day.toordinal() % QUIET_EVERY == self._quiet

    @cached_property
    def _quiet(self) -> int:
        return self.chance("quiet").randrange(QUIET_EVERY)

    def awake(self, instant: datetime) -> datetime:
        """`instant`, or the same hour of the next day where its day is quiet."""
        return instant + timedelta(days=1) if self.is_quiet(instant.date()) else instant


def pick_instant(chance: Random, day: date) -> datetime:
    """A second of `day`, UTC."""
    midnight = datetime(day.year, day.month, day.day, tzinfo=UTC)
    return midnight + timedelta(seconds=chance.randrange(86400))


def pick_uuid(chance: Random) -> str:
    """A UUID in version 4's form."""
    digits = f"{chance.getrandbits(128):032x}"
    parts = (digits[:8], digits[8:12], f"4{digits[13:16]}", f"8{digits[17:20]}", digits[20:])
    return "-".join(parts)
