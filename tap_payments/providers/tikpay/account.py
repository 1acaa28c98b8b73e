"""Tikpay's account: its settings, its way in and its one broker. https://docs.tikpay.me."""

from __future__ import annotations

import re
import threading
import typing as t
from functools import cached_property, partial

from tap_payments.accounts.account import Account
from tap_payments.providers.tikpay.access import ClientCredentials
from tap_payments.providers.tikpay.gateway import TikpayGateway
from tap_payments.providers.tikpay.settings import SETTINGS, delimiter_of
from tap_payments.reports.broker import ReportBroker, ReportPolicy
from tap_payments.reports.quota import QuotaLedger
from tap_payments.tables.personal import NamedColumns, find_personal
from tap_payments.tables.sniffing import check_report
from tap_payments.windows.zones import to_zone

if t.TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from zoneinfo import ZoneInfo

    from tap_payments.accounts.settings import Settings


class Tikpay(Account):
    """Tikpay's Data API: 20 requests a day, so all of an account's streams share one broker."""

    name = "tikpay"
    title = "Tikpay"
    hints: t.ClassVar = {
        401: "check tikpay.client_id, tikpay.client_secret and tikpay.api_key",
        403: "check tikpay.api_key, tikpay.client_id and tikpay.client_secret",
    }
    settings_schema = SETTINGS

    @classmethod
    def check(cls, settings: Settings) -> Iterator[str]:
        """The zone must exist, the delimiter be one character, the environment part of a host."""
        if to_zone(settings["timezone"]) is None:
            yield "timezone: is not an IANA time zone such as Australia/Sydney"
        delimiter = delimiter_of(settings)
        if len(delimiter) != 1 or delimiter in '"\r\n':
            yield "delimiter: must be one character, for a tab \\t"
        if not re.fullmatch(r"[A-Za-z0-9-]+", settings["environment"]):
            yield "environment: must be letters, digits and hyphens"

    @classmethod
    def check_dropped(cls, settings: Settings) -> Iterator[str]:
        """No column may be both dropped and a key."""
        for report_type, keys in (settings.get("key_properties") or {}).items():
            found = find_personal(keys or (), settings.get("personal_columns") or ())
            if any(found.values()):
                yield (
                    f"key_properties: names a column of {report_type} that personal_columns names, "
                    "too, and with personal_data: drop rows have no key without it"
                )

    @classmethod
    def check_together(cls, accounts: list[Settings]) -> Iterator[str]:
        """All accounts name the same keys for a report: a stream has one key."""
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

    @classmethod
    def acquaint(cls, accounts: Sequence[Account]) -> None:
        """Accounts with the same `api_key` share its quota: the lowest limit that one has."""
        by_key: dict[str, list[Tikpay]] = {}
        for account in accounts:
            if isinstance(account, Tikpay):
                by_key.setdefault(account.settings["api_key"], []).append(account)
        for sharers in by_key.values():
            limit = min(each.settings["daily_request_limit"] for each in sharers)
            ledger = QuotaLedger(limit, clock=sharers[0].runtime.clock)
            for each in sharers:
                each.ledger = ledger

    @cached_property
    def ledger(self) -> QuotaLedger:
        """The requests of this account's key."""
        return QuotaLedger(self.settings["daily_request_limit"], clock=self.runtime.clock)

    def expect(self, report_types: Iterable[str]) -> None:
        """Remembers which reports this run reads, for the warning in `finish`."""
        self.personal = NamedColumns(self.settings.get("personal_columns") or (), report_types)

    def finish(self, report_type: str) -> None:
        """Nothing more is read of a type: personal columns that no report had are warned of."""
        for name in self.personal.finish(report_type):
            self.logger.warning(
                "%s: tikpay.personal_columns names '%s', which no report of this run has",
                self.subject, name,
            )  # fmt: skip

    @cached_property
    def gateway(self) -> TikpayGateway:
        """Tikpay's API as the broker asks it."""
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
            clock=lambda: self.runtime.clock() - self.client.clock_ahead,
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
