"""What Spacivox's lists are asked for: their queries, checked as they are documented."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from tap_payments.sandbox.messages import RefusedError
from tap_payments.sandbox.rows.life import APPEARED, CHANGED
from tap_payments.sandbox.rows.table import Query

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tap_payments.sandbox.spacivox.options import Options

INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?Z", re.ASCII)
TICK = timedelta(microseconds=1)


def parse_window(given: Mapping[str, str], options: Options) -> Query:
    """Rows of a window, and of a team; RefusedError where it is wrong, too long or too slow."""
    since, until = _instant(given, "start"), _instant(given, "end")
    if since > until:
        raise RefusedError(400, {"message": "start lies after end"})
    hours = (until - since) / timedelta(hours=1)
    if options.max_window_hours is not None and hours > options.max_window_hours:
        raise RefusedError(413, {"message": "Payload Too Large"})
    if options.slow_window_hours is not None and hours > options.slow_window_hours:
        raise RefusedError(504, {"message": "Gateway Time-out"})
    field = "timestamp" if options.filters_by_timestamp else APPEARED
    end = until + TICK if options.end_is_inclusive else until
    return Query(field, since, end, _equal(given, "team"))


def parse_jobs(given: Mapping[str, str]) -> Query:
    """Jobs of a campaign, or those that were modified at an instant or after it, or both.

    The vendor's page names a parameter that begins with `modified_sinc`; the stored copies end
    there.
    """
    campaign = _equal(given, "campaign")
    if "modified_since" in given:
        return Query(CHANGED, _instant(given, "modified_since"), None, campaign)
    if not campaign:
        raise RefusedError(400, {"message": "campaign is missing"})
    return Query("created_at", None, None, campaign)


def _equal(given: Mapping[str, str], name: str) -> tuple[tuple[str, object], ...]:
    text = given.get(name)
    if text is None:
        return ()
    if not re.fullmatch(r"-?\d+", text, re.ASCII):
        raise RefusedError(400, {"message": f"{name} is not an integer"})
    return ((name, int(text)),)


def _instant(given: Mapping[str, str], name: str) -> datetime:
    text = given.get(name, "")
    try:
        if INSTANT.fullmatch(text):
            return datetime.fromisoformat(text)
    except ValueError:
        pass
    raise RefusedError(400, {"message": f"{name} is missing or not a date and time"})
