"""What Tikpay's documents leave open, and how its sandbox can misbehave."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from zoneinfo import ZoneInfo

from tap_payments.sandbox.moods import (
    NONE,
    Common,
    Option,
    choice,
    choice_or_none,
    number,
    switch,
    whole,
)
from tap_payments.sandbox.tikpay.jobs import OUTCOMES

Seconds = float | Mapping[str, float] | Callable[[str], float]


def _is_zone(name: str) -> bool:
    try:
        return bool(ZoneInfo(name))
    except (ValueError, OSError, KeyError):
        return False


class Options(Common):
    """The options of Tikpay's API."""

    timezone = Option(
        "Australia/Sydney",
        str,
        "a time zone such as Pacific/Auckland",
        _is_zone,
        early=True,
    )
    """The operator's zone: jobs' bounds are read in it. The configuration does not name it."""
    created_at_zone = choice("operator", "utc")
    """The zone of a job's own times, which name none."""
    job_seconds: Option[Seconds] = Option(
        2.0, float, "a number of seconds", lambda value: not isinstance(value, str)
    )
    """How long a job is in progress; in Python also by report type."""
    outcomes: Option[Sequence[str | None]] = Option(
        (),
        lambda words: [None if word == NONE else word for word in words.split(",")],
        f"any of {', '.join(OUTCOMES)}, {NONE} with commas between them",
        lambda value: all(each is None or each in OUTCOMES for each in value),
    )
    """The fates of the next jobs, in order: a status, `NO_URL` (complete without a link), `WEIRD`
    (a status that nobody documented), None (what the data say)."""
    list_expired = switch(default=False)
    """Whether the list still has jobs that are more than 7 days old."""

    token_lifetime = number(3600)
    """Seconds."""
    daily_limit = whole(20)
    """Requests in 24 hours, per API key."""
    list_counts_against_quota = switch(default=True)
    """Whether reading the list of jobs is one of them."""
    bad_key_status = whole(403, 400, 499)
    """The answer to a wrong API key: the vendor says 401, AWS API Gateway 403."""

    download_origin_differs = switch(default=True)
    """Whether files lie on another origin than the API."""
    url_lifetime = number(3600)
    """Seconds that a download URL is good for, from each list on."""
    truncate_downloads = whole(0)
    """So many of the next downloads break off in the middle."""
    gzip = choice_or_none(None, "declared", "undeclared", "padded")
    """Whether files come in gzip, and whether Content-Encoding says so; `padded` ones are not
    declared and end in zeros."""
    columns = choice("camel", "snake", "title")
    """How columns are spelled: `tapId`, `tap_id` or `Tap Id`."""
    delimiter = Option(
        ",",
        lambda text: "\t" if text == r"\t" else text,
        r"one character, or \t",
        lambda value: len(value) == 1,
    )
    """Between a CSV file's cells."""
    bom = switch(default=False)
    """Whether a file begins with a byte order mark."""


def seconds_of(seconds: Seconds, report_type: str) -> float:
    """How long a job for this type of report is in progress."""
    if callable(seconds):
        return seconds(report_type)
    return seconds.get(report_type, 0) if isinstance(seconds, Mapping) else seconds


def spelled(column: str, style: str) -> str:
    """A camel-case column as `style` spells it."""
    if style == "camel":
        return column
    words = "".join(f" {letter}" if letter.isupper() else letter for letter in column).split()
    return "_".join(words).lower() if style == "snake" else " ".join(words).title()
