"""Tikpay's report jobs: what was asked for, what becomes of it and when, and how it is listed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from random import Random
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

if TYPE_CHECKING:
    from collections.abc import Mapping

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
LIFETIME = timedelta(days=7)
OUTCOMES = ("COMPLETE", "NO_DATA", "FAILED", "IN_PROGRESS", "NO_URL", "WEIRD")
WEIRD_STATUS = "ARCHIVED"


@dataclass(frozen=True)
class Job:
    """A job; `start` and `end` are the operator's times as they were sent.

    `outcome` is a status, `NO_URL` (complete, but without a link), `WEIRD` (a status that is not
    documented) or None: what the data say. `entry` is a planted job's entry, word for word.
    """

    account: str
    id: str
    report_type: str
    file_type: str
    start: str
    end: str
    timezone: str
    created: datetime
    completed: datetime
    outcome: str | None = None
    entry: Mapping[str, Any] | None = None
    content: bytes | None = None

    @property
    def expires(self) -> datetime:
        """Seven days after it was created."""
        return self.created + LIFETIME

    def listed(self, status: str, url: str | None, now: datetime, zone: str) -> dict[str, Any]:
        """Its entry in the list; its own times are in `zone` (`operator`, `utc`) and name none."""
        entry: dict[str, Any] = {
            "status": WEIRD_STATUS if status == "WEIRD" else status,
            "timezone": self.timezone,
            "jobId": self.id,
            "fileType": self.file_type,
            "reportType": self.report_type,
            "startTime": self.start,
            "endTime": self.end,
            "createdAt": self._naive(self.created, zone),
            "expiresAt": self._naive(self.expires, zone),
        }
        if now >= self.completed and status != "IN_PROGRESS":
            entry["completedAt"] = self._naive(self.completed, zone)
        return entry if url is None else {**entry, "downloadUrl": url}

    def _naive(self, instant: datetime, zone: str) -> str:
        local = ZoneInfo(self.timezone) if zone == "operator" else UTC
        return f"{instant.astimezone(local):%Y-%m-%dT%H:%M:%S}"


def new_id(created: datetime, *names: object) -> str:
    """A ULID: 48 bits of time and 80 of chance, which the names decide."""
    chance = Random("/".join(str(name) for name in names)).getrandbits(80)
    number = int(created.timestamp() * 1000) << 80 | chance
    return "".join(ALPHABET[number >> 5 * place & 31] for place in reversed(range(26)))


def time_of(name: str) -> datetime | None:
    """The instant that a ULID begins with, None for all else."""
    if len(name) != 26 or set(name) - set(ALPHABET):
        return None
    milliseconds = 0
    for letter in name[:10]:
        milliseconds = milliseconds * 32 + ALPHABET.index(letter)
    try:
        return EPOCH + timedelta(milliseconds=milliseconds)
    except OverflowError:
        return None
