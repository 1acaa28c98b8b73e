"""All settings of the tap: its own here, each provider's in the provider's folder.

README, `meltano.yml`, the Hub definition and the Airbyte spec are generated from these.
"""

from __future__ import annotations

import typing as t

from singer_sdk import typing as th

from tap_payments.providers import PROVIDERS

SETTINGS = th.PropertiesList(
    th.Property(
        "start_date",
        th.StringType,
        title="Start date",
        description="Date or date-time (UTC) from which to read; nothing older is asked for. "
        "Required to sync a stream that is read by windows.",
    ),
    th.Property(
        "end_date",
        th.StringType,
        title="End date",
        description="Date or date-time (UTC) before which to read, for backfills. Exclusive.",
    ),
    th.Property(
        "user_agent",
        th.StringType,
        title="User agent",
        description="Sent with every request; `tap-payments/<version>` when not set.",
    ),
    th.Property(
        "request_timeout",
        th.IntegerType(minimum=1),
        default=120,
        title="Request timeout (seconds)",
        description="How long an answer may take; connecting has 10 seconds.",
    ),
    th.Property(
        "max_retries",
        th.IntegerType(minimum=0),
        default=6,
        title="Retries",
        description="Tries after the first: after about 1 second, doubling to 60, with jitter.",
    ),
    th.Property(
        "max_retry_wait",
        th.IntegerType(minimum=0),
        default=300,
        title="Longest wait (seconds)",
        description="A `Retry-After` longer than this is not waited for.",
    ),
    th.Property(
        "personal_data",
        th.StringType,
        allowed_values=["keep", "hash", "drop"],
        default="keep",
        title="Personal data",
        description="What happens to personal values: `keep` them, `hash` them "
        "(HMAC-SHA256) or `drop` them (null).",
    ),
    th.Property(
        "personal_data_key",
        th.StringType,
        secret=True,
        title="Personal data key",
        description="The key of the HMAC; required with `personal_data: hash`.",
    ),
    th.Property(
        "fast_records",
        th.BooleanType,
        default=True,
        title="Fast records",
        description="Write rows page by page. Off, every record passes through singer-sdk one by "
        "one, which is ten times slower and gives the same: for support cases.",
    ),
    th.Property(
        "sync_windows",
        th.BooleanType,
        default=False,
        title="Record windows",
        description="Adds the stream `sync_windows`: one row per closed window.",
    ),
    th.Property(
        "audit_month",
        th.StringType,
        title="Audit month",
        description="`YYYY-MM`, or `last`: reads that month and a day either side as full tables, "
        "without a state, to hold a warehouse against. It must have ended two days ago or more.",
    ),
    th.Property(
        "batch_config",
        th.ObjectType(
            th.Property(
                "encoding",
                th.ObjectType(
                    th.Property(
                        "format",
                        th.StringType,
                        allowed_values=["jsonl", "parquet", "arrow"],
                        required=True,
                        title="Format",
                        description="What the files are. `parquet` and `arrow` need "
                        "`pip install tap-payments[arrow]`.",
                    ),
                    th.Property(
                        "compression",
                        th.StringType,
                        allowed_values=["gzip", "none"],
                        title="Compression",
                        description="Of `jsonl` only: `gzip`, unless `none` is said.",
                    ),
                    additional_properties=False,
                ),
                required=True,
                title="Encoding",
                description="How rows are spelled in the files.",
            ),
            th.Property(
                "storage",
                th.ObjectType(
                    th.Property(
                        "root",
                        th.StringType,
                        required=True,
                        title="Root",
                        description="The folder of the files: a `file://` URL of a folder that "
                        "exists, or a URL that fsspec knows.",
                    ),
                    th.Property(
                        "prefix",
                        th.StringType,
                        title="Prefix",
                        description="What the names of the files begin with.",
                    ),
                    additional_properties=False,
                ),
                required=True,
                title="Storage",
                description="Where the files go.",
            ),
            th.Property(
                "batch_size",
                th.IntegerType(minimum=1),
                default=100_000,
                title="Rows per file",
                description="A file is closed at so many rows.",
            ),
            additional_properties=False,
        ),
        title="Rows as files",
        description="Rows leave as files and BATCH messages, which some loaders take ten times "
        "faster than RECORDs.",
    ),
)


def settings_schema() -> dict[str, t.Any]:
    """The JSON schema of the settings: the tap's own, and an object per provider."""
    schema = SETTINGS.to_dict()
    for provider in PROVIDERS:
        schema["properties"][provider.name] = {
            **provider.settings_schema,
            "type": ["object", "null"],
            "title": provider.title,
            "description": f"Enables {provider.title} when present.",
        }
    return t.cast("dict[str, t.Any]", schema)
