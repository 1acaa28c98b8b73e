"""Acme's stream. https://acme.example/docs/payments."""

from __future__ import annotations

import typing as t

from msgspec import Struct

from tap_payments.http.calls import Call
from tap_payments.rows.exact_json import dumps
from tap_payments.streams.pagination import Cursors
from tap_payments.streams.windowed import WindowedStream
from tap_payments.sync.flight import Page

from . import schemas

if t.TYPE_CHECKING:
    import threading
    from collections.abc import Iterator

    from tap_payments.http.calls import Tally
    from tap_payments.streams.windowed import Source
    from tap_payments.sync.flight import Again
    from tap_payments.windows.window import Window

T = t.TypeVar("T")


class PaymentsPage(Struct, t.Generic[T]):
    """An answer of `GET /v1/payments`."""

    payments: list[T]
    next: str | None = None


class Payments(WindowedStream):
    """Payments by the time of their creation."""

    name = "acme_payments"
    primary_keys = ("_account", "id")
    replication_key = "created_at"
    schema = schemas.PAYMENTS
    page = PaymentsPage
    rows_field = "payments"
    personal = ("payer.*",)

    def read_window(
        self, source: Source, window: Window, *, tally: Tally, cancelled: threading.Event
    ) -> Iterator[Page | Again]:
        """The pages of a window by cursor; Acme's `to` is exclusive, as ours is."""
        params = {
            "from": f"{window.since:%Y-%m-%dT%H:%M:%SZ}",
            "to": f"{window.until:%Y-%m-%dT%H:%M:%SZ}",
        }
        cursors = Cursors()
        while cursors.has_more:
            after = {} if cursors.next is None else {"after": str(cursors.next)}
            answer, size = source.account.client.fetch(
                Call("GET", "/v1/payments", params | after),
                lambda body: (source.codec.decode(body), len(body)),
                tally=tally,
                cancelled=cancelled,
            )
            rows = answer.payments
            ends = dumps(rows[:1] + rows[-1:])  # what tells this page from another
            cursors.take(ends, len(rows), answer.next, has_more=answer.next is not None)
            yield Page(rows, size)
