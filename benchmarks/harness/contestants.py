"""Who runs: this tap, the plain tap, dlt and Airbyte's declarative source, on the same rows."""

from __future__ import annotations

import typing as t

from harness.bench import HERE, Bench, binary
from harness.measure import Command

STREAMS = {
    "zimpler": "zimpler_transactions",
    "begateway": "begateway_transactions",
    "tikpay": "tikpay_taps",
}

CREDENTIALS: dict[str, dict[str, t.Any]] = {
    "zimpler": {"merchant_id": "benchmark", "api_key": "-"},
    "begateway": {"shop_id": "benchmark", "secret_key": "-"},
}


def tap_config(
    bench: Bench, provider: str, rows: int, *, latency: int = 0, top: t.Any = (), **own: t.Any
) -> dict[str, t.Any]:
    """This tap's settings for one provider: the defaults, but for `top` and `own`."""
    url = bench.api(provider, rows, latency)
    return {
        "start_date": bench.first_day(provider, rows),
        **dict(top),
        provider: {"api_url": url, **CREDENTIALS[provider], **own},
    }


def tap(bench: Bench, provider: str, rows: int, *, name: str = "tap", **more: t.Any) -> Command:
    """This tap."""
    config = bench.write(tap_config(bench, provider, rows, **more))
    return Command(name, [binary("tap", "tap-payments"), "--config", config])


def plain(bench: Bench, provider: str, rows: int) -> Command:
    """The plain singer-sdk tap."""
    url = bench.api(provider, rows)
    config = bench.write({"start_date": bench.first_day(provider, rows), f"{provider}_url": url})
    return Command("plain", [binary("plain", "tap-plain"), "--config", config])


def dlt(bench: Bench, provider: str, rows: int, *, compressed: bool = True) -> Command:
    """The extract step of dlt's rest_api source; as it comes, it compresses its files."""
    name = "dlt" if compressed else "dlt, no gzip"
    arguments = [STREAMS[provider], bench.api(provider, rows), bench.first_day(provider, rows)]
    return Command(
        name,
        [
            binary("dlt", "python"),
            HERE / "rivals" / "dlt_extract.py",
            *arguments,
            bench.folder / name,
        ],
        env={
            "DATA_WRITER__DISABLE_COMPRESSION": str(not compressed).lower(),
            "RUNTIME__DLTHUB_TELEMETRY": "false",
        },
    )


def airbyte(bench: Bench, provider: str, rows: int) -> Command:
    """Airbyte's declarative source."""
    url = bench.api(provider, rows)
    stream = {
        "name": STREAMS[provider],
        "json_schema": {},
        "supported_sync_modes": ["full_refresh"],
    }
    catalog = {"stream": stream, "sync_mode": "full_refresh", "destination_sync_mode": "append"}
    return Command(
        "airbyte",
        [
            binary("airbyte", "source-declarative-manifest"),
            "read",
            "--config",
            bench.write({"api_url": url, "since": bench.first_day(provider, rows)}),
            "--catalog",
            bench.write({"streams": [catalog]}),
            "--manifest-path",
            HERE / "rivals" / "airbyte" / f"{provider}.yaml",
        ],
    )
