"""Zimpler's account: its settings and its way in. https://zimpler.github.io/v4-api/."""

from __future__ import annotations

import typing as t
from functools import cached_property

from singer_sdk import typing as th

from tap_payments.accounts.account import Account
from tap_payments.accounts.settings import account_settings, url
from tap_payments.http.credentials import Fixed, basic
from tap_payments.streams.pagination import Counts

if t.TYPE_CHECKING:
    from collections.abc import Iterator

    from tap_payments.accounts.settings import Settings


class Zimpler(Account):
    """Zimpler's v4 API. How its credentials travel is not documented: see `auth_method`."""

    name = "zimpler"
    title = "Zimpler"
    hints: t.ClassVar = {
        401: "check zimpler.merchant_id, zimpler.api_key and zimpler.auth_method",
        403: "check zimpler.merchant_id and zimpler.api_key, and whether Zimpler's allow-list "
        "has this machine's address",
    }
    settings_schema = account_settings(
        url("api_url", "Root of the API.", default="https://api.zimpler.net", title="API URL"),
        th.Property(
            "merchant_id",
            th.StringType,
            required=True,
            title="Merchant id",
            description="The merchant's id at Zimpler.",
        ),
        th.Property(
            "api_key",
            th.StringType,
            required=True,
            secret=True,
            title="API key",
            description="The merchant's API key.",
        ),
        th.Property(
            "auth_method",
            th.StringType,
            allowed_values=["basic", "bearer", "header"],
            default="basic",
            title="Authentication",
            description="How the key is sent: `basic` (merchant_id:api_key), `bearer`, or in the "
            "`header` that api_key_header names. Zimpler does not document it.",
        ),
        th.Property(
            "api_key_header",
            th.StringType,
            default="X-Api-Key",
            title="API key header",
            description="The header's name with `auth_method: header`.",
        ),
        th.Property(
            "tech_partner",
            th.StringType,
            title="Technical partner",
            description="Sent as `X-Zimpler-TechPartner`.",
        ),
        th.Property(
            "sub_merchant",
            th.StringType,
            title="Sub-merchant",
            description="Sent as `X-Zimpler-SubMerchant`.",
        ),
        th.Property(
            "country_code",
            th.StringType,
            title="Country",
            description="Only transactions of this country.",
        ),
        th.Property(
            "site", th.StringType, title="Site", description="Only transactions of this site."
        ),
        th.Property(
            "page_size",
            th.IntegerType(minimum=1, maximum=1000),
            default=1000,
            title="Page size",
            description="Transactions per request.",
        ),
        th.Property(
            "days_are_inclusive",
            th.BooleanType,
            default=True,
            title="Inclusive days",
            description="Whether the day `to_date` itself belongs to an answer, as Zimpler "
            "documents it. Off, the day after it is sent.",
        ),
        window_days=7,
        lookback_days=1,
    )

    @cached_property
    def counts(self) -> Counts:
        """What this run has found out about the `count` of the account's pages."""
        return Counts()

    @classmethod
    def check(cls, settings: Settings) -> Iterator[str]:
        """The header's name must be one."""
        name = settings["api_key_header"]
        if not name or not name.replace("-", "").replace("_", "").isalnum() or not name.isascii():
            yield "api_key_header: is not the name of an HTTP header"

    def credentials(self) -> Fixed:
        """The key, in the way that `auth_method` says, and the partner headers."""
        key = self.settings["api_key"]
        headers = {
            "basic": {"Authorization": basic(self.settings["merchant_id"], key)},
            "bearer": {"Authorization": f"Bearer {key}"},
            "header": {self.settings["api_key_header"]: key},
        }[self.settings["auth_method"]]
        partners = {
            "X-Zimpler-TechPartner": self.settings.get("tech_partner"),
            "X-Zimpler-SubMerchant": self.settings.get("sub_merchant"),
        }
        return Fixed(headers | {name: value for name, value in partners.items() if value})
