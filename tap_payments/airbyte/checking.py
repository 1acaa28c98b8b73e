"""Whether the settings work: one request per account."""

from __future__ import annotations

import typing as t

from tap_payments.airbyte.source import PaymentsSource
from tap_payments.streams.incremental import IncrementalStream
from tap_payments.streams.snapshots import SnapshotStream

if t.TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tap_payments.http.retries import Policy
    from tap_payments.streams.provider import Provider
    from tap_payments.streams.stream import ProviderStream

RETRIES = 2
"""How often a check asks again, at most: somebody waits for its answer."""


class CheckedSource(PaymentsSource):
    """The tap, asked whether it could read."""

    def _policy(self, settings: Mapping[str, t.Any]) -> Policy:
        policy = super()._policy(settings)
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
        self.probe([self._cheapest_stream(provider) for provider in self.enabled])
        for failure in self.failures.found:
            if failure.partition is not None:
                yield f"{failure.partition.account.subject}: {failure.reason}"

    def _cheapest_stream(self, provider: Provider) -> ProviderStream:
        """One that is read in a single small answer, where the provider has such a stream."""
        streams = [each for each in self.streams.values() if isinstance(each, provider.streams)]
        return min(streams, key=lambda stream: not isinstance(stream, SnapshotStream))
