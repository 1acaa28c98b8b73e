"""What beGateway's document leaves open.

https://doc.begateway.com/en/payment_management/reports/paginated_report/
"""

from __future__ import annotations

from tap_payments.accounts.facts import Fact, Probes, named
from tap_payments.providers.begateway.findings import (
    MORE_DATA,
    PAGES,
    PATH,
    corrections_combine_with_dates,
    count_agrees,
    cursor_type,
    last_days,
    page_size,
    payment_method_types,
    reports_enabled,
    to_is_inclusive,
    unknown_fields,
)

PROBES = Probes(
    first=last_days,
    openings=(f"POST {PATH}: the last 30 days, of the first payment method type",),
    words=named(
        "status type currency count has_more date_type payment_method_type time_zone method_type "
        "test brand country issuer_country language"
    ),
    moved=named("id first_object_id last_object_id starting_after ending_before"),
    shown=named(
        "payment_method_types track_updates verify_counts window_days lookback_days concurrency"
    ),
    besides=(
        "The host is your PSP's back office.",
        "How long a report's dates may span is not documented.",
        "The unit of `transaction_rate`.",
    ),
    facts=(
        Fact(
            "reports_enabled",
            "Whether reporting is switched on for the shop: until then the PSP answers 401.",
            reports_enabled,
            assumed=lambda _settings: True,
            obtain="401 and 403 say either that begateway.shop_id or begateway.secret_key is "
            "wrong, or that the PSP has to enable reports for the shop: check the first, ask the "
            "PSP for the second.",
            is_about_access=True,
        ),
        Fact(
            "payment_method_types",
            "Which payment method types the PSP has.",
            payment_method_types,
            (f"POST {PATH}: the last 30 days, once for each other payment method type",) * 7,
            assumed=lambda settings: settings["payment_method_types"],
            setting="begateway.payment_method_types",
            obtain="Ask the PSP which payment_method_type its reports take.",
        ),
        Fact(
            "page_size",
            "How many transactions a page has.",
            page_size,
            (f"POST {PATH}: the last 30 days, after the longest first page",),
            obtain=MORE_DATA,
        ),
        Fact(
            "to_is_inclusive",
            "Whether `to` is inclusive.",
            to_is_inclusive,
            (f"POST {PATH}: the second before a transaction",),
            obtain=MORE_DATA,
        ),
        Fact(
            "cursor_type",
            "Whether `last_object_id` is a number or a text.",
            cursor_type,
            obtain=MORE_DATA,
        ),
        Fact(
            "count_agrees",
            "Whether the count of transactions agrees with the pages, which `verify_counts` needs.",
            count_agrees,
            (
                *(f"POST {PATH}: a page of a day that has transactions",) * PAGES,
                *(f"POST {PATH}: a page of an hour, where the day has too many",) * PAGES,
                f"POST {PATH}/count: that day, or that hour",
            ),
            assumed=lambda _settings: True,
            setting="begateway.verify_counts",
            obtain=MORE_DATA,
        ),
        Fact(
            "corrections_combine_with_dates",
            "Whether the filter for manual corrections combines with the dates.",
            corrections_combine_with_dates,
            (f"POST {PATH}: what was corrected by hand in the last 90 days",) * 4,
            assumed=lambda _settings: True,
            obtain="Correct a transaction by hand, and run the doctor again.",
        ),
        Fact(
            "unknown_fields",
            "Which fields transactions have besides those of the document.",
            unknown_fields,
            obtain=MORE_DATA,
        ),
    ),
)
