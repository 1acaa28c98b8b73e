"""The tap as Airbyte sees it: its settings and its streams."""

from __future__ import annotations

import typing as t
from functools import cached_property

from singer_sdk.exceptions import ConfigValidationError

from tap_payments.airbyte.catalog import describe
from tap_payments.sync.progress import Progress
from tap_payments.tap import TapPayments

if t.TYPE_CHECKING:
    from collections.abc import Iterator

NOT_HERE = ("stream_maps", "flattening_enabled")
"""What the tap can do to records on their way: `discover` declares them as they are without it."""


class PaymentsSource(TapPayments):
    """The tap; what it can do for Singer targets only is refused rather than left undone."""

    def _validate_config(self, *, raise_errors: bool = True) -> list[str]:
        if self._config.pop("batch_config", None) is not None:
            self.logger.warning("batch_config: ignored by source-payments; Airbyte takes records")
        foreign = [
            f"{name}: not supported by source-payments; Airbyte has mappings of its own"
            for name in NOT_HERE
            if self._config.get(name)
        ]
        try:
            problems = foreign + super()._validate_config(raise_errors=raise_errors)
        except ConfigValidationError as refusal:
            problems = foreign + refusal.errors
        if problems and raise_errors:
            raise ConfigValidationError(
                "The settings are refused", errors=problems, schema=self.config_jsonschema
            )
        return problems

    @cached_property
    def progress(self) -> Progress:
        """Log lines, wherever it runs."""
        return Progress(self.logger)

    def described_streams(self) -> Iterator[dict[str, t.Any]]:
        """The streams as `discover` lists them; asks nobody."""
        for stream in self.streams.values():
            yield describe(stream)
