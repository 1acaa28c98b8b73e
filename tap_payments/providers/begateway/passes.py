"""The four ways in which beGateway is asked what happened: a watermark for each.

A row is delivered when it is created and again when it is paid, settled or corrected by hand,
however long ago it was created.
"""

from __future__ import annotations

import typing as t
from datetime import timedelta

from tap_payments.windows.instants import floor_day

if t.TYPE_CHECKING:
    from datetime import datetime

    from tap_payments.windows.bounds import Bounds
    from tap_payments.windows.window import Window

CREATED = "created"
UPDATES = {"paid": "paid_at", "settled": "settled_at", "corrected": "manually_corrected_at"}
"""The update passes and the field that each is about."""

SECOND = "%Y-%m-%d %H:%M:%S"
DAY = "%Y-%m-%d"


def to_report_params(pass_: str, method: str, window: Window, bounds: Bounds) -> dict[str, t.Any]:
    """The `report_params` for a window.

    `to` is the next window's `from`: read as inclusive it repeats a boundary, read as exclusive
    it lacks nothing.
    """
    common = {"status": "all", "payment_method_type": method, "time_zone": "UTC"}
    if pass_ == "corrected":
        return {
            "date_type": "created_at",
            "from": f"{bounds.start:{SECOND}}",
            "to": f"{bounds.settled:{SECOND}}",
            "manual_correction_from": f"{window.since:{SECOND}}",
            "manual_correction_to": f"{window.until:{SECOND}}",
            **common,
        }
    spelling = DAY if pass_ == "settled" else SECOND
    return {
        "date_type": f"{pass_}_at",
        "from": f"{window.since:{spelling}}",
        "to": f"{window.until:{spelling}}",
        **common,
    }


def first_watermark(pass_: str, instant: datetime) -> datetime:
    """Where an update pass starts that has no watermark: settlements have days."""
    return floor_day(instant) if pass_ == "settled" else instant


class Recent:
    """Which of a created row's changes the update passes of this run will find too."""

    def __init__(self, since: datetime) -> None:
        self._since = f"{since - timedelta(days=1):{DAY}}"

    def has(self, row: t.Callable[[str], str | None]) -> bool:
        """Whether one of the row's changes is that young; days are compared as texts."""
        changes = (row(field) for field in UPDATES.values())
        return any(change is not None and change >= self._since for change in changes)
