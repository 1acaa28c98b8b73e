"""What an answer's status and its dates mean for the call."""

from __future__ import annotations

import email.utils
import re
from datetime import UTC, datetime

OUTCOMES: tuple[tuple[range, str], ...] = (
    (range(200, 201), "answer"),
    (range(301, 304), "redirect"),
    (range(307, 309), "redirect"),
    (range(401, 402), "unauthorized"),
    (range(403, 404), "forbidden"),
    (range(408, 409), "transient"),
    (range(425, 426), "transient"),
    (range(429, 430), "limited"),
    (range(500, 600), "transient"),
)
"""Status codes to what happens next; every other one is fatal."""


def outcome_of(status: int) -> str:
    """What happens after an answer with this status."""
    return next((outcome for codes, outcome in OUTCOMES if status in codes), "fatal")


_MEANINGS = {
    429: "rate limited",
    500: "an error on the provider's side",
    502: "the provider is down",
    503: "the provider is down or overloaded",
    504: "the provider took too long",
}


def in_words(status: int) -> str:
    """An answer that another try may cure, for messages."""
    meaning = _MEANINGS.get(status)
    return f"answered {status}" + (f" ({meaning})" if meaning else "")


_FOREVER = 1e9
"""Seconds that no setting waits for, and that still lead to a date."""


def parse_retry_after(value: str | None, now: datetime) -> float | None:
    """`Retry-After`, in seconds or as a date, as seconds from now; None if there is none."""
    if value is None:
        return None
    text = value.strip()
    if re.fullmatch(r"\d+(\.\d+)?", text, re.ASCII):
        return min(float(text), _FOREVER)
    instant = parse_date(text)
    return None if instant is None else max(0.0, (instant - now).total_seconds())


def parse_date(value: str | None) -> datetime | None:
    """An HTTP date as an instant; None where it is none."""
    try:
        instant = email.utils.parsedate_to_datetime(value or "")
    except (ValueError, OverflowError):
        return None
    return instant if instant.tzinfo else instant.replace(tzinfo=UTC)
