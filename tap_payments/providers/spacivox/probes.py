"""What Spacivox's documents leave open. https://spacivox.com/apidocs/."""

from __future__ import annotations

from tap_payments.accounts.facts import Fact, Probes, named
from tap_payments.providers.spacivox.findings import (
    DAYS,
    HOURS,
    MORE_DATA,
    PATH,
    SAMPLES,
    WINDOWS,
    end_is_inclusive,
    filters_by_timestamp,
    last_day,
    longest_answer,
    spoken,
    unknown_fields,
)

PROBES = Probes(
    first=last_day,
    openings=(f"GET {PATH}: the last day",),
    words=named("state direction error type"),
    shown=named("teams window_days lookback_days concurrency longest_answer"),
    besides=(
        "The host is blank in the public document.",
        "There is no currency.",
        (
            "The filter of jobs: the known copies of the page end at `modified_sinc`; the tap "
            "sends `modified_since`."
        ),
    ),
    facts=(
        Fact(
            "end_is_inclusive",
            "Whether `end` is inclusive.",
            end_is_inclusive,
            (
                f"GET {PATH}: the last {DAYS // 4} days, where the last day has none",
                f"GET {PATH}: the second before a payment",
            ),
            obtain=MORE_DATA,
        ),
        Fact(
            "longest_answer",
            "Whether a long answer is cut: there are no pages.",
            longest_answer,
            tuple(
                f"GET {PATH}: {part}the last {spoken(hours)}"
                for hours in HOURS
                for part in ("", "the first half of ", "the second half of ")
            ),
            assumed=lambda settings: settings.get("longest_answer") or "not cut",
            setting="spacivox.longest_answer",
            obtain=MORE_DATA,
        ),
        Fact(
            "filters_by_timestamp",
            "Whether `start` and `end` are about `timestamp`.",
            filters_by_timestamp,
            (
                *(f"GET {PATH}: a day of the last {DAYS}, or its last hours",) * WINDOWS,
                *(f"GET {PATH}: the second of a payment",) * SAMPLES,
            ),
            assumed=lambda _settings: True,
            setting="spacivox.lookback_days",
            obtain=MORE_DATA,
        ),
        Fact(
            "unknown_fields",
            "Which fields payments have besides those of the document.",
            unknown_fields,
            obtain=MORE_DATA,
        ),
    ),
)
