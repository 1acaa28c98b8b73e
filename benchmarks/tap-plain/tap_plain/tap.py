"""The tap, as the template has it."""

from __future__ import annotations

import typing as t

from singer_sdk import Tap
from singer_sdk import typing as th

from tap_plain.streams import BegatewayTransactions, TikpayTaps, ZimplerTransactions

if t.TYPE_CHECKING:
    from collections.abc import Sequence

    from singer_sdk import Stream


class TapPlain(Tap):
    """Streams of the APIs whose URLs are given, or all."""

    name = "tap-plain"
    config_jsonschema = th.PropertiesList(
        th.Property("start_date", th.DateTimeType, title="Start date"),
        th.Property("zimpler_url", th.StringType, title="Zimpler's API"),
        th.Property("begateway_url", th.StringType, title="beGateway's API"),
        th.Property("report_url", th.StringType, title="A report of Tikpay's"),
        th.Property("username", th.StringType, default="user", title="User"),
        th.Property("password", th.StringType, default="-", secret=True, title="Password"),
    ).to_dict()

    def discover_streams(self) -> Sequence[Stream]:
        """The streams whose URL is configured, or all."""
        streams = {
            "zimpler_url": ZimplerTransactions,
            "begateway_url": BegatewayTransactions,
            "report_url": TikpayTaps,
        }
        given = [stream for name, stream in streams.items() if self.config.get(name)]
        return [stream(self) for stream in given or streams.values()]


if __name__ == "__main__":
    TapPlain.cli()
