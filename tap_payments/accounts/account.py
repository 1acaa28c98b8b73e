"""One configured account: its settings, its credentials, and the client that asks its API."""

from __future__ import annotations

import abc
import typing as t
from functools import cached_property

from tap_payments.accounts.redaction import texts_of
from tap_payments.http.client import Client

if t.TYPE_CHECKING:
    import logging
    from collections.abc import Iterator, Mapping, Sequence

    from tap_payments.accounts.settings import Schema, Settings
    from tap_payments.http.credentials import Credentials
    from tap_payments.http.retries import Policy
    from tap_payments.runtime import Runtime


class Account(abc.ABC):
    """One configured account of a provider: its `settings`, and the client that asks its API.

    A subclass lists facts: the provider's `name` in settings and streams, its `title` in messages,
    its `settings_schema`, and what to check after a refusal (`hints` by status).
    """

    name: t.ClassVar[str]
    title: t.ClassVar[str]
    settings_schema: t.ClassVar[Schema]
    hints: t.ClassVar[Mapping[int, str]]

    def __init__(
        self, settings: Settings, *, policy: Policy, runtime: Runtime, logger: logging.Logger
    ) -> None:
        self.settings = settings
        self.policy = policy
        self.runtime = runtime
        self.logger = logger

    @classmethod
    def check(cls, settings: Settings) -> Iterator[str]:  # noqa: ARG003 - for subclasses
        """What is wrong with an account's settings beyond their schema: `setting: problem`."""
        return iter(())

    @classmethod
    def check_together(cls, accounts: list[Settings]) -> Iterator[str]:  # noqa: ARG003
        """What is wrong between the settings of several accounts: `setting: problem`."""
        return iter(())

    @classmethod
    def check_dropped(cls, settings: Settings) -> Iterator[str]:  # noqa: ARG003 - for subclasses
        """What is wrong with an account's settings where personal values are dropped."""
        return iter(())

    @classmethod
    def acquaint(cls, accounts: Sequence[Account]) -> None:  # noqa: ARG003 - for subclasses
        """Lets the accounts of a run share what the vendor counts for all, such as a quota."""
        return

    @abc.abstractmethod
    def credentials(self) -> Credentials:
        """What makes a request this account's own."""

    @property
    def account(self) -> str:
        """The name that goes into `_account`."""
        return t.cast("str", self.settings["account"])

    @property
    def subject(self) -> str:
        """The account in messages."""
        return f"{self.title} account '{self.account}'"

    @property
    def api_url(self) -> str:
        """The root of the API."""
        return t.cast("str", self.settings["api_url"])

    @cached_property
    def client(self) -> Client:
        """The account's one session."""
        return Client(
            api_url=self.api_url,
            credentials=self.credentials(),
            policy=self.policy,
            runtime=self.runtime,
            logger=self.logger,
            subject=self.subject,
            hints=self.hints,
            address=f"{self.name}.api_url",
            unspoken=texts_of(self.settings),
        )
