"""A provider: what its API is called, how it is configured, and one account's way in."""

from __future__ import annotations

import abc
import typing as t
from functools import cached_property

from tap_payments.http.client import Client

if t.TYPE_CHECKING:
    import logging
    from collections.abc import Iterator, Mapping

    from tap_payments.accounts.settings import Schema, Settings
    from tap_payments.http.credentials import Credentials
    from tap_payments.http.retries import Policy
    from tap_payments.runtime import Runtime
    from tap_payments.streams.stream import ProviderStream


class Provider(abc.ABC):
    """One configured account of a provider.

    A subclass lists facts: its `name` in settings and streams, its `title` in messages, the JSON
    schema of its `settings`, its `streams`, and what to check after a refusal (`hints` by status).
    """

    name: t.ClassVar[str]
    title: t.ClassVar[str]
    settings: t.ClassVar[Schema]
    streams: t.ClassVar[tuple[type[ProviderStream], ...]]
    hints: t.ClassVar[Mapping[int, str]]

    def __init__(
        self, own: Settings, *, policy: Policy, runtime: Runtime, logger: logging.Logger
    ) -> None:
        self.own = own
        self.policy = policy
        self.runtime = runtime
        self.logger = logger

    @classmethod
    def check(cls, own: Settings) -> Iterator[str]:  # noqa: ARG003 - for subclasses
        """What is wrong with an account's settings beyond their schema: `setting: problem`."""
        return iter(())

    @classmethod
    def check_together(cls, accounts: list[Settings]) -> Iterator[str]:  # noqa: ARG003
        """What is wrong between the settings of several accounts: `setting: problem`."""
        return iter(())

    @abc.abstractmethod
    def credentials(self) -> Credentials:
        """What makes a request this account's own."""

    @property
    def account(self) -> str:
        """The name that goes into `_account`."""
        return t.cast("str", self.own["account"])

    @property
    def subject(self) -> str:
        """The account in messages."""
        return f"{self.title} account '{self.account}'"

    @property
    def api_url(self) -> str:
        """The root of the API."""
        return t.cast("str", self.own["api_url"])

    @property
    def values(self) -> list[str]:
        """The texts among the settings, but for those too short to be told from words."""
        return [each for each in self.own.values() if isinstance(each, str) and len(each) > 3]

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
            unspoken=self.values,
        )
