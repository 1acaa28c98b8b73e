"""A tap that has not begun: its streams, its run, and what it would write, for parts of a sync."""

from __future__ import annotations

import contextlib
import io
import json
import typing as t

from tap_payments.streams.stream import ProviderStream
from tap_payments.sync.courses import plan_routes
from tap_payments.tap import TapPayments
from tests.support.clock import Clock
from tests.support.in_process import listening, signals_kept

if t.TYPE_CHECKING:
    from collections.abc import Iterator

    from tap_payments.streams.run import Run
    from tap_payments.sync.routes import Route
    from tests.support.taps import Row

STREAM = "spacivox_payment_transactions"
NOWHERE = "http://127.0.0.1:9"


def settings(url: str = NOWHERE, **own: t.Any) -> Row:
    """Two days of Spacivox, in windows of a day."""
    return {
        "start_date": "2026-03-18",
        "end_date": "2026-03-20",
        "spacivox": {"api_url": url, "access_token": "key", "window_days": 1, "lookback_days": 0}
        | own,
    }


class Box:
    """The tap, and what it wrote and logged."""

    def __init__(self, tap: TapPayments, output: io.BytesIO, log: list[str]) -> None:
        self.tap = tap
        self.log = log
        self._output = output

    @property
    def run(self) -> Run:
        """What its streams are given."""
        return self.tap.run

    def streams(self, *names: str) -> list[ProviderStream]:
        """Its streams, or those of these names."""
        found = [each for each in self.tap.streams.values() if isinstance(each, ProviderStream)]
        return [each for each in found if not names or each.name in names]

    def routes(self, *names: str) -> list[Route]:
        """What would be read of them."""
        return plan_routes(self.streams(*names), self.run)

    def written(self) -> list[Row]:
        """The messages so far."""
        return [json.loads(line) for line in self._output.getvalue().splitlines()]

    def kinds(self) -> list[str]:
        """Their types."""
        return [message["type"] for message in self.written()]


@contextlib.contextmanager
def box(config: Row, state: Row | None = None) -> Iterator[Box]:
    """A tap of this process whose clock stands."""
    output, log = io.BytesIO(), list[str]()
    stdout = io.TextIOWrapper(output, encoding="utf-8")
    with signals_kept(), listening(log), contextlib.redirect_stdout(stdout):
        tap = TapPayments(config=config, state=state or {}, runtime=Clock().runtime())
        yield Box(tap, output, log)
