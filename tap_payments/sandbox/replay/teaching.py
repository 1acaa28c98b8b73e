"""An API is taught what its provider did when it was recorded."""

from __future__ import annotations

from email.utils import parsedate_to_datetime
from statistics import median
from typing import TYPE_CHECKING

from tap_payments.sandbox.replay.answers import Answers
from tap_payments.sandbox.replay.recording import ReplayError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from tap_payments.sandbox.api import Api
    from tap_payments.sandbox.replay.exchange import Exchange
    from tap_payments.sandbox.replay.recording import Recording

TOLERANCE = 5.0
"""Seconds between a request and its `Date` that are nobody's wrong clock."""


def teach(api: Api, recordings: Mapping[str, Recording]) -> None:
    """Gives an API the rows, moods, settings and answers of its recordings, by account."""
    left = {}
    for name, each in recordings.items():
        try:
            left[name] = api.learn(name, each.exchanges)
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            reason = f"its answers are not what {api.title} documents ({type(error).__name__})"
            raise ReplayError(each.folder, reason) from error
    api.configured = {name: each.configured for name, each in recordings.items()}
    api.recorded = Answers(left, api.root)
    api.clock_skew_seconds = skew(each for some in recordings.values() for each in some.exchanges)


def skew(exchanges: Iterable[Exchange]) -> float:
    """How many seconds the provider's clock was ahead of the recorder's; 0 within a tolerance."""
    found = []
    for each in exchanges:
        try:
            says = parsedate_to_datetime(each.headers.get("date", ""))
        except ValueError:
            continue
        found.append((says - each.at).total_seconds())
    middle = median(found or [0.0])
    return middle if abs(middle) > TOLERANCE else 0.0
