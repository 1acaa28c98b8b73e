"""A row's life: what an API serves for it at each instant."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any

from tap_payments.sandbox.rows.spelling import to_instant, to_json

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

APPEARED = "(appeared)"
CHANGED = "(changed)"
ALWAYS = datetime.min.replace(tzinfo=UTC)


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
        """The instant by which a filter on the field `name` finds `version`.

        `APPEARED` and `CHANGED` are no fields: when the row was first served, and the version was.
        """
        if name == APPEARED:
            return self.versions[0].at
        if name == CHANGED:
            return version.at
        return self.filed or version.when(name)

    def ended(self, instant: datetime) -> Life:
        """The same life, but gone from `instant` on."""
        kept = [version for version in self.versions if version.at < instant]
        return replace(self, versions=(*kept, Version(instant, None)))
