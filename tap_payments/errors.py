"""What can go wrong, sorted by what happens next.

    Unreadable      the body is not what the document says: asked for again
    WindowTooLong   the API cannot answer for so long a window: halved
    QuotaSpent      the provider's daily quota is used up: ends cleanly, resumes later
    StreamFailed    fails one stream of one account; the others go on
    SyncFailed      the whole run, once every stream had its turn
    Refused         settings, state or catalog that cannot be used: nothing is asked for

Messages are for users. They hold no body, no query string, no header and no setting's value.
"""

from __future__ import annotations

import email.utils
import json
import re
import traceback
import typing as t
from datetime import UTC, datetime

if t.TYPE_CHECKING:
    from collections.abc import Mapping


class Unreadable(ValueError):
    """A body that is not what the vendor's document says."""


class WindowTooLong(Exception):
    """The API cannot answer for so long a window."""


class QuotaSpent(Exception):
    """The provider's daily quota is used up: the stream ends cleanly and resumes later."""

    def __init__(self, message: str, *, resumes_at: datetime | None = None) -> None:
        super().__init__(message)
        self.resumes_at = resumes_at


class StreamFailed(Exception):
    """This stream fails for this account; the others go on. The message is for the user.

    `kind` says who can mend it: `config` the user, `transient` time, `system` us.
    """

    def __init__(self, message: str, *, kind: str = "transient", status: int | None = None) -> None:
        super().__init__(message)
        self.kind = kind
        self.status = status


class Refused(Exception):
    """What was given on the command line cannot be used; a line for each problem."""

    def __init__(self, *problems: str) -> None:
        super().__init__("; ".join(problems))
        self.problems = problems


class SyncFailed(Exception):
    """Some streams failed; the message names each of them."""


def unexpected(error: Exception) -> StreamFailed:
    """A bug as a failure; the error's own message may hold a value of the data."""
    last = traceback.extract_tb(error.__traceback__)[-1]
    where = f"{last.filename.rpartition('/')[2]}:{last.lineno}"
    return StreamFailed(
        f"unexpected {type(error).__name__} at {where}; please report it", kind="system"
    )


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


_FOREVER = 1e9
"""Seconds that no setting waits for, and that still lead to a date."""


def parse_retry_after(value: str | None, now: datetime) -> float | None:
    """`Retry-After`, in seconds or as a date, as seconds from now; None if there is none."""
    if value is None:
        return None
    text = value.strip()
    if re.fullmatch(r"\d+(\.\d+)?", text, re.ASCII):
        return min(float(text), _FOREVER)
    try:
        instant = email.utils.parsedate_to_datetime(text)
    except (ValueError, OverflowError):
        return None
    if instant.tzinfo is None:
        instant = instant.replace(tzinfo=UTC)
    return max(0.0, (instant - now).total_seconds())


_IDS = ("errorId", "error_id", "id", "code")
_WORDS = ("message", "error", "friendly_message", "title", "detail")
_SHORT = 160
_TELLING = re.compile(
    r"\S{25,}"  # a key, a token
    r"|(?=\S*\d)(?=\S*[A-Za-z])\S{12,}"  # a shorter one
    r"|\d(?:[^\w*]{0,3}[\d*]){6,}"  # a card, an account, a phone; masked ones too
    r"|://|www\.|\w\.\w+/|\w="  # a URL, or a part of one
    r"|@"
)


def vendor_message(body: bytes) -> str:
    """The vendor's own error id or message, where it is short and cannot hold personal data.

    A text with an `@`, a long run of digits or of letters and digits (a card number, a phone
    number, a key) is left out whole.
    """
    try:
        found = json.loads(body[:100_000])
    except (ValueError, RecursionError):
        return ""
    while isinstance(found, dict):
        nested = found.get("response") or found.get("error")
        if not isinstance(nested, dict):
            break
        found = nested
    if not isinstance(found, dict):
        return ""
    words = _first_text(found, _WORDS)
    if words and _is_plain(words):
        return words
    identifier = _first_text(found, _IDS)
    plain = re.fullmatch(r"[\w.-]{1,64}", identifier) and not re.fullmatch(
        r"[\d.-]{9,}", identifier
    )
    return f"error id {identifier}" if plain else ""


def _first_text(found: Mapping[str, t.Any], names: tuple[str, ...]) -> str:
    values = (found.get(name) for name in names)
    return next((value.strip() for value in values if isinstance(value, str) and value), "")


def _is_plain(words: str) -> bool:
    return len(words) <= _SHORT and words.isprintable() and not _TELLING.search(words)
