"""beGateway's account: a shop at a PSP. https://doc.begateway.com/en/payment_management/reports/."""

from __future__ import annotations

import typing as t

from singer_sdk import typing as th

from tap_payments.accounts.account import Account
from tap_payments.accounts.settings import account_settings, url
from tap_payments.http.credentials import Fixed, basic

if t.TYPE_CHECKING:
    from collections.abc import Iterator

    from tap_payments.accounts.settings import Settings

_SHOP = (
    "check begateway.shop_id and begateway.secret_key, and whether the payment service provider "
    "has enabled reports for the shop"
)


class BeGateway(Account):
    """The reports of a shop. The host is the PSP's back office, so it has no default."""

    name = "begateway"
    title = "beGateway"
    hints: t.ClassVar = {
        401: _SHOP,
        403: _SHOP,
        422: "check begateway.payment_method_types: the payment service provider may not offer "
        "this one",
    }
    settings_schema = account_settings(
        url(
            "api_url",
            "Root of the PSP's back office, such as https://merchant.bepaid.by.",
            required=True,
            title="API URL",
        ),
        th.Property(
            "shop_id",
            th.StringType,
            required=True,
            title="Shop id",
            description="The shop's id.",
        ),
        th.Property(
            "secret_key",
            th.StringType,
            required=True,
            secret=True,
            title="Secret key",
            description="The shop's secret key.",
        ),
        th.Property(
            "payment_method_types",
            th.ArrayType(th.StringType),
            default=["credit_card", "alternative"],
            title="Payment method types",
            description="One series each; which there are depends on the PSP (bePaid: also erip).",
        ),
        th.Property(
            "track_updates",
            th.BooleanType,
            default=True,
            title="Track updates",
            description="Deliver rows again when they are paid, settled or corrected by hand, "
            "however old they are.",
        ),
        th.Property(
            "verify_counts",
            th.BooleanType,
            default=False,
            title="Verify counts",
            description="Hold each window against the PSP's own count: a request more per window.",
        ),
        window_days=1,
        lookback_days=7,
    )

    @classmethod
    def check(cls, settings: Settings) -> Iterator[str]:
        """Without a payment method type there would be nothing to read."""
        if not all(settings["payment_method_types"]) or not settings["payment_method_types"]:
            yield "payment_method_types: must name at least one, and none of them empty"

    def credentials(self) -> Fixed:
        """HTTP Basic."""
        return Fixed(
            {"Authorization": basic(self.settings["shop_id"], self.settings["secret_key"])}
        )
