"""The tap as Airbyte runs it: its settings and its streams."""

from __future__ import annotations

import dataclasses
import typing as t
from functools import partial

from tap_payments.airbyte.catalog import describe
from tap_payments.core.streams import SnapshotStream
from tap_payments.tap import TapPayments

if t.TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tap_payments.core.http import Policy
    from tap_payments.core.provider import Provider
    from tap_payments.core.streams import ProviderStream

CHECK_RETRIES = 2
"""How often a check asks again: somebody waits for its answer."""

NOT_HERE = ("stream_maps", "stream_map_config", "flattening_enabled", "flattening_max_depth")
"""What the tap does to records in front of a Singer target: Airbyte has its own ways to do it,
and knows only the columns that `discover` declares."""


class PaymentsSource(TapPayments):
    """The tap's settings and streams, told to Airbyte."""

    capabilities: t.ClassVar = []

    def _validate_config(self, *, raise_errors: bool = True) -> list[str]:
        given = dict(self._config)
        for name in NOT_HERE:
            self._config.pop(name, None)
        ...
