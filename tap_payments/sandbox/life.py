"""A row's life: what an API serves for it at each instant, and where chance comes from."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import cached_property
from random import Random
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

ALWAYS = datetime.min.replace(tzinfo=UTC)
QUIET_EVERY = 10
_NUMBER = re.compile('"\ue000([^"]*)"')


def to_json(value: Any) -> bytes:
    """JSON bytes; a Decimal becomes a number with exactly its digits, which a float cannot hold."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=_mark)
    return (_NUMBER.sub(r"\1", text) if "\ue000" in text else text).encode()


def _mark(value: object) -> str:
    if isinstance(value, Decimal):
        return f"\ue000{value}"
    raise TypeError(f"a sandbox row cannot hold a {type(value).__name__}")


def to_instant(text: object) -> datetime | None:
    """The instant of an ISO date or date-time, in UTC if it names no zone; None for all else."""
    if isinstance(text, str):
        try:
            instant = datetime.fromisoformat(text)
        except ValueError:
            return None
        return instant.replace(tzinfo=UTC) if instant.tzinfo is None else instant.astimezone(UTC)
    return None


def to_second(instant: datetime) -> str:
    """An instant as vendors write it: `2017-03-23T07:06:11Z`."""
    return f"{instant.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


@dataclass(frozen=True)
class Version:
    """A row as it is served from `at` on; `row` None is a row that is gone."""

    at: datetime
    row: Mapping[str, Any] | None
    _instants: dict[str, datetime | None] = field(default_factory=dict, repr=False, compare=False)

    @cached_property
    def text(self) -> bytes:
        """The row's JSON, encoded once."""
        return to_json(self.row)

    def when(self, name: str) -> datetime | None:
        """The instant that the field `name` holds."""
        if name not in self._instants:
            self._instants[name] = to_instant(self.row.get(name)) if self.row else None
        return self._instants[name]


@dataclass(frozen=True)
class Life:
    """All versions of one row, oldest first; `filed` overrides the instant that filters look at."""

    versions: tuple[Version, ...]
    filed: datetime | None = None

    @classmethod
    def of(
        cls,
        row: Mapping[str, Any],
        at: datetime | None = None,
        changes: Iterable[tuple[datetime, Mapping[str, Any]]] = (),
        filed: datetime | None = None,
    ) -> Life:
        """The life of `row`, visible from `at`; a change replaces top-level fields.

        What changed before `at` is as it became when the row is first seen.
        """
        began = at or ALWAYS
        versions = [Version(began, dict(row))]
        for instant, fields in sorted(changes, key=lambda change: change[0]):
            row = {**row, **fields}
            versions.append(Version(max(instant, began), row))
        return cls(tuple(versions), filed)

    def as_of(self, instant: datetime) -> Version | None:
        """The version that is served at `instant`, None before the first and after the end."""
        for version in reversed(self.versions):
            if version.at <= instant:
                return None if version.row is None else version
        return None

    def next_change(self, instant: datetime) -> datetime | None:
        """The first instant after `instant` at which something else is served."""
        return next((version.at for version in self.versions if version.at > instant), None)

    def when(self, name: str, version: Version) -> datetime | None:
        """The instant by which a filter on the field `name` finds `version`."""
        return self.filed or version.when(name)

    def ended(self, instant: datetime) -> Life:
        """The same life, but gone from `instant` on."""
        kept = [version for version in self.versions if version.at < instant]
        return replace(self, versions=(*kept, Version(instant, None)))


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
