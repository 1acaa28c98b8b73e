"""Spacivox's account: its settings and its way in. https://spacivox.com/apidocs/index.html."""

from __future__ import annotations

import typing as t

from singer_sdk import typing as th

from tap_payments.accounts.account import Account
from tap_payments.accounts.settings import account_settings, url
from tap_payments.http.credentials import Fixed


class Spacivox(Account):
    """Spacivox's REST API. Its host is blank in the public document, so it has no default."""

    name = "spacivox"
    title = "Spacivox"
    hints: t.ClassVar = {
        401: "check spacivox.access_token",
        403: "check spacivox.access_token",
    }
    settings_schema = account_settings(
        url("api_url", "Root of the host that Spacivox gave you.", required=True, title="API URL"),
        th.Property(
            "access_token",
            th.StringType,
            required=True,
            secret=True,
            title="Access token",
            description="The static token that Spacivox supplies.",
        ),
        th.Property(
            "teams",
            th.ArrayType(th.IntegerType),
            title="Teams",
            description="Only these teams, each with a watermark of its own.",
        ),
        th.Property(
            "longest_answer",
            th.IntegerType(minimum=1),
            title="Longest answer",
            description="An answer of so many rows may be cut: its window is halved. Not set: "
            "Spacivox documents no limit.",
        ),
        window_days=1,
        lookback_days=3,
    )

    def credentials(self) -> Fixed:
        """The token."""
        return Fixed({"Authorization": f"Bearer {self.settings['access_token']}"})
