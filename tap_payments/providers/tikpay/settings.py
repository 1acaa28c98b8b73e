"""Tikpay's settings. https://docs.tikpay.me."""

from __future__ import annotations

import typing as t

from singer_sdk import typing as th

from tap_payments.accounts.settings import account_settings, positive, url

if t.TYPE_CHECKING:
    from tap_payments.accounts.settings import Settings

REPORT_TYPES = ("CUSTOMERS", "PAYMENTS", "TAPS", "TRIPS")

SETTINGS = account_settings(
    th.Property(
        "environment",
        th.StringType,
        default="prod-au1",
        title="Environment",
        description="Part of the API's host names.",
    ),
    url(
        "api_url",
        "Root of the API; `https://data-api.<environment>.tikpay.me/v1` when not set.",
        title="API URL",
    ),
    url(
        "token_url",
        "Where tokens come from; "
        "`https://auth.data-api.<environment>.tikpay.me/oauth2/token` when not set.",
        title="Token URL",
    ),
    th.Property(
        "client_id",
        th.StringType,
        required=True,
        title="Client id",
        description="The OAuth2 client's id.",
    ),
    th.Property(
        "client_secret",
        th.StringType,
        required=True,
        secret=True,
        title="Client secret",
        description="The OAuth2 client's secret.",
    ),
    th.Property(
        "api_key",
        th.StringType,
        required=True,
        secret=True,
        title="API key",
        description="Sent as `x-api-key`; the daily limit is the key's.",
    ),
    th.Property(
        "scope",
        th.StringType,
        default="data-api.tikpay.me:write",
        title="Scope",
        description="The OAuth2 scope to ask for.",
    ),
    th.Property(
        "token_auth_method",
        th.StringType,
        allowed_values=["basic", "body"],
        default="basic",
        title="Token authentication",
        description="How the client's credentials are sent: in the header or in the body.",
    ),
    th.Property(
        "file_type",
        th.StringType,
        allowed_values=["csv", "xml"],
        default="csv",
        title="File type",
        description="The kind of report to ask for.",
    ),
    th.Property(
        "delimiter",
        th.StringType,
        default=",",
        title="Delimiter",
        description="The character between the cells of a CSV report; `\\t` is a tab.",
    ),
    th.Property(
        "row_element",
        th.StringType,
        title="Row element",
        description="The XML element that is a row; the repeated child of the root when not set.",
    ),
    th.Property(
        "timezone",
        th.StringType,
        default="Australia/Sydney",
        title="Time zone",
        description="The operator's IANA time zone, until the job list names one.",
    ),
    positive(
        "daily_request_limit", 20, "Requests that the key has in 24 hours.", title="Daily limit"
    ),
    positive(
        "poll_interval",
        30,
        "Seconds until the first look at jobs in progress; doubling to ten minutes.",
        title="Poll interval (seconds)",
    ),
    th.Property(
        "max_wait",
        th.IntegerType(minimum=0),
        default=1800,
        title="Longest wait (seconds)",
        description="How long a run waits for its jobs; what is not ready then is left for "
        "the next run.",
    ),
    th.Property(
        "personal_columns",
        th.ArrayType(th.StringType),
        title="Personal columns",
        description="Columns of the reports that `personal_data` applies to.",
    ),
    th.Property(
        "key_properties",
        th.ObjectType(
            *(th.Property(name, th.ArrayType(th.StringType)) for name in REPORT_TYPES),
            additional_properties=False,
        ),
        title="Key columns",
        description="Report types to the columns that identify a row, such as "
        '`{"TAPS": ["tapId"]}`; a hash of the row when not set.',
    ),
    window_days=366,
    lookback_days=2,
)


def delimiter_of(settings: Settings) -> str:
    """What stands between cells; a tab may be given as a backslash and a `t`."""
    return t.cast("str", settings["delimiter"]).replace("\\t", "\t")
