"""One row per closed window, so that a warehouse can be held against the source."""

from __future__ import annotations

import typing as t
import uuid

from singer_sdk import Stream
from singer_sdk.helpers.conform import TypeConformanceLevel

from tap_payments.rows import fields
from tap_payments.windows.instants import format_instant

if t.TYPE_CHECKING:
    from collections.abc import Generator, Iterable
    from datetime import datetime

    from tap_payments.streams.windowed import WindowOutcome
    from tap_payments.tap import TapPayments


class SyncWindows(Stream):
    """What each window that closed in this run cost and gave; written as the windows close."""

    name = "sync_windows"
    primary_keys = ("_account", "stream", "series", "window_since", "window_until")
    schema = {  # noqa: RUF012 - the SDK's way to declare one
        **fields.record(
            stream=fields.key(fields.text("The stream's name.")),
            series=fields.key(
                fields.text(
                    "`all`; for beGateway `<payment_method_type>/<pass>`; for Spacivox with "
                    "teams `team/<id>`."
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
    TYPE_CONFORMANCE_LEVEL = TypeConformanceLevel.NONE

    def __init__(self, tap: TapPayments) -> None:
        super().__init__(tap)
        self._run_id = str(uuid.uuid4())
        self._declared = False

    def record(
        self, *, stream: str, account: str, series: str, outcome: WindowOutcome, closed_at: datetime
    ) -> None:
        """Writes the row of a window; the caller commits it afterwards."""
        if not self.selected:
            return
        self._write_schema_message()
        self._write_record_message(
            {
                "_account": account,
                "stream": stream,
                "series": series,
                "window_since": format_instant(outcome.window.since),
                "window_until": format_instant(outcome.window.until),
                "run_id": self._run_id,
                "closed_at": format_instant(closed_at),
                "pages": outcome.pages,
                "requests": outcome.tally.requests,
                "retries": outcome.tally.retries,
                "records": outcome.records,
                "provider_count": outcome.provider_count,
                "seconds": round(outcome.seconds, 3),
                "_extra": None,
            }
        )

    def get_records(self, context: t.Any) -> Iterable[dict[str, t.Any]]:  # noqa: ARG002
        """Nothing: the rows were written when their windows closed."""
        return iter(())

    def finalize_state_progress_markers(self, state: dict[str, t.Any] | None = None) -> None:
        """Nothing: there is no state."""

    def _sync_records(self, *_: t.Any, **__: t.Any) -> Generator[dict[str, t.Any], t.Any, t.Any]:
        yield from ()

    def _write_schema_message(self) -> None:
        if not self._declared:
            self._declared = True
            super()._write_schema_message()
