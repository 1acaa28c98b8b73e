"""This machine's clock against a provider's, whose answers carry dates."""

from __future__ import annotations

import typing as t
from collections import deque
from datetime import timedelta

if t.TYPE_CHECKING:
    from datetime import datetime

TOLERANCE = timedelta(seconds=60)
"""How far apart two clocks may be that are taken for right."""

RECENT = 15
"""Answers whose dates are remembered; one of them may be wrong, or have taken its time."""


class ProviderClock:
    """By how much this machine's clock is ahead of a provider's."""

    def __init__(self) -> None:
        self._leads: deque[timedelta] = deque(maxlen=RECENT)

    def compare(self, *, ours: datetime, theirs: datetime) -> None:
        """Takes in the date of an answer, and the time here when it came."""
        self._leads.append(ours - theirs)

    @property
    def ahead(self) -> timedelta:
        """The median over recent answers; nothing where the clocks agree or ours is behind."""
        leads = sorted(self._leads)
        lead = leads[len(leads) // 2] if leads else timedelta(0)
        return lead if lead > TOLERANCE else timedelta(0)
