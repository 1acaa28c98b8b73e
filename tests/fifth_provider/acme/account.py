"""Acme's account: its settings and its way in. https://acme.example/docs/."""

from __future__ import annotations

import typing as t

from singer_sdk import typing as th

from tap_payments.accounts.account import Account
from tap_payments.accounts.settings import account_settings, url
from tap_payments.http.credentials import Fixed


class Acme(Account):
    """Acme's payments API."""

    name = "acme"
    title = "Acme"
    hints: t.ClassVar = {401: "check acme.api_key", 403: "check acme.api_key"}
    settings_schema = account_settings(
        url("api_url", "Root of the API.", default="https://api.acme.example", title="API URL"),
        th.Property(
            "api_key",
            th.StringType,
            required=True,
            secret=True,
            title="API key",
            description="The shop's API key.",
        ),
        window_days=1,
        lookback_days=3,
    )

    def credentials(self) -> Fixed:
        """The key."""
        return Fixed({"Authorization": f"Bearer {self.settings['api_key']}"})
