"""What Zimpler's document leaves open. https://zimpler.github.io/v4-api/reporting/."""

from __future__ import annotations

from tap_payments.accounts.facts import Fact, Probes, named
from tap_payments.providers.zimpler.findings import (
    MORE_DATA,
    PATH,
    READINGS,
    auth_method,
    count_is_total,
    days_are_inclusive,
    keys_are_unique,
    last_days,
    order_is_ascending,
    order_is_stable,
    page_cap,
    times_in_dates_accepted,
    unknown_fields,
    ways,
)

PROBES = Probes(
    first=last_days,
    ways=ways,
    openings=tuple(
        f"GET {PATH}: the last 30 days, with the key sent {how}"
        for how in ("as configured", "the second way", "the third way, each where it was refused")
    ),
    words=named("status type product currency country_code ascending limit offset count"),
    shown=named(
        "auth_method api_key_header page_size window_days lookback_days concurrency "
        "country_code days_are_inclusive"
    ),
    besides=(
        "The host is from other people's code.",
        "Rate limits and address allow-lists are not documented.",
    ),
    facts=(
        Fact(
            "auth_method",
            "How the credentials travel: `auth_method` has three ways, HTTP Basic is a guess.",
            auth_method,
            assumed=lambda settings: settings["auth_method"],
            setting="zimpler.auth_method",
            obtain="Check zimpler.merchant_id and zimpler.api_key; with `header`, ask Zimpler for "
            "the header's name and set zimpler.api_key_header.",
            is_about_access=True,
        ),
        Fact(
            "count_is_total",
            "Whether `count` is the total or the page's.",
            count_is_total,
            (f"GET {PATH}: the last 30 days, one transaction",),
            obtain=MORE_DATA,
        ),
        Fact(
            "page_cap",
            "Whether a page can be as long as `page_size` says.",
            page_cap,
            (
                f"GET {PATH}: the last 30 days, after the first page",
                f"GET {PATH}: the last year, a page",
                f"GET {PATH}: the last year, after that page",
            ),
            assumed=lambda settings: settings["page_size"],
            setting="zimpler.page_size",
            obtain="Lower zimpler.page_size, or run the doctor when there are more.",
        ),
        Fact(
            "order_is_ascending",
            "Whether `ascending` is heeded: the document contradicts itself.",
            order_is_ascending,
            assumed=lambda _settings: True,
            obtain=MORE_DATA,
        ),
        Fact(
            "order_is_stable",
            "Whether transactions of the same instant stay in their order.",
            order_is_stable,
            (f"GET {PATH}: the last 30 days, again",) * READINGS,
            assumed=lambda _settings: True,
            setting="zimpler.window_days",
            obtain=MORE_DATA,
        ),
        Fact(
            "days_are_inclusive",
            "Whether the day `to_date` itself belongs to the answer.",
            days_are_inclusive,
            (f"GET {PATH}: one day that has transactions",),
            assumed=lambda settings: settings["days_are_inclusive"],
            setting="zimpler.days_are_inclusive",
            obtain=MORE_DATA,
        ),
        Fact(
            "times_in_dates_accepted",
            "Whether `from_date` and `to_date` may have a time.",
            times_in_dates_accepted,
            (f"GET {PATH}: the same day, with times",),
            obtain=MORE_DATA,
        ),
        Fact(
            "keys_are_unique",
            "Whether `id` and `type` together occur once: the document's examples share an id.",
            keys_are_unique,
            assumed=lambda _settings: True,
            obtain=MORE_DATA,
        ),
        Fact(
            "unknown_fields",
            "Which fields transactions have besides those of the document.",
            unknown_fields,
            obtain=MORE_DATA,
        ),
    ),
)
