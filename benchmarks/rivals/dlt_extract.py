"""dlt's rest_api source as its guide has it: the extract step of a pipeline, to local files.

`python dlt_extract.py STREAM API_URL SINCE FOLDER`
"""

from __future__ import annotations

import sys
import typing as t
from datetime import UTC, datetime, timedelta

import dlt
from dlt.sources.rest_api import rest_api_source

PAGE = 1000


def zimpler(since: str) -> dict[str, t.Any]:
    """`GET /v4/transactions`, by offset."""
    return {
        "path": "v4/transactions",
        "params": {"ascending": "true", "from_date": since, "to_date": f"{datetime.now(UTC):%F}"},
        "data_selector": "transactions",
        "paginator": {"type": "offset", "limit": PAGE, "total_path": "count"},
    }


def begateway(since: str) -> dict[str, t.Any]:
    """`POST /api/reports`, by cursor."""
    return {
        "path": "api/reports",
        "method": "POST",
        "headers": {"X-Api-Version": "3"},
        "json": {
            "report_params": {
                "date_type": "created_at",
                "from": f"{since} 00:00:00",
                "to": f"{datetime.now(UTC) + timedelta(days=1):%F} 00:00:00",
                "status": "all",
                "payment_method_type": "credit_card",
                "time_zone": "UTC",
            }
        },
        "data_selector": "transactions",
        "paginator": {
            "type": "cursor",
            "cursor_path": "last_object_id",
            "cursor_body_path": "report_params.starting_after",
            "has_more_path": "has_more",
        },
    }


def main(stream: str, api_url: str, since: str, folder: str) -> None:
    """Extracts one stream."""
    endpoint = {"zimpler_transactions": zimpler, "begateway_transactions": begateway}[stream]
    source = rest_api_source(
        {
            "client": {
                "base_url": api_url + "/",
                "auth": {"type": "http_basic", "username": "user", "password": "-"},
            },
            "resources": [{"name": stream, "endpoint": endpoint(since)}],
        }
    )
    pipeline = dlt.pipeline(f"benchmark_{stream}", pipelines_dir=folder, destination="duckdb")
    pipeline.extract(source)


if __name__ == "__main__":
    main(*sys.argv[1:])
