"""Tikpay's account: its settings, its way in and its one broker. https://docs.tikpay.me."""

from __future__ import annotations

import re
import threading
import typing as t
from functools import cached_property, partial

from singer_sdk import typing as th

from tap_payments.accounts.account import Account
from tap_payments.accounts.settings import account_settings, positive, url
from tap_payments.providers.tikpay.access import ClientCredentials
from tap_payments.providers.tikpay.gateway import TikpayGateway
from tap_payments.reports.broker import ReportBroker, ReportPolicy
from tap_payments.reports.quota import QuotaLedger
from tap_payments.tables.sniffing import check_report
from tap_payments.windows.zones import to_zone

if t.TYPE_CHECKING:
    from collections.abc import Iterator
    from zoneinfo import ZoneInfo

    from tap_payments.accounts.settings import Settings

REPORT_TYPES = ("CUSTOMERS", "PAYMENTS", "TAPS", "TRIPS")


class Tikpay(Account):
    """Tikpay's Data API: 20 requests a day, so all of an account's streams share one broker."""

    name = "tikpay"
    title = "Tikpay"
    hints: t.ClassVar = {
        401: "check tikpay.client_id, tikpay.client_secret and tikpay.api_key",
        403: "check tikpay.api_key, tikpay.client_id and tikpay.client_secret",
    }
    settings_schema = account_settings(
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
            description="The character between the cells of a CSV report.",
        ),
        th.Property(
            "row_element",
            th.StringType,
            title="Row element",
            description="The XML element that is a row; the repeated child of the root when not "
            "set.",
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

    @classmethod
    def check(cls, settings: Settings) -> Iterator[str]:
        """The zone must exist, the delimiter be one character, the environment part of a host."""
        if to_zone(settings["timezone"]) is None:
            yield "timezone: is not an IANA time zone such as Australia/Sydney"
        if len(settings["delimiter"]) != 1 or settings["delimiter"] == '"':
            yield "delimiter: must be one character"
        if not re.fullmatch(r"[A-Za-z0-9-]+", settings["environment"]):
            yield "environment: must be letters, digits and hyphens"

    @classmethod
    def check_together(cls, accounts: list[Settings]) -> Iterator[str]:
        """A stream has one key."""
        if any(
            each.get("key_properties") != accounts[0].get("key_properties") for each in accounts
        ):
            yield "key_properties: must be the same for all accounts"

    @property
    def api_url(self) -> str:
        """The configured root, or the environment's."""
        default = f"https://data-api.{self.settings['environment']}.tikpay.me/v1"
        return t.cast("str", self.settings.get("api_url") or default)

    @cached_property
    def _cancelled(self) -> threading.Event:
        return threading.Event()

    def credentials(self) -> ClientCredentials:
        """Client credentials for a token, and the key."""
        default = f"https://auth.data-api.{self.settings['environment']}.tikpay.me/oauth2/token"
        return ClientCredentials(
            self.settings,
            token_url=self.settings.get("token_url") or default,
            subject=self.subject,
            policy=self.policy,
            runtime=self.runtime,
            logger=self.logger,
            cancelled=self._cancelled,
        )

    @cached_property
    def ledger(self) -> QuotaLedger:
        """The requests of this account's key."""
        return QuotaLedger(self.settings["daily_request_limit"], clock=self.runtime.clock)

    @cached_property
    def gateway(self) -> TikpayGateway:
        """The API."""
        check = partial(check_report, file_type=self.settings["file_type"])
        return TikpayGateway(self.client, check, self._cancelled)

    @cached_property
    def broker(self) -> ReportBroker:
        """What serves all of the account's report streams."""
        policy = ReportPolicy(
            zone=t.cast("ZoneInfo", to_zone(self.settings["timezone"])),
            window_days=self.settings["window_days"],
            poll_interval=self.settings["poll_interval"],
            max_wait=self.settings["max_wait"],
            max_retry_wait=self.policy.max_retry_wait,
        )
        return ReportBroker(
            self.gateway,
            self.ledger,
            policy,
            clock=self.runtime.clock,
            wait=self._wait,
            warn=lambda message: self.logger.warning("%s: %s", self.subject, message),
            note=lambda message: self.logger.info("%s: %s", self.subject, message),
        )

    def _wait(self, seconds: float, reason: str) -> None:
        self.runtime.pause(seconds, self._cancelled, f"{self.subject}: {reason}")

    def requests_since(self) -> int:
        """The requests since this was last asked: they count for the stream that waited."""
        before, self._counted = self._counted, self.broker.spent
        return self._counted - before

    _counted = 0
