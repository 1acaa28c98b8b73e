"""Whether the settings work: one request per account."""

from __future__ import annotations

import typing as t
from functools import partial

from tap_payments.airbyte.source import PaymentsSource
from tap_payments.streams.stream import ProviderStream, SnapshotStream
from tap_payments.streams.windowed import IncrementalStream

if t.TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tap_payments.accounts.account import Provider
    from tap_payments.http.retries import Policy

RETRIES = 2
"""How often a check asks again, at most: somebody waits for its answer."""


class CheckedSource(PaymentsSource):
    """The tap, asked whether it could read."""

    def _policy(self, own: Mapping[str, t.Any]) -> Policy:
        policy = super()._policy(own)
        return policy._replace(max_retries=min(policy.max_retries, RETRIES))

    def problems(self) -> list[str]:
        """Everything that would keep a sync from working."""
        with self._redacting():
            return [*self._missing_settings(), *self._refusals()]

    def _missing_settings(self) -> Iterator[str]:
        windowed = [
            each.name for each in self.streams.values() if isinstance(each, IncrementalStream)
        ]
        if windowed and not (self.config.get("start_date") or self.config.get("audit_month")):
            yield f"start_date: required to sync {', '.join(windowed)}"

    def _refusals(self) -> Iterator[str]:
        for provider in self.enabled:
            stream = self._cheapest_stream(provider)
            for account in self.accounts_of(provider):
                before = len(self.failures)
                where = {"_account": account.account}
                self.attempt(stream, where, partial(stream.probe, account))
                for _name, _where, failure in self.failures[before:]:
                    yield f"{account.subject}: {failure}"

    def _cheapest_stream(self, provider: type[Provider]) -> ProviderStream:
        """One that is read in a single small answer, where the provider has such a stream."""
        streams = [each for each in self.streams.values() if isinstance(each, ProviderStream)]
        return min(
            (each for each in streams if each.provider is provider),
            key=lambda stream: not isinstance(stream, SnapshotStream),
        )
