"""Recordings in their folders: read, checked, and moved to another day."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from tap_payments.sandbox.replay.exchange import Exchange
from tap_payments.sandbox.replay.moving import days_in
from tap_payments.sandbox.rows.spelling import to_instant

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import date, datetime
    from pathlib import Path

VERSION = 1
LONGEST = timedelta(days=60)
HEAD = "recording.json"


class ReplayError(ValueError):
    """A recording that cannot be replayed: the message names the file, and what is wrong."""

    def __init__(self, file: Path, reason: str) -> None:
        super().__init__(f"cannot replay {file}: {reason}")


@dataclass(frozen=True)
class Recording:
    """What one account answered; `configured` are its settings, none of them secret."""

    provider: str
    account: str
    recorded_at: datetime
    configured: Mapping[str, Any]
    exchanges: Sequence[Exchange]
    folder: Path

    @property
    def since(self) -> date:
        """The earliest day that its answers have, of those not long before it was recorded."""
        last = self.recorded_at.date()
        found = (day for each in self.exchanges for day in days_in(each.body))
        return min((day for day in found if last - LONGEST <= day <= last), default=last)

    def moved_to(self, day: date) -> Recording:
        """The same as if it had been recorded on `day`."""
        by = timedelta(days=(day - self.recorded_at.date()).days)
        exchanges = [each.moved(by) for each in self.exchanges]
        return replace(self, recorded_at=self.recorded_at + by, exchanges=exchanges)


def by_provider(
    recordings: Iterable[Recording], known: Sequence[str]
) -> dict[str, dict[str, Recording]]:
    """The recordings by provider and account; ReplayError where that is not clear."""
    found: dict[str, dict[str, Recording]] = {}
    for each in recordings:
        if each.provider not in known:
            raise ReplayError(each.folder / HEAD, f"the provider is none of {', '.join(known)}")
        accounts = found.setdefault(each.provider, {})
        if each.account in accounts:
            raise ReplayError(each.folder / HEAD, "another recording is of the same account")
        accounts[each.account] = each
    return found


def load(folder: Path) -> list[Recording]:
    """The recordings of a folder: its own, or those of the folders in it."""
    if (folder / HEAD).is_file():
        return [_recording(folder)]
    folders = sorted(file.parent for file in folder.glob(f"*/{HEAD}"))
    if not folders:
        raise ReplayError(folder, f"there is no {HEAD} in it, nor in a folder of it")
    return [_recording(each) for each in folders]


def _recording(folder: Path) -> Recording:
    head = _json(folder / HEAD)
    if not isinstance(head, dict) or head.get("version") != VERSION:
        raise ReplayError(folder / HEAD, f"it is not of version {VERSION}")
    recorded_at = to_instant(head.get("recorded_at"))
    texts = [head.get("provider"), head.get("account")]
    configured = head.get("configured", {})
    if recorded_at is None or not all(isinstance(text, str) and text for text in texts):
        raise ReplayError(folder / HEAD, "provider, account or recorded_at is missing or wrong")
    if not isinstance(configured, dict):
        raise ReplayError(folder / HEAD, "configured is not an object")
    files = sorted(file for file in folder.glob("*.json") if file.name != HEAD)
    exchanges = [_exchange(file) for file in files]
    answered = [exchange for exchange in exchanges if exchange.status]
    return Recording(str(texts[0]), str(texts[1]), recorded_at, configured, answered, folder)


def _exchange(file: Path) -> Exchange:
    try:
        return Exchange.of(_json(file))
    except ReplayError:
        raise
    except (TypeError, ValueError) as error:
        raise ReplayError(file, str(error)) from None


def _json(file: Path) -> Any:
    try:
        return json.loads(file.read_text(encoding="utf-8"), parse_float=Decimal)
    except OSError as error:
        raise ReplayError(file, error.strerror or "it cannot be read") from None
    except ValueError:
        raise ReplayError(file, "it is not JSON") from None
