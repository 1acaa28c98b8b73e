"""One row per closed window, so that a warehouse can be held against the source."""

from __future__ import annotations

import typing as t
import uuid

from tap_payments.rows import fields
from tap_payments.streams.stream import TapStream
from tap_payments.windows.instants import format_instant

if t.TYPE_CHECKING:
    from datetime import datetime

    from singer_sdk import Tap

    from tap_payments.http.calls import Statistics
    from tap_payments.streams.partition import Partition
    from tap_payments.windows.window import Window


class WindowOutcome(t.NamedTuple):
    """What a window that closed has cost and given."""

    window: Window
    statistics: Statistics
    pages: int
    records: int
    provider_count: int | None
    seconds: float
    closed_at: datetime


class SyncWindows(TapStream):
    """What each window that closed in this run cost and gave."""

    name = "sync_windows"
    primary_keys = ("_account", "stream", "series", "window_since", "window_until")
    schema = {  # noqa: RUF012 - the SDK's way to declare one
        **fields.record(
            stream=fields.key(fields.text("The stream's name.")),
            series=fields.key(
                fields.text(
                    "`all`, or the part of the stream that has a watermark of its own, such as "
                    "`<payment_method_type>/<pass>` or `team/<id>`."
                )
            ),
            window_since=fields.key(fields.instant("The window's first instant, UTC.")),
            window_until=fields.key(fields.instant("The first instant after the window, UTC.")),
            run_id=fields.text("The run that closed the window."),
            closed_at=fields.instant("When it closed, UTC: all its rows were written."),
            pages=fields.integer("Answers with rows of this window."),
            requests=fields.integer("Requests sent for this window, retries included."),
            retries=fields.integer("How many of them were retries."),
            records=fields.integer("Records of this window that the run emitted."),
            provider_count=fields.integer("The count that the provider gave, if it gave one."),
            seconds=fields.number("Seconds from the window's first request to its close."),
        ),
    }

    def __init__(self, tap: Tap) -> None:
        super().__init__(tap)
        self._run_id = str(uuid.uuid4())

    def row(self, partition: Partition, outcome: WindowOutcome) -> dict[str, t.Any]:
        """The row of a window."""
        window, statistics = outcome.window, outcome.statistics
        return {
            "_account": partition.account.account,
            "stream": partition.stream,
            "series": partition.series,
            "window_since": format_instant(window.since),
            "window_until": format_instant(window.until),
            "run_id": self._run_id,
            "closed_at": format_instant(outcome.closed_at),
            "pages": outcome.pages,
            "requests": statistics.requests,
            "retries": statistics.retries,
            "records": outcome.records,
            "provider_count": outcome.provider_count,
            "seconds": round(outcome.seconds, 3),
            "_extra": None,
        }
