"""What Tikpay's documents leave open. https://docs.tikpay.me/data-api/get-job-list."""

from __future__ import annotations

from tap_payments.accounts.facts import Fact, Probes, named
from tap_payments.providers.tikpay.findings import (
    MORE_DATA,
    PATH,
    columns,
    created_at_zone,
    download_origin_differs,
    job_list,
    list_counts_against_quota,
    ways,
)

PROBES = Probes(
    first=job_list,
    ways=ways,
    budget=1,
    openings=(f"GET {PATH}",),
    words=named("status fileType reportType timezone"),
    links=named("downloadUrl"),
    shown=named(
        "environment token_auth_method file_type delimiter timezone daily_request_limit "
        "poll_interval max_wait window_days lookback_days"
    ),
    besides=(
        "Delimiter, quoting and number format of the reports are not documented.",
        "How long a report may span is not documented: the tap asks for a year at most.",
        "Which time of a row a report's interval is about.",
        "Whether tokens and downloads count against the limit: the tap assumes not.",
    ),
    facts=(
        Fact(
            "created_at_zone",
            "The zone of `createdAt`, which names none.",
            created_at_zone,
            obtain=MORE_DATA,
        ),
        Fact(
            "list_counts_against_quota",
            "Which requests count against the 20 a day.",
            list_counts_against_quota,
            assumed=lambda _settings: True,
            obtain="Ask Tikpay; the tap counts every request, which is on the safe side.",
        ),
        Fact(
            "columns",
            "The columns of the reports: they are taken as they come, as text.",
            columns,
            setting="tikpay.key_properties",
            obtain=MORE_DATA,
        ),
        Fact(
            "download_origin_differs",
            "Where the download link points.",
            download_origin_differs,
            obtain=MORE_DATA,
        ),
    ),
)
