"""A provider: one type of account, and the streams that its accounts have."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

if t.TYPE_CHECKING:
    from tap_payments.accounts.account import Account
    from tap_payments.accounts.facts import Probes
    from tap_payments.accounts.settings import Schema
    from tap_payments.streams.stream import ProviderStream


@dataclass(frozen=True)
class Provider:
    """What the tap knows of a provider; it is enabled by an object of its name in the settings.

    `probes` are what `tap-payments-doctor` can find out about it; None: nothing.
    """

    account: type[Account]
    streams: tuple[type[ProviderStream], ...]
    probes: Probes | None = None

    @property
    def name(self) -> str:
        """The provider's name in settings and streams."""
        return self.account.name

    @property
    def title(self) -> str:
        """The provider's name in messages."""
        return self.account.title

    @property
    def settings_schema(self) -> Schema:
        """The JSON schema of the provider's object in the settings."""
        return self.account.settings_schema
